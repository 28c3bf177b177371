/*
 * authorize: where an app sends the browser. Pages for signing in, choosing an
 * account and consent; at the end the way back to the app with a code.
 *
 * What a step has answered (prompt=login, max_age) is taken out of the app's
 * request, which goes along with every step (app/visit.h); that is no promise
 * to the app, which has auth_time.
 */
#include "app/app.h"
#include "app/visit.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/scope.h"
#include "domain/slots.h"
#include "domain/uri.h"
#include "protocol/authorize.h"
#include "protocol/consent.h"
#include "protocol/sign_in.h"
#include "web/browser.h"
#include "web/reply.h"

#include <string.h>

enum { PROMPT_TEXT_CAP = 128, NAME_TYPED_CAP = 512 };

/* A visit, what the app asked for, and what was decided. */
struct arrival {
	struct visit visit;
	struct authorize_request request;
	struct authorize_reply reply;
	char prompt[PROMPT_TEXT_CAP]; /* what is left of it */
};

/* Takes what was ANSWERED out of the app's request. A sign-in a moment ago
 * answers max_age as well, and a hint that fits no person: left in, it would
 * ask for ever. */
static void
settle(struct arrival *a, unsigned answered)
{
	struct form *f = &a->visit.form;

	for (size_t i = 0; i < f->count; i++) {
		const char *name = f->field[i].name;

		if ((answered & PROMPT_LOGIN) &&
		    (str_equal(name, "max_age") ||
			(str_equal(name, "id_token_hint") &&
			    a->request.bad_hint)))
			f->field[i].value = "";
		if (!str_equal(name, "prompt") ||
		    str_copy(a->prompt, sizeof a->prompt, f->field[i].value) !=
			OK)
			continue;
		if (answered & PROMPT_LOGIN)
			words_remove(a->prompt, "login");
		if (answered & PROMPT_SELECT_ACCOUNT)
			words_remove(a->prompt, "select_account");
		f->field[i].value = a->prompt;
	}
}

static void
refuse(struct arrival *a, enum err e, enum reason reason)
{
	struct call *c = a->visit.call;

	call_log_refusal(c, e, reason, form_get(&a->visit.form, "client_id"));
	if (a->request.may_redirect && err_status(e) < 500)
		reply_error_to_app(
		    &c->response, &c->page, &a->request, e, reason);
	else
		page_error(&c->response, &c->page, e, reason);
}

/* What every page here has. */
static void
begin_page(struct arrival *a, struct json_build *b, const char *title,
    const char *purpose)
{
	csrf_bind(
	    &a->visit.csrf, a->reply.signed_in ? a->reply.session.sid : NULL);
	visit_page(&a->visit, b, title, purpose, a->request.client.name);
	json_put_str(b, "display", a->reply.user.display);
	json_put_bool(b, "can_cancel", true);
}

/* NAME is what was typed, or what the app hints at. */
static void
show_sign_in(struct arrival *a, const char *name, const char *error)
{
	struct json_build b;

	settle(a, PROMPT_SELECT_ACCOUNT);
	/* Bound to the browser alone: who was signed in is about to change. */
	a->reply.signed_in = false;
	begin_page(a, &b, "Sign in", "sign in");
	json_put_str(&b, "name", name);
	json_put_str(&b, "error", error);
	visit_show(&a->visit, &b, "login.html", &a->request.client);
}

static void
show_select(struct arrival *a)
{
	struct json_build b;

	begin_page(a, &b, "Choose an account", "select");
	json_put_str(&b, "name", a->reply.user.name);
	visit_show(&a->visit, &b, "select.html", &a->request.client);
}

/* One scope as the consent page shows it. */
static json_t *
describe_scope(const struct approval *remembered, const char *scope)
{
	const struct scope_known *known = scope_find(scope);
	char meaning[SCOPE_WORD_CAP + 32];
	struct json_build b;
	struct buf m;

	buf_init(&m, meaning, sizeof meaning);
	if (known != NULL)
		buf_puts(&m, known->meaning);
	else
		buf_printf(&m, "the permission “%s”", scope);
	json_begin(&b);
	json_put_str(&b, "name", scope);
	json_put_str(&b, "meaning", meaning);
	json_put_bool(&b, "optional", !consent_is_required(scope));
	json_put_bool(&b, "checked", !words_has(remembered->declined, scope));
	return json_finish(&b);
}

static void
show_consent(struct arrival *a)
{
	const char *cursor = a->request.scope;
	char word[SCOPE_WORD_CAP], host[ORIGIN_CAP];
	json_t *scopes = json_array();
	struct json_build b;

	settle(a, PROMPT_SELECT_ACCOUNT);
	begin_page(a, &b, "Allow access", "consent");
	if (uri_place(host, a->request.redirect_uri) != OK)
		host[0] = '\0';
	json_put_str(&b, "client_host", host);
	json_put_str(&b, "name", a->reply.user.name);
	while (words_next(&cursor, word, sizeof word))
		if (json_array_append_new(scopes,
			describe_scope(&a->reply.remembered, word)) != 0)
			b.failed = true;
	json_put(&b, "scopes", scopes);
	json_put_bool(&b, "choice", !str_equal(a->request.scope, "openid"));
	visit_show(&a->visit, &b, "consent.html", &a->request.client);
}

/* This person may not use this app: they are told, and shown the way back. */
static void
show_not_admitted(struct arrival *a)
{
	const enum reason reason = REASON_USER_NOT_IN_GROUP;
	struct call *c = a->visit.call;
	struct json_build b;

	call_log_refusal(
	    c, ERR_ACCESS_DENIED, reason, a->request.client.client_id);
	c->response.status = 403;
	begin_page(a, &b, "Not allowed", "denied");
	json_put_str(&b, "name", a->reply.user.name);
	reply_offer_error(&b, &c->page, &a->request, ERR_ACCESS_DENIED, reason);
	visit_show(&a->visit, &b, "denied.html", &a->request.client);
}

static void
send_code(struct arrival *a)
{
	const struct reply_param params[] = {
	    {"code", a->reply.code}, {NULL, NULL}};
	struct call *c = a->visit.call;

	reply_to_app(&c->response, &c->page, &a->request, params);
}

/* Decides and shows what comes next. */
static void
go_on(struct arrival *a, const struct authorize_answer *answer)
{
	enum reason reason = REASON_NONE;
	enum err e = authorize_decide(a->visit.call->provider, &a->request,
	    a->visit.cookie, answer, a->visit.call->now, &a->reply, &reason);

	if (e != OK) {
		refuse(a, e, reason);
		return;
	}
	switch (a->reply.step) {
	case AUTHORIZE_CODE:
		send_code(a);
		break;
	case AUTHORIZE_SIGN_IN:
		if (a->request.bad_hint)
			call_log_event(a->visit.call, "id_token_hint_invalid",
			    a->request.client.client_id);
		show_sign_in(a, a->request.login_hint, "");
		break;
	case AUTHORIZE_SELECT:
		show_select(a);
		break;
	case AUTHORIZE_CONSENT:
		show_consent(a);
		break;
	case AUTHORIZE_NOT_ADMITTED:
		show_not_admitted(a);
		break;
	}
}

static void
explain_wait(struct arrival *a, int64_t wait_s, char *text, size_t cap)
{
	char seconds[24];
	struct buf b;

	buf_init(&b, seconds, sizeof seconds);
	buf_put_int(&b, wait_s);
	response_header(&a->visit.call->response, "Retry-After", seconds);
	buf_init(&b, text, cap);
	buf_printf(&b, "Too many attempts. Wait %s second%s, then try again.",
	    seconds, wait_s == 1 ? "" : "s");
}

/* Not each: a flood of guesses must not flood the log. */
static void
log_busy(struct arrival *a)
{
	struct call *c = a->visit.call;

	if (slots_should_log(a->visit.conf, c->now))
		call_log_refusal(c, ERR_BUSY, REASON_SIGN_IN_LINE_FULL,
		    a->request.client.client_id);
}

static void
sign_in_failed(struct arrival *a, enum err e, const char *name, int64_t wait_s)
{
	char text[128];
	const char *error = "Wrong user name or password. Try again.";

	if (e != ERR_BUSY)
		call_log_refusal(a->visit.call, e, REASON_SIGN_IN,
		    a->request.client.client_id);
	a->visit.call->response.status = err_status(e);
	a->visit.call->late = e == ERR_BUSY || e == ERR_TOO_MANY_REQUESTS;
	if (e == ERR_ACCESS_DENIED) {
		a->visit.call->response.status = 403;
	} else if (e == ERR_TOO_MANY_REQUESTS) {
		explain_wait(a, wait_s, text, sizeof text);
		error = text;
	} else if (e == ERR_BUSY) {
		log_busy(a);
		error =
		    "Many people are signing in right now. Wait 10 seconds, "
		    "then try again.";
	} else if (e == ERR_TEMPORARILY_UNAVAILABLE) {
		error = "The service is busy. Try again in a minute.";
	} else {
		page_error(&a->visit.call->response, &a->visit.call->page, e,
		    REASON_NONE);
		return;
	}
	show_sign_in(a, name, error);
}

/* The name in TYPED: telephones put a space behind a word they complete. */
static const char *
name_in(const char *typed, char name[static NAME_TYPED_CAP])
{
	size_t len;

	if (typed == NULL)
		return "";
	typed += strspn(typed, " ");
	for (len = strlen(typed); len > 0 && typed[len - 1] == ' ';)
		len--;
	/* A longer one is nobody's. */
	return str_copy_n(name, NAME_TYPED_CAP, typed, len) == OK ? name
								  : typed;
}

static void
step_login(struct arrival *a, const struct form *posted)
{
	char name[NAME_TYPED_CAP];
	const char *password = form_get(posted, "password");
	struct devices devices;
	struct sign_in_request q = {
	    .name = name_in(form_get(posted, "username"), name),
	    .password = password != NULL ? password : "",
	    .address = a->visit.call->request.address,
	    .remember = form_get(posted, "remember") != NULL,
	    .cookie = a->visit.cookie,
	    .devices = &devices};
	struct sign_in_reply r;
	enum err e;

	if (q.name[0] == '\0' || password == NULL) {
		show_sign_in(
		    a, q.name, "Enter your user name and your password.");
		return;
	}
	browser_devices(&devices, a->visit.conf, &a->visit.call->request);
	e = sign_in(a->visit.call->provider, &q, a->visit.call->now, &r);
	if (e == OK) {
		browser_sign_in(&a->visit.call->response, a->visit.conf,
		    &r.session, &r.cookie, a->visit.call->now);
		browser_set_devices(
		    &a->visit.call->response, a->visit.conf, &r.devices);
		settle(a, PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT);
		visit_again(&a->visit);
	} else {
		sign_in_failed(a, e, q.name, r.wait_s);
	}
	sign_in_reply_wipe(&r);
}

static void
step_allow(struct arrival *a, const struct form *posted)
{
	char ticked[SCOPE_CAP] = "";
	struct authorize_answer answer = {
	    .selected = true, .consented = true, .ticked = ticked};

	for (size_t i = 0; i < posted->count; i++) {
		const char *name = posted->field[i].name;

		if (!str_starts(name, "scope_"))
			continue;
		if (words_add(ticked, sizeof ticked, name + 6) != OK) {
			refuse(a, ERR_INVALID_REQUEST, REASON_SCOPE_TOO_LONG);
			return;
		}
	}
	go_on(a, &answer);
}

static void
step_refuse(struct arrival *a, const struct form *posted)
{
	(void)posted;
	refuse(a, ERR_ACCESS_DENIED, REASON_PERSON_DECLINED);
}

static void
step_continue(struct arrival *a, const struct form *posted)
{
	(void)posted;
	settle(a, PROMPT_SELECT_ACCOUNT);
	visit_again(&a->visit);
}

static void
step_switch(struct arrival *a, const struct form *posted)
{
	(void)posted;
	show_sign_in(a, "", "");
}

static const struct {
	const char *name, *purpose;
	void (*run)(struct arrival *a, const struct form *posted);
} steps[] = {
    {"login", "sign in", step_login},
    {"cancel", "sign in", step_refuse},
    {"cancel", "select", step_refuse},
    {"continue", "select", step_continue},
    {"switch", "select", step_switch},
    {"switch", "consent", step_switch},
    {"switch", "denied", step_switch},
    {"allow", "consent", step_allow},
    {"deny", "consent", step_refuse},
};

/* Whether TOKEN is of the page that has the step. The page to sign in on is
 * bound to the browser alone, the others to the session as well. */
static bool
token_is_good(struct arrival *a, const char *purpose, const char *token)
{
	bool bound = !str_equal(purpose, "sign in") && a->visit.cookie != NULL;

	csrf_bind(&a->visit.csrf, bound ? a->visit.cookie->sid : NULL);
	return csrf_check(&a->visit.csrf, purpose, token) == OK;
}

/* A page that was left open while another person signed in, or the session
 * ended: what it asked is asked again, of the person signed in now. What was
 * typed to sign in is not thrown away without a word. */
static bool
is_left_open(const struct arrival *a, const char *step)
{
	return a->visit.cookie != NULL && !str_equal(step, "login");
}

static void
run_step(struct arrival *a, const struct form *posted)
{
	const char *step = form_get(posted, "step");
	const char *token = form_get(posted, "csrf");

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (str_equal(steps[i].name, step) &&
		    token_is_good(a, steps[i].purpose, token)) {
			steps[i].run(a, posted);
			return;
		}
	/* Such a page, cookies refused, or another site's form: ask again, do
	 * nothing. Another site's comes without our cookies, as a GET does not.
	 */
	call_log_refusal(a->visit.call, ERR_FORBIDDEN, REASON_FORM_TOKEN,
	    a->request.client.client_id);
	if (!csrf_may_answer(&a->visit.csrf) || is_left_open(a, step)) {
		visit_again(&a->visit);
		return;
	}
	a->visit.call->response.status = 403;
	show_sign_in(a, "",
	    "This page was open for too long, or your browser "
	    "does not accept cookies. Try again.");
}

static void
serve(struct call *c)
{
	static const struct authorize_answer nothing = {.ticked = ""};
	struct arrival a = {0};
	struct visit *v = &a.visit;
	enum reason reason = REASON_NONE;
	enum err e;

	visit_begin(v, c, "/authorize");
	e = visit_load(v, &reason);
	if (e == OK && v->own_form && v->form.count == 0)
		e = refused(REASON_REQUEST_LOST, &reason);
	if (e == OK)
		e = authorize_parse(c->provider, &v->form, &a.request, &reason);
	if (e == OK)
		e = visit_fits(v, &reason);
	if (e != OK)
		refuse(&a, e, reason);
	else if (v->own_form)
		run_step(&a, &c->request.body);
	else if (visit_is_foreign_post(v))
		visit_again(v);
	else
		go_on(&a, &nothing);
	visit_end(v);
	authorize_reply_wipe(&a.reply);
}

static const struct endpoint endpoints[] = {
    {"/authorize", METHOD_GET | METHOD_POST, CORS_NONE, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(int argc, char **argv)
{
	(void)argc;
	return app_run(argv, "authorize", APP_KEYRING | APP_PAGES, endpoints);
}
