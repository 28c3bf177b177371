#include "interaction/flows.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/new_password.h"
#include "interaction/own_page.h"
#include "interaction/own_parts.h"
#include "interaction/passkey_form.h"
#include "interaction/password_words.h"
#include "interaction/second_factor_step.h"
#include "interaction/sign_in_step.h"
#include "protocol/authenticate.h"
#include "protocol/join.h"
#include "web/browser.h"
#include "web/date.h"
#include "web/page.h"
#include "web/reader.h"

#include <string.h>

/* What the link is, and what is wrong with it. */
struct join_state {
	const char *text;
	struct join join;
	enum err fault;
	enum reason reason;
};

static struct join_state *
join_state(const struct interaction *i)
{
	return i->state;
}

static void
refuse_join(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;
	char url[ISSUER_CAP + 16];
	struct buf b;

	call_about_user(c, join_state(i)->join.user.name);
	call_log_refusal(c, e, reason, NULL);
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s%s", i->conf->issuer, own_home_path(i));
	page_error_link(&c->response, &c->page, e, reason, url,
	    message_text(c->page.catalogue, "login.submit"));
}

/* A link that is spent is no end here: its form may have come twice. */
static enum err
parse_join(struct interaction *i, enum reason *reason)
{
	struct join_state *s = join_state(i);
	const char *text = form_get(&i->form, "link");

	s->text = text != NULL ? text : "";
	s->fault = join_look(
	    i->call->provider, s->text, i->call->now, &s->join, &s->reason);
	reader_from_person(&i->call->page, &s->join.user);
	*reason = s->reason;
	return s->reason == REASON_NONE ? s->fault : OK;
}

/* --- what the link is good for --------------------------------------------*/

static void
put_left(struct json_build *b, const struct interaction *i, int64_t left_s)
{
	static const struct {
		int64_t seconds;
		const char *key;
	} units[] = {
	    {86400, "join.days"}, {3600, "join.hours"}, {60, "join.minutes"}};
	char text[256];
	size_t u = 0;
	struct buf t;

	while (u < 2 && left_s + units[u].seconds / 2 < 2 * units[u].seconds)
		u++;
	left_s += units[u].seconds / 2;
	buf_init(&t, text, sizeof text);
	message_put_count(&t, i->call->page.catalogue, units[u].key,
	    left_s < units[u].seconds ? 1 : left_s / units[u].seconds);
	json_put_str(b, "left", text);
}

static void
put_join(struct interaction *i, const struct step *step, struct json_build *b)
{
	const struct join_state *s = join_state(i);
	const struct join *j = &s->join;
	char room[USER_FULL_NAME_CAP];
	const char *name = user_full_name(room, &j->user);
	bool invited = j->link.kind == LINK_INVITE;

	json_put_bool(b, "can_cancel", false);
	if (step == &sign_in_step)
		return;
	json_put_str(b, "title",
	    message_text(i->call->page.catalogue,
		invited ? "join.title" : "reset.title"));
	json_put_bool(b, "invited", invited);
	json_put_bool(b, "factors", j->link.kind == LINK_RESET_FACTORS);
	json_put_str(b, "display", str_equal(name, j->user.name) ? "" : name);
	json_put_str(b, "name", j->user.name);
	put_left(b, i, j->link.good_until - i->call->now);
	date_put(b, "until", j->link.good_until, &i->call->page);
}

/* Spends nothing: programs that look at links in mails press buttons, too. The
 * form for the password is got by GET, so that Back leads to a page and not to
 * a question of the browser's. */
static void
continue_join(struct interaction *i, const struct form *posted)
{
	char url[ISSUER_CAP + LINK_TEXT_CAP + 32];
	const struct join_state *s = join_state(i);
	struct buf b;

	(void)posted;
	if (s->fault != OK) {
		refuse_join(i, s->fault, s->reason);
		return;
	}
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/join?link=%s&go_on=1", i->conf->issuer, s->text);
	if (!buf_ok(&b))
		i->call->response.failed = true;
	response_redirect(&i->call->response, url);
}

static const struct step join_step = {
    .purpose = "join",
    .before_session = true,
    .template = "join.html",
    .buttons = {{"continue", continue_join}},
};

/* --- the password ----------------------------------------------------------*/

static const struct step choose_step;

static void
choose_again(struct interaction *i, const char *alert)
{
	i->alert = alert;
	interaction_show(i, &choose_step);
	i->alert = "";
}

/* What was typed may be the person's password; what is wrong, else. */
static const char *
check_typed(char text[static PASSWORD_WORDS_CAP], const struct interaction *i,
    const char *password, const char *again)
{
	enum password_flaw flaw;

	if (password == NULL || password[0] == '\0')
		return message_text(
		    i->call->page.catalogue, "password.missing");
	flaw = password_flaw(password, &join_state(i)->join.user, i->conf);
	if (flaw != PASSWORD_FINE)
		return password_words(text, i, flaw);
	if (again != NULL && !secret_equal_str(password, again))
		return message_text(
		    i->call->page.catalogue, "password.differs");
	return NULL;
}

/* The form came twice, by two presses or by Back: the link is spent, and who
 * types the password that it was spent for signs in as everybody does. */
static void
sign_in_after(struct interaction *i, const char *password)
{
	const struct join_state *s = join_state(i);
	struct call *c = i->call;
	struct devices devices;
	struct password_request q = {.name = s->join.user.name,
	    .password = password,
	    .address = c->request.address,
	    .devices = &devices};
	struct password_reply r;
	enum err e;

	browser_devices(&devices, i->conf, &c->request);
	e = authenticate_password(c->provider, &q, c->now, &i->proof, &r);
	i->proven = e == OK;
	if (e == OK)
		i->flow->proven(i);
	else
		refuse_join(i, s->fault, s->reason);
}

static void
spend_link(struct interaction *i, const char *password)
{
	struct join_state *s = join_state(i);
	struct call *c = i->call;
	struct password_hash h;
	const char *busy;
	enum err e = password_set(&h, password, i->conf);

	if (e != OK) {
		busy = password_words_busy(i, e);
		if (busy != NULL)
			choose_again(i, busy);
		else
			refuse_join(i, e, REASON_NONE);
		return;
	}
	s->fault = join_set_password(c->provider, s->text, &h,
	    c->request.address, c->now, &i->proof, &s->reason);
	secret_wipe(&h, sizeof h);
	i->proven = s->fault == OK;
	if (s->fault == OK)
		i->flow->proven(i);
	else if (s->reason == REASON_LINK_USED) /* while it was hashed */
		sign_in_after(i, password);
	else
		refuse_join(i, s->fault, s->reason);
}

static void
set_password(struct interaction *i, const struct form *posted)
{
	const char *password = form_get(posted, "new_password");
	const struct join_state *s = join_state(i);
	char text[PASSWORD_WORDS_CAP];
	const char *alert;

	if (s->reason == REASON_LINK_USED && password != NULL) {
		sign_in_after(i, password);
		return;
	}
	if (s->fault != OK) {
		refuse_join(i, s->fault, s->reason);
		return;
	}
	alert = check_typed(text, i, password, form_get(posted, "again"));
	if (alert != NULL)
		choose_again(i, alert);
	else
		spend_link(i, password);
}

/* One that does not check who holds it would not be enough alone, and nor
 * would one that has to be asked for by name. */
static void
set_passkey(struct interaction *i, const struct form *posted)
{
	struct join_state *s = join_state(i);
	struct call *c = i->call;
	const struct challenge_bearer bearer =
	    passkey_bearer(i, CHALLENGE_ADD, s->join.link.hash);
	char rp_id[ISSUER_CAP];
	struct passkey_posted p;
	struct passkey_new n;
	enum err e;

	if (s->fault != OK) {
		refuse_join(i, s->fault, s->reason);
		return;
	}
	passkey_read(&p, posted);
	e = passkey_check_new(
	    c->provider, &bearer, &p.offer, c->now, &n, &s->reason);
	if (e == OK && webauthn_rp_id(rp_id, i->conf->issuer) &&
	    !passkey_is_alone(&n.passkey, rp_id)) {
		choose_again(i,
		    message_text(c->page.catalogue, "join.passkey_not_alone"));
		return;
	}
	if (e == OK)
		e = join_set_passkey(c->provider, s->text, &n,
		    c->request.address, c->now, &i->proof, &s->reason);
	i->proven = e == OK;
	if (e == OK) {
		i->flow->proven(i);
	} else if (e == ERR_ACCESS_DENIED) {
		call_about_user(c, s->join.user.name);
		call_log_refusal(c, e, s->reason, NULL);
		c->response.status = 403;
		choose_again(i, passkey_alert(i, e, s->reason));
	} else {
		refuse_join(i, e, s->reason);
	}
}

static void
put_choice(struct interaction *i, struct json_build *b)
{
	const struct join *j = &join_state(i)->join;

	password_words_put_hint(i, b);
	if (j->takes_passkey)
		passkey_put_new(i, b, &j->user, j->link.hash);
	else
		passkey_put_none(b);
}

static const struct step choose_step = {
    .purpose = "join with a password",
    .before_session = true,
    .template = "join_password.html",
    .page = put_choice,
    .buttons = {{"set", set_password}, {"passkey", set_passkey}},
};

/* --- the flow --------------------------------------------------------------*/

static void
show_join(struct interaction *i)
{
	const struct join_state *s = join_state(i);

	if (s->fault != OK)
		refuse_join(i, s->fault, s->reason);
	else
		interaction_show(i, form_get(&i->form, "go_on") != NULL
					? &choose_step
					: &join_step);
}

/* The page was open for too long, or there are no cookies: it comes again and
 * says so. */
static void
stale_join(struct interaction *i, const char *button)
{
	const struct join_state *s = join_state(i);

	(void)button;
	if (!csrf_may_answer(&i->csrf)) {
		interaction_again(i);
		return;
	}
	if (s->fault == OK) {
		i->call->response.status = 403;
		i->alert = page_reason(&i->call->page, REASON_FORM_TOKEN, NULL);
	}
	show_join(i);
}

static void
show_joined(struct interaction *i)
{
	static const char *const done[LINK_KINDS] = {
	    [LINK_INVITE] = "done.joined",
	    [LINK_RESET] = "done.reset",
	    [LINK_RESET_FACTORS] = "done.reset_factors",
	};
	enum link_kind kind = join_state(i)->join.link.kind;

	if (words_has(i->proof.amr, "pwd"))
		own_page_done(i, own_home_path(i), done[kind]);
	else
		own_page_done(i, own_home_path(i),
		    kind == LINK_INVITE ? "done.passkey_joined"
					: "done.passkey_reset");
}

static const struct step *const join_steps[] = {
    &join_step, &choose_step, &sign_in_step, &second_factor_step, NULL};

static const struct flow joining = {
    .path = "/join",
    .steps = join_steps,
    .parse = parse_join,
    .go_on = show_join,
    .refuse = refuse_join,
    .page = put_join,
    .stale = stale_join,
    .proven = sign_in_continue,
    .signed_in = show_joined,
};

void
join_flow(struct call *c)
{
	struct join_state s = {0};

	interaction_run(&joining, &s, c);
	join_wipe(&s.join);
}
