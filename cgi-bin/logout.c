/*
 * logout: ends the session of this browser. An app that proves whom it means
 * is believed; otherwise the person is asked.
 */
#include "app/app.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "protocol/logout.h"
#include "web/browser.h"
#include "web/csrf.h"
#include "web/page.h"
#include "web/reply.h"

#include <string.h>

enum { REQUEST_TEXT_CAP = REQUEST_QUERY_MAX + 1, REDIRECT_MAX = 24576 };

struct visit {
	struct call *call;
	const struct conf *conf;
	struct csrf csrf;
	struct session_cookie cookie_storage;
	const struct session_cookie *cookie; /* NULL: none */
	struct form form;                    /* the app's request */
	struct logout_request request;
	struct logout_reply reply;
	char text[REQUEST_TEXT_CAP]; /* behind form */
};

static void
refuse(struct visit *v, enum err e, const char *reason)
{
	app_log_refusal(v->call, e, reason, form_get(&v->form, "client_id"));
	page_error(&v->call->response, &v->call->page, e, reason);
}

static void
redirect_to_self(struct visit *v)
{
	char url[REDIRECT_MAX];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/logout?", v->conf->issuer);
	form_put(&b, &v->form);
	if (buf_ok(&b))
		response_redirect(&v->call->response, url);
	else
		refuse(v, ERR_CONTENT_TOO_LARGE, "request_too_long");
}

static void
show_confirmation(struct visit *v)
{
	char text[REQUEST_TEXT_CAP], token[CSRF_TOKEN_CAP];
	char action[ISSUER_CAP + 16];
	struct json_build b;
	struct buf u;

	buf_init(&u, action, sizeof action);
	buf_printf(&u, "%s/logout", conf_issuer_path(v->conf));
	buf_init(&u, text, sizeof text);
	form_put(&u, &v->form);
	if (!buf_ok(&u)) {
		refuse(v, ERR_CONTENT_TOO_LARGE, "request_too_long");
		return;
	}
	csrf_bind(&v->csrf, v->reply.session.sid);
	csrf_make(token, &v->csrf, v->conf, &v->call->response, "logout");
	json_begin(&b);
	json_put_str(&b, "title", "Sign out");
	json_put_str(&b, "client_name", v->request.client.name);
	json_put_str(&b, "display", v->reply.user.display);
	json_put_str(&b, "name", v->reply.user.name);
	json_put_str(&b, "action", action);
	json_put_str(&b, "request", text);
	json_put_str(&b, "csrf", token);
	page_render(&v->call->response, &v->call->page, "logout.html", &b,
	    &v->request.client);
}

/* To where the app wants people afterwards, or our own last word. */
static void
send_away(struct visit *v)
{
	const struct logout_request *q = &v->request;
	char url[URI_CAP + sizeof "?state=" + 3 * STATE_CAP];
	struct json_build b;
	struct buf u;

	if (q->post_logout_redirect_uri[0] == '\0') {
		json_begin(&b);
		json_put_str(&b, "title", "Signed out");
		json_put_str(&b, "client_name", q->client.name);
		json_put_str(&b, "back_url", "");
		page_render(&v->call->response, &v->call->page,
		    "signed_out.html", &b, NULL);
		return;
	}
	buf_init(&u, url, sizeof url);
	buf_puts(&u, q->post_logout_redirect_uri);
	if (q->state[0] != '\0') {
		buf_puts(&u, strchr(url, '?') != NULL ? "&state=" : "?state=");
		buf_put_url_arg(&u, q->state);
	}
	response_redirect(&v->call->response, url);
}

static void
show_stayed(struct visit *v)
{
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "title", "Still signed in");
	json_put_str(&b, "client_name", v->request.client.name);
	json_put_str(&b, "back_url", v->request.post_logout_redirect_uri);
	page_render(
	    &v->call->response, &v->call->page, "stayed.html", &b, NULL);
}

static void
go_on(struct visit *v, bool confirmed)
{
	enum err e = logout_decide(v->call->provider, &v->request, v->cookie,
	    confirmed, v->call->now, &v->reply);

	if (e != OK) {
		refuse(v, e, NULL);
	} else if (!v->reply.ended) {
		show_confirmation(v);
	} else {
		browser_sign_out(&v->call->response, v->conf);
		send_away(v);
	}
}

/* One of our own forms came back. Without its token it is nobody's answer,
 * and the person is asked again. */
static void
run_step(struct visit *v, const struct form *posted)
{
	csrf_bind(&v->csrf, v->cookie != NULL ? v->cookie->sid : NULL);
	if (csrf_check(&v->csrf, "logout", form_get(posted, "csrf")) != OK)
		go_on(v, false);
	else if (str_equal(form_get(posted, "step"), "logout"))
		go_on(v, true);
	else
		show_stayed(v);
}

static bool
load_request(struct visit *v, bool own_form)
{
	const struct request *q = &v->call->request;
	const char *text = form_get(&q->body, "request");
	const char *reason = NULL;
	enum err e = OK;

	if (!own_form)
		v->form = *request_form(q);
	else if (text != NULL && /* an empty one is a request for nothing */
		 (str_copy(v->text, sizeof v->text, text) != OK ||
		     form_parse(&v->form, v->text, strlen(v->text)) != OK))
		e = err_because(ERR_INVALID_REQUEST, "request_lost", &reason);
	if (e == OK)
		e = logout_parse(
		    v->call->provider, &v->form, &v->request, &reason);
	if (e != OK)
		refuse(v, e, reason);
	return e == OK;
}

static void
serve(struct call *c)
{
	struct visit v = {.call = c, .conf = &c->provider->conf};
	bool post = c->request.method == METHOD_POST;
	bool own_form = post && form_get(&c->request.body, "step") != NULL;

	csrf_load(&v.csrf, &c->provider->keyring, v.conf, &c->request);
	v.cookie = browser_session(&v.cookie_storage, v.conf, &c->request);
	if (load_request(&v, own_form)) {
		if (own_form)
			run_step(&v, &c->request.body);
		else if (post) /* another site's POST comes without cookies */
			redirect_to_self(&v);
		else
			go_on(&v, false);
	}
	session_cookie_wipe(&v.cookie_storage);
}

static const struct endpoint endpoints[] = {
    {"/logout", METHOD_GET | METHOD_POST, CORS_NONE, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return app_run("logout", APP_KEYRING | APP_PAGES, endpoints);
}
