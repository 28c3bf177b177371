/*
 * authorize: where an app sends the browser. Pages for signing in, choosing an
 * account and consent; at the end the way back to the app with a code.
 *
 * The pages carry the app's request along as text and every step parses it
 * again, so no step trusts an earlier one and nothing is kept for people who
 * never come back. What a step has answered (prompt=login, max_age) is taken
 * out of the request; that is no promise to the app, which has auth_time.
 */
#include "app/app.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "domain/scope.h"
#include "domain/uri.h"
#include "protocol/authorize.h"
#include "protocol/consent.h"
#include "protocol/sign_in.h"
#include "web/browser.h"
#include "web/csrf.h"
#include "web/page.h"
#include "web/reply.h"

#include <string.h>

enum {
	REQUEST_TEXT_CAP = REQUEST_QUERY_MAX + 1,
	/* Longer, and some server on the way would refuse the URL. */
	REDIRECT_MAX = 24576,
	NAME_TYPED_CAP = 512
};

/* One visit: the app's request, who is here, and what was decided. */
struct visit {
	struct call *call;
	const struct conf *conf;
	struct csrf csrf;
	struct session_cookie cookie_storage;
	const struct session_cookie *cookie; /* NULL: none */
	struct form form;                    /* the app's request */
	struct authorize_request request;
	struct authorize_reply reply;
	char text[REQUEST_TEXT_CAP]; /* behind form */
};

/* The words of PROMPT but those that were answered. */
static void
put_open_prompts(struct buf *b, const char *prompt, unsigned answered)
{
	char open[REQUEST_TEXT_CAP];

	if (str_copy(open, sizeof open, prompt) != OK)
		return;
	if (answered & PROMPT_LOGIN)
		words_remove(open, "login");
	if (answered & PROMPT_SELECT_ACCOUNT)
		words_remove(open, "select_account");
	if (open[0] != '\0')
		form_put_field(b, "prompt", open);
}

/* The app's request as a query string, without what was answered. A sign-in a
 * moment ago answers max_age as well. */
static void
put_request(struct buf *b, const struct form *f, unsigned answered)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *name = f->field[i].name;
		const char *value = f->field[i].value;

		if (str_equal(name, "prompt"))
			put_open_prompts(b, value, answered);
		else if (!(answered & PROMPT_LOGIN) ||
			 !str_equal(name, "max_age"))
			form_put_field(b, name, value);
	}
}

static void
refuse(struct visit *v, enum err e, const char *reason)
{
	struct call *c = v->call;

	app_log_refusal(c, e, reason, form_get(&v->form, "client_id"));
	if (v->request.may_redirect && err_status(e) < 500)
		reply_error_to_app(
		    &c->response, &c->page, &v->request, e, reason);
	else
		page_error(&c->response, &c->page, e, reason);
}

/* The app's request as an address of ours; false if it is too long to go along
 * with every step. */
static bool
self_url(char url[static REDIRECT_MAX], struct visit *v, unsigned answered)
{
	struct buf b;

	buf_init(&b, url, REDIRECT_MAX);
	buf_printf(&b, "%s/authorize?", v->conf->issuer);
	put_request(&b, &v->form, answered);
	return buf_ok(&b);
}

/* Comes back to ourselves with a GET, which brings the cookies along that a
 * POST from another site does not, and can be loaded again. */
static void
redirect_to_self(struct visit *v, unsigned answered)
{
	char url[REDIRECT_MAX];

	if (!self_url(url, v, answered))
		v->call->response.failed = true;
	response_redirect(&v->call->response, url);
}

/* What every page with a form has. */
static void
begin_page(struct visit *v, struct json_build *b, const char *title,
    const char *purpose, unsigned answered)
{
	char text[REQUEST_TEXT_CAP], token[CSRF_TOKEN_CAP];
	char action[ISSUER_CAP + 16];
	struct buf u;

	buf_init(&u, action, sizeof action);
	buf_printf(&u, "%s/authorize", conf_issuer_path(v->conf));
	json_begin(b);
	json_put_str(b, "title", title);
	json_put_str(b, "client_name", v->request.client.name);
	json_put_str(b, "action", action);
	buf_init(&u, text, sizeof text);
	put_request(&u, &v->form, answered);
	json_put_str(b, "request", text);
	csrf_bind(&v->csrf, v->reply.signed_in ? v->reply.session.sid : NULL);
	csrf_make(token, &v->csrf, v->conf, &v->call->response, purpose);
	json_put_str(b, "csrf", token);
	json_put_str(b, "display", v->reply.user.display);
	json_put_bool(b, "can_cancel", true);
}

static void
end_page(struct visit *v, struct json_build *b, const char *template)
{
	page_render(&v->call->response, &v->call->page, template, b,
	    &v->request.client);
}

/* NAME is what was typed, or what the app hints at. */
static void
show_sign_in(struct visit *v, const char *name, const char *error)
{
	struct json_build b;

	/* Bound to the browser alone: who was signed in is about to change. */
	v->reply.signed_in = false;
	begin_page(v, &b, "Sign in", "sign in", PROMPT_SELECT_ACCOUNT);
	json_put_str(&b, "name", name);
	json_put_str(&b, "error", error);
	end_page(v, &b, "login.html");
}

static void
show_select(struct visit *v)
{
	struct json_build b;

	begin_page(v, &b, "Choose an account", "select", 0);
	json_put_str(&b, "name", v->reply.user.name);
	end_page(v, &b, "select.html");
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
show_consent(struct visit *v)
{
	const char *cursor = v->request.scope;
	char word[SCOPE_WORD_CAP], host[ORIGIN_CAP];
	json_t *scopes = json_array();
	struct json_build b;

	begin_page(v, &b, "Allow access", "consent", PROMPT_SELECT_ACCOUNT);
	if (uri_place(host, v->request.redirect_uri) != OK)
		host[0] = '\0';
	json_put_str(&b, "client_host", host);
	json_put_str(&b, "name", v->reply.user.name);
	while (words_next(&cursor, word, sizeof word))
		if (json_array_append_new(scopes,
			describe_scope(&v->reply.remembered, word)) != 0)
			b.failed = true;
	json_put(&b, "scopes", scopes);
	end_page(v, &b, "consent.html");
}

/* This person may not use this app: they are told, and shown the way back. */
static void
show_not_admitted(struct visit *v)
{
	static const char reason[] = "user_not_in_group";
	struct json_build b;

	app_log_refusal(
	    v->call, ERR_ACCESS_DENIED, reason, v->request.client.client_id);
	v->call->response.status = 403;
	begin_page(v, &b, "Not allowed", "denied", 0);
	json_put_str(&b, "name", v->reply.user.name);
	reply_offer_error(
	    &b, &v->call->page, &v->request, ERR_ACCESS_DENIED, reason);
	end_page(v, &b, "denied.html");
}

static void
send_code(struct visit *v)
{
	const struct reply_param params[] = {
	    {"code", v->reply.code}, {NULL, NULL}};

	reply_to_app(&v->call->response, &v->call->page, &v->request, params);
}

/* Decides and shows what comes next. */
static void
go_on(struct visit *v, const struct authorize_answer *answer)
{
	const char *reason = NULL;
	enum err e = authorize_decide(v->call->provider, &v->request, v->cookie,
	    answer, v->call->now, &v->reply, &reason);

	if (e != OK) {
		refuse(v, e, reason);
		return;
	}
	switch (v->reply.step) {
	case AUTHORIZE_CODE:
		send_code(v);
		break;
	case AUTHORIZE_SIGN_IN:
		show_sign_in(v, v->request.login_hint, "");
		break;
	case AUTHORIZE_SELECT:
		show_select(v);
		break;
	case AUTHORIZE_CONSENT:
		show_consent(v);
		break;
	case AUTHORIZE_NOT_ADMITTED:
		show_not_admitted(v);
		break;
	}
}

static void
explain_wait(struct visit *v, int64_t wait_s, char *text, size_t cap)
{
	char seconds[24];
	struct buf b;

	buf_init(&b, seconds, sizeof seconds);
	buf_put_int(&b, wait_s);
	response_header(&v->call->response, "Retry-After", seconds);
	buf_init(&b, text, cap);
	buf_printf(&b,
	    "That was tried too often. Wait %s second%s, then try again.",
	    seconds, wait_s == 1 ? "" : "s");
}

static void
sign_in_failed(struct visit *v, enum err e, const char *name, int64_t wait_s)
{
	char text[128];
	const char *error = "That user name and password do not go together. "
			    "Try again.";

	app_log_refusal(v->call, e, "sign_in", v->request.client.client_id);
	v->call->response.status = err_status(e);
	if (e == ERR_ACCESS_DENIED) {
		v->call->response.status = 403;
	} else if (e == ERR_TOO_MANY_REQUESTS) {
		explain_wait(v, wait_s, text, sizeof text);
		error = text;
	} else if (e == ERR_TEMPORARILY_UNAVAILABLE) {
		error = "We are busy. Try again in a minute.";
	} else {
		page_error(&v->call->response, &v->call->page, e, NULL);
		return;
	}
	show_sign_in(v, name, error);
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
step_login(struct visit *v, const struct form *posted)
{
	char name[NAME_TYPED_CAP];
	const char *password = form_get(posted, "password");
	struct sign_in_request q = {
	    .name = name_in(form_get(posted, "username"), name),
	    .password = password != NULL ? password : "",
	    .address = v->call->request.address,
	    .remember = form_get(posted, "remember") != NULL,
	    .cookie = v->cookie};
	struct sign_in_reply r;
	enum err e;

	if (q.name[0] == '\0' || password == NULL) {
		show_sign_in(
		    v, q.name, "Enter your user name and your password.");
		return;
	}
	e = sign_in(v->call->provider, &q, v->call->now, &r);
	if (e == OK) {
		browser_sign_in(&v->call->response, v->conf, &r.session,
		    &r.cookie, v->call->now);
		redirect_to_self(v, PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT);
	} else {
		sign_in_failed(v, e, q.name, r.wait_s);
	}
	sign_in_reply_wipe(&r);
}

static void
step_allow(struct visit *v, const struct form *posted)
{
	char ticked[SCOPE_CAP] = "";
	struct authorize_answer answer = {
	    .selected = true, .consented = true, .ticked = ticked};

	for (size_t i = 0; i < posted->count; i++) {
		const char *name = posted->field[i].name;

		if (!str_starts(name, "scope_"))
			continue;
		if (words_add(ticked, sizeof ticked, name + 6) != OK) {
			refuse(v, ERR_INVALID_REQUEST, "scope_too_long");
			return;
		}
	}
	go_on(v, &answer);
}

static void
step_refuse(struct visit *v, const struct form *posted)
{
	(void)posted;
	refuse(v, ERR_ACCESS_DENIED, "person_declined");
}

static void
step_continue(struct visit *v, const struct form *posted)
{
	(void)posted;
	redirect_to_self(v, PROMPT_SELECT_ACCOUNT);
}

static void
step_switch(struct visit *v, const struct form *posted)
{
	(void)posted;
	show_sign_in(v, "", "");
}

static const struct {
	const char *name, *purpose;
	void (*run)(struct visit *v, const struct form *posted);
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
token_is_good(struct visit *v, const char *purpose, const char *token)
{
	bool bound = !str_equal(purpose, "sign in") && v->cookie != NULL;

	csrf_bind(&v->csrf, bound ? v->cookie->sid : NULL);
	return csrf_check(&v->csrf, purpose, token) == OK;
}

static void
run_step(struct visit *v, const struct form *posted)
{
	const char *step = form_get(posted, "step");
	const char *token = form_get(posted, "csrf");

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (str_equal(steps[i].name, step) &&
		    token_is_good(v, steps[i].purpose, token)) {
			steps[i].run(v, posted);
			return;
		}
	/* A page left open while the session changed, cookies refused, or a
	 * form of somebody else's: ask afresh, do nothing. */
	app_log_refusal(
	    v->call, ERR_FORBIDDEN, "form_token", v->request.client.client_id);
	v->call->response.status = 403;
	show_sign_in(v, "",
	    "This page was open for too long, or your browser "
	    "keeps no cookies. Please try again.");
}

/* Takes the app's request from where it is: the query, a POST by the app, or
 * the hidden field of one of our own forms. False if it was answered. */
static bool
load_request(struct visit *v, bool own_form)
{
	const struct request *q = &v->call->request;
	const char *text = form_get(&q->body, "request");
	const char *reason = NULL;
	char url[REDIRECT_MAX];
	enum err e = OK;

	if (!own_form) {
		v->form = *request_form(q);
	} else if (text == NULL ||
		   str_copy(v->text, sizeof v->text, text) != OK) {
		e = err_because(ERR_INVALID_REQUEST, "request_lost", &reason);
	} else if (form_parse(&v->form, v->text, strlen(v->text)) != OK) {
		e = err_because(ERR_INVALID_REQUEST, "request_lost", &reason);
	}
	if (e == OK)
		e = authorize_parse(
		    v->call->provider, &v->form, &v->request, &reason);
	/* Now, not after somebody has typed a password. */
	if (e == OK && !self_url(url, v, 0))
		e = err_because(
		    ERR_CONTENT_TOO_LARGE, "request_too_long", &reason);
	if (e != OK)
		refuse(v, e, reason);
	return e == OK;
}

static void
serve(struct call *c)
{
	static const struct authorize_answer nothing = {.ticked = ""};
	struct visit v = {.call = c, .conf = &c->provider->conf};
	bool post = c->request.method == METHOD_POST;
	bool own_form = post && form_get(&c->request.body, "step") != NULL;

	csrf_load(&v.csrf, &c->provider->keyring, v.conf, &c->request);
	v.cookie = browser_session(&v.cookie_storage, v.conf, &c->request);
	if (load_request(&v, own_form)) {
		if (own_form)
			run_step(&v, &c->request.body);
		else if (post)
			redirect_to_self(&v, 0);
		else
			go_on(&v, &nothing);
	}
	session_cookie_wipe(&v.cookie_storage);
	authorize_reply_wipe(&v.reply);
}

static const struct endpoint endpoints[] = {
    {"/authorize", METHOD_GET | METHOD_POST, CORS_NONE, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return app_run("authorize", APP_KEYRING | APP_PAGES, endpoints);
}
