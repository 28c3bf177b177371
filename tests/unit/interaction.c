/*
 * A flow of two steps without a web server: the first asks for a password, the
 * second asks once more, and opens the session from what the first has proven,
 * which came with its form.
 */
#include "interaction/interaction.h"

#include "base/str.h"
#include "check.h"
#include "domain/password.h"
#include "fixture.h"
#include "interaction/sign_in_step.h"

#include <string.h>
#include <sys/stat.h>

static struct provider provider;
static struct call call;
static struct client app = {.name = "An app"};
static char csrf[256], proof[PROOF_TEXT_CAP + 1];

/* What the flow came to. */
static bool finished;
static enum err refusal;

/* --- the flow --------------------------------------------------------------*/

static enum err
parse_nothing(struct interaction *i, enum reason *reason)
{
	(void)reason;
	i->client = &app;
	return OK;
}

static void
ask_who(struct interaction *i)
{
	sign_in_ask(i, "", "");
}

static void
note_refusal(struct interaction *i, enum err e, enum reason reason)
{
	(void)i, (void)reason;
	refusal = e;
}

static void
press_second(struct interaction *i, const struct form *posted)
{
	(void)posted;
	finished = sign_in_complete(i);
}

static const struct step second_step = {
    .purpose = "second",
    .before_session = true,
    .template = "select.html",
    .buttons = {{"continue", press_second}, {"cancel", interaction_decline}},
};

static void
ask_second(struct interaction *i)
{
	interaction_show(i, &second_step);
}

static void
put_cancel(struct interaction *i, const struct step *step, struct json_build *b)
{
	(void)i, (void)step;
	json_put_bool(b, "can_cancel", true);
}

static const struct step *const two_steps[] = {
    &sign_in_step, &second_step, NULL};

static const struct flow two_factors = {
    .path = "/two",
    .steps = two_steps,
    .parse = parse_nothing,
    .go_on = ask_who,
    .refuse = note_refusal,
    .page = put_cancel,
    .proven = ask_second,
};

/* --- a browser -------------------------------------------------------------*/

/* One request: a GET, or with BODY a form. */
static void
ask(const char *body)
{
	struct request *q = &call.request;

	finished = false;
	refusal = OK;
	response_begin(&call.response, 200);
	q->method = body != NULL ? METHOD_POST : METHOD_GET;
	q->body = (struct form){0};
	if (body != NULL &&
	    (str_copy(q->body_text, sizeof q->body_text, body) != OK ||
		form_parse(&q->body, q->body_text, strlen(q->body_text)) != OK))
		fixture_bail_out("the form cannot be parsed");
	interaction_run(&two_factors, NULL, &call);
}

static bool
page_is(int status, const char *first_line)
{
	return call.response.status == status && !call.response.failed &&
	       str_starts(call.response.body_text, first_line);
}

/* What follows NAME on the page, up to the end of the line. */
static void
keep(char *value, size_t cap, const char *name)
{
	const char *found = strstr(call.response.body_text, name);

	value[0] = '\0';
	if (found == NULL)
		return;
	found += strlen(name);
	if (str_copy_n(value, cap, found, strcspn(found, "\n")) != OK)
		fixture_bail_out("too long for the test");
}

static void
keep_page(void)
{
	keep(csrf, sizeof csrf, "csrf=");
	keep(proof, sizeof proof, "proof=");
}

/* Sends the form of the page that was kept, with STEP and more FIELDS. */
static void
press(const char *step, const char *fields)
{
	char body[2048];
	struct buf b;

	buf_init(&b, body, sizeof body);
	buf_printf(&b, "step=%s&csrf=%s&proof=%s%s", step, csrf, proof, fields);
	ask(body);
}

/* The cookie that the page set, once. */
static void
keep_browser_cookie(void)
{
	struct request *q = &call.request;
	const char *found =
	    strstr(call.response.headers_text, "latchkey-browser=");

	if (found == NULL)
		fixture_bail_out("no cookie");
	if (str_copy_n(q->cookie_text, sizeof q->cookie_text, found,
		strcspn(found, ";")) != OK)
		fixture_bail_out("a long cookie");
}

static bool
signed_in(void)
{
	return strstr(call.response.headers_text, "latchkey-session=") != NULL;
}

/* Up to the second page. */
static void
give_password(void)
{
	ask(NULL);
	keep_page();
	press("login", "&username=alice&password=correct+horse&remember=1");
	keep_page();
}

/* --- promises --------------------------------------------------------------*/

static void
steps(void)
{
	ask(NULL);
	CHECK(page_is(200, "first"), "interaction: the flow asks its question");
	keep_browser_cookie();
	keep_page();
	CHECK(proof[0] == '\0', "interaction: nothing is proven yet");
	press("login", "&username=alice&password=wrong+horse");
	CHECK(page_is(403, "first") && !signed_in(),
	    "interaction: a wrong password comes back to the same page");
	give_password();
	CHECK(page_is(200, "second") && proof[0] != '\0' && !signed_in(),
	    "interaction: what was proven goes along with the next page, and "
	    "opens no session yet");
	press("continue", "");
	CHECK(finished && signed_in() &&
		  strstr(call.response.headers_text, "Max-Age=") != NULL,
	    "interaction: the last step opens the session from it, and what "
	    "was ticked on the first page counts");
}

static void
refusals(void)
{
	char stolen[PROOF_TEXT_CAP + 1];

	give_password();
	press("cancel", "");
	CHECK(refusal == ERR_ACCESS_DENIED && !signed_in(),
	    "interaction: a person who declines is refused");
	memcpy(stolen, proof, sizeof stolen);
	proof[0] = '\0';
	press("continue", "");
	CHECK(!finished && !signed_in() && page_is(403, "first"),
	    "interaction: without a proof the last step opens no session");
	memcpy(proof, stolen, sizeof proof);
	proof[9] ^= 1;
	press("continue", "");
	CHECK(!finished && page_is(403, "first"),
	    "interaction: nor does it with a forged one");
	memcpy(proof, stolen, sizeof proof);
	call.now += PROOF_LIFETIME_S;
	press("continue", "");
	CHECK(!finished && page_is(403, "first"),
	    "interaction: nor with one that is too old");
	call.now = noon;
	press("login", "&username=alice&password=correct+horse");
	CHECK(call.response.status == 303 && !signed_in(),
	    "interaction: the token of one page is none for another's button");
	csrf[30] ^= 1;
	press("continue", "");
	CHECK(call.response.status == 303 && !finished,
	    "interaction: a form without its token is asked again");
	give_password();
	call.request.cookie_text[strlen(call.request.cookie_text) - 1] ^= 1;
	press("continue", "");
	CHECK(!finished && !signed_in(),
	    "interaction: no other browser goes on with it");
}

/* --- the store and the pages -----------------------------------------------*/

static enum err
furnish(struct store_txn *t, void *arg)
{
	struct user alice = {.name = "alice", .has_password = true};

	(void)arg;
	if (password_set(&alice.password, "correct horse", &provider.conf) !=
	    OK)
		return ERR_IO;
	return user_add(t, &alice, noon);
}

static void
put_template(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/templates/%s", scratch, name);
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		fixture_bail_out(path);
}

int
main(void)
{
	struct templates *templates;
	char path[512];

	fixture_open();
	random_bytes(&provider.keyring, sizeof provider.keyring);
	provider.store = fixture;
	provider.conf = (struct conf){.argon2_opslimit = 1,
	    .argon2_memlimit_mib = 1,
	    .argon2_slots = 1,
	    .workers = 2,
	    .session_lifetime_s = 3600,
	    .session_absolute_s = 7200,
	    .session_remember_s = 3600,
	    .session_remember_absolute_s = 7200};
	snprintf(path, sizeof path, "%s/templates", scratch);
	if (str_copy(provider.conf.dir, CONF_PATH_CAP, scratch) != OK ||
	    str_copy(provider.conf.issuer, ISSUER_CAP,
		"http://id.example.org") != OK ||
	    mkdir(path, 0700) != 0)
		fixture_bail_out("no provider");
	provider.conf.issuer_path_at = strlen(provider.conf.issuer);
	put_template("login.html", "first\ncsrf={{csrf}}\nproof={{proof}}\n");
	put_template("select.html", "second\ncsrf={{csrf}}\nproof={{proof}}\n");
	if (templates_load(&templates, scratch) != OK)
		fixture_bail_out("no templates");
	in_store(furnish, NULL);
	call.provider = &provider;
	call.page = (struct page){.conf = &provider.conf,
	    .templates = templates,
	    .catalogue = catalogues};
	call.now = noon;
	steps();
	refusals();
	templates_free(&templates);
	return check_done();
}
