#include "interaction/sign_in_step.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/factor.h"
#include "domain/slots.h"
#include "interaction/passkey_form.h"
#include "protocol/authenticate.h"
#include "protocol/session_open.h"
#include "web/browser.h"

#include <string.h>

enum { NAME_TYPED_CAP = 512 };

void
sign_in_ask(struct interaction *i, const char *name, const char *alert)
{
	i->proven = false;
	i->typed_name = name;
	i->alert = alert;
	interaction_show(i, &sign_in_step);
}

void
sign_in_switch(struct interaction *i, const struct form *posted)
{
	(void)posted;
	sign_in_ask(i, "", "");
}

static void
ask_after_stale(struct interaction *i)
{
	i->call->response.status = 403;
	sign_in_ask(
	    i, "", page_reason(&i->call->page, REASON_FORM_TOKEN, NULL));
}

void
sign_in_stale(struct interaction *i, const char *button)
{
	bool typed = str_equal(button, "login");

	/* Another site's form comes without our cookies, and no answer to it
	 * may set one. */
	if (!csrf_may_answer(&i->csrf) || (i->cookie != NULL && !typed))
		interaction_again(i);
	else
		ask_after_stale(i);
}

static void
put_typed_name(struct interaction *i, struct json_build *b)
{
	json_put_str(b, "name", i->typed_name);
	json_put_str(b, "confirm_url", i->confirm_url);
	if (i->proven) /* by a passkey, and the password is asked for */
		passkey_put_none(b);
	else if (i->confirm_user != NULL)
		passkey_put_ask(i, b,
		    &(struct passkey_ask){.purpose = CHALLENGE_CONFIRM,
			.of = i->cookie->sid,
			.user_id = i->confirm_user});
	else
		passkey_put_ask(i, b,
		    &(struct passkey_ask){.purpose = CHALLENGE_SIGN_IN,
			/* After a refusal it would come again at once. */
			.conditional = i->alert[0] == '\0'});
}

static void
explain_wait(struct interaction *i, int64_t wait_s, char *text, size_t cap)
{
	char seconds[24];
	struct buf b;

	buf_init(&b, seconds, sizeof seconds);
	buf_put_int(&b, wait_s);
	response_header(&i->call->response, "Retry-After", seconds);
	buf_init(&b, text, cap);
	message_put_count(&b, i->call->page.catalogue, "login.wait", wait_s);
}

static void
sign_in_failed(
    struct interaction *i, enum err e, const char *name, int64_t wait_s)
{
	struct call *c = i->call;
	const char *client_id = interaction_client_id(i);
	const char *key = "login.wrong", *alert = NULL;
	char text[256];

	/* Not each: a flood of guesses must not flood the log. */
	if (e != ERR_BUSY)
		call_log_refusal(c, e, REASON_SIGN_IN, client_id);
	else if (slots_should_log(i->conf, c->now))
		call_log_refusal(c, e, REASON_SIGN_IN_LINE_FULL, client_id);
	c->response.status = e == ERR_ACCESS_DENIED ? 403 : err_status(e);
	c->late = e == ERR_BUSY || e == ERR_TOO_MANY_REQUESTS;
	if (e == ERR_TOO_MANY_REQUESTS) {
		explain_wait(i, wait_s, text, sizeof text);
		alert = text;
	} else if (e == ERR_BUSY) {
		key = "login.crowded";
	} else if (e == ERR_TEMPORARILY_UNAVAILABLE) {
		key = "error.temporarily_unavailable";
	} else if (e != ERR_ACCESS_DENIED) {
		page_error(&c->response, &c->page, e, REASON_NONE);
		return;
	}
	sign_in_ask(i, name,
	    alert != NULL ? alert : message_text(c->page.catalogue, key));
}

/* The name in TYPED: telephones put a space behind a word they complete. */
static const char *
trim_name(const char *typed, char name[static NAME_TYPED_CAP])
{
	size_t len;

	if (typed == NULL)
		return "";
	typed += strspn(typed, " ");
	for (len = strlen(typed); len > 0 && typed[len - 1] == ' ';)
		len--;
	/* No user has a longer one. */
	return str_copy_n(name, NAME_TYPED_CAP, typed, len) == OK ? name
								  : typed;
}

/* What a passkey has proven before the password of the same person goes with
 * it. */
static void
join_passkey(struct proof *proof, const struct proof *before)
{
	if (!passkey_was_used(&before->passkey) ||
	    memcmp(proof->user_id, before->user_id, USER_ID_LEN) != 0)
		return;
	proof->passkey = before->passkey;
	if (words_add(proof->amr, AMR_CAP, "pop") != OK ||
	    words_add(proof->amr, AMR_CAP, "user") != OK ||
	    words_add(proof->amr, AMR_CAP, "mfa") != OK)
		proof->amr[0] = '\0';
}

static void
check_login(struct interaction *i, const struct form *posted)
{
	char name[NAME_TYPED_CAP];
	const char *password = form_get(posted, "password");
	struct call *c = i->call;
	struct devices devices;
	struct password_request q = {
	    .name = trim_name(form_get(posted, "username"), name),
	    .password = password,
	    .address = c->request.address,
	    .devices = &devices};
	struct proof before = {.amr = ""};
	struct password_reply r;
	enum err e;

	if (q.name[0] == '\0' || password == NULL) {
		sign_in_ask(i, q.name,
		    message_text(c->page.catalogue, "login.missing"));
		return;
	}
	if (i->proven)
		before = i->proof;
	browser_devices(&devices, i->conf, &c->request);
	e = authenticate_password(c->provider, &q, c->now, &i->proof, &r);
	i->proven = e == OK;
	if (e == OK)
		join_passkey(&i->proof, &before);
	secret_wipe(&before, sizeof before);
	i->proof.remember = form_get(posted, "remember") != NULL;
	if (e == OK)
		i->flow->proven(i);
	else {
		call_about_user(c, r.user);
		c->about.cause = r.cause;
		sign_in_failed(i, e, q.name, r.wait_s);
	}
}

void
sign_in_passkey_failed(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;

	call_log_refusal(
	    c, e, reason, i->client != NULL ? i->client->client_id : NULL);
	/* The button was pressed twice, and the first press signed in, or the
	 * answer was lost: which it is, the next look says. */
	if (reason == REASON_PASSKEY_REUSED) {
		interaction_again(i);
		return;
	}
	c->response.status = e == ERR_ACCESS_DENIED ? 403 : err_status(e);
	sign_in_ask(i, "", passkey_alert(i, e, reason));
}

/* The passkey of POSTED, which signs in or confirms who is signed in. */
static enum err
try_passkey(
    struct interaction *i, const struct form *posted, enum reason *reason)
{
	const struct provider *p = i->call->provider;
	struct challenge_bearer bearer =
	    passkey_bearer(i, CHALLENGE_SIGN_IN, NULL);
	struct passkey_posted read;
	enum err e;

	passkey_read(&read, posted);
	i->proof = (struct proof){.amr = ""};
	e = authenticate_passkey(
	    p, &bearer, &read.answer, i->call->now, &i->proof, reason);
	if (*reason != REASON_PASSKEY_EXPIRED || i->cookie == NULL)
		return e;
	*reason = REASON_NONE;
	bearer = passkey_bearer(i, CHALLENGE_CONFIRM, i->cookie->sid);
	return authenticate_passkey(
	    p, &bearer, &read.answer, i->call->now, &i->proof, reason);
}

static void
check_passkey(struct interaction *i, const struct form *posted)
{
	enum reason reason = REASON_NONE;
	enum err e = try_passkey(i, posted, &reason);

	i->proven = e == OK;
	i->proof.remember = form_get(posted, "remember") != NULL;
	if (e == OK)
		i->flow->proven(i);
	else
		sign_in_passkey_failed(i, e, reason);
}

void
sign_in_ask_password(struct interaction *i)
{
	const struct catalogue *c = i->call->page.catalogue;

	if ((i->proof.factors & FACTOR_PASSWORD) == 0) {
		sign_in_ask(i, "", message_text(c, "passkey.not_alone"));
		return;
	}
	i->typed_name = i->proof.typed;
	i->alert = message_text(c, "passkey.and_password");
	interaction_show(i, &sign_in_step);
	i->typed_name = i->alert = "";
}

void
sign_in_proof_lost(struct interaction *i)
{
	call_log_refusal(i->call, ERR_FORBIDDEN, REASON_FORM_TOKEN,
	    interaction_client_id(i));
	ask_after_stale(i);
}

enum err
sign_in_open(struct interaction *i, const struct factor_try *code,
    struct session_open_reply *r)
{
	struct call *c = i->call;
	struct devices devices;
	struct session_open_request q = {.address = c->request.address,
	    .agent = c->request.agent,
	    .cookie = i->cookie,
	    .devices = &devices,
	    .code = code};
	enum err e;

	browser_devices(&devices, i->conf, &c->request);
	e = session_open(c->provider, &i->proof, &q, c->now, r);
	if (e == OK) {
		browser_sign_in(
		    &c->response, i->conf, &r->session, &r->cookie, c->now);
		browser_set_devices(&c->response, i->conf, &r->devices);
		i->cookie_storage = r->cookie;
		i->cookie = &i->cookie_storage;
	}
	return e;
}

void
sign_in_refuse(struct interaction *i, enum err e)
{
	char typed[USER_EMAIL_CAP];

	memcpy(typed, i->proof.typed, sizeof typed);
	sign_in_failed(i, e, typed, 0);
}

bool
sign_in_complete(struct interaction *i)
{
	struct session_open_reply r;
	enum err e;

	if (!i->proven) {
		sign_in_proof_lost(i);
		return false;
	}
	e = sign_in_open(i, NULL, &r);
	if (e != OK)
		sign_in_refuse(i, e);
	session_open_reply_wipe(&r);
	return e == OK;
}

const struct step sign_in_step = {
    .purpose = "sign in",
    .before_session = true,
    .template = "login.html",
    .page = put_typed_name,
    .buttons = {{"login", check_login}, {"passkey", check_passkey},
	{"cancel", interaction_decline}},
};
