/*
 * logout: ends the session of this browser. An app that proves whom it means
 * is believed; otherwise the person is asked.
 */
#include "app/app.h"
#include "app/visit.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "protocol/logout.h"
#include "web/browser.h"

#include <string.h>

/* A visit, and what the app asked for. */
struct leaving {
	struct visit visit;
	struct logout_request request;
	struct logout_reply reply;
};

static void
refuse(struct leaving *l, enum err e, enum reason reason)
{
	struct call *c = l->visit.call;
	char url[ISSUER_CAP + 16] = "";
	struct buf u;

	call_log_refusal(c, e, reason, form_get(&l->visit.form, "client_id"));
	/* A bad request of the app's is no reason to stay signed in. */
	buf_init(&u, url, sizeof url);
	if (err_status(e) < 500)
		buf_printf(&u, "%s/logout", l->visit.conf->issuer);
	page_error_link(&c->response, &c->page, e, reason, url, "Sign out");
}

/* For the administrator who wonders why people are asked, or not sent back. */
static void
note_oddities(const struct leaving *l)
{
	const struct logout_request *q = &l->request;
	const char *client_id = q->has_client ? q->client.client_id : NULL;

	if (q->bad_hint)
		call_log_event(
		    l->visit.call, "id_token_hint_invalid", client_id);
	if (q->link_only)
		call_log_event(
		    l->visit.call, "logout_client_unnamed", client_id);
}

static void
show_confirmation(struct leaving *l)
{
	struct json_build b;

	csrf_bind(&l->visit.csrf, l->reply.session.sid);
	visit_page(&l->visit, &b, "Sign out", "logout", l->request.client.name);
	json_put_str(&b, "display", l->reply.user.display);
	json_put_str(&b, "name", l->reply.user.name);
	visit_show(&l->visit, &b, "logout.html",
	    l->request.link_only ? NULL : &l->request.client);
}

/* A page to end on, with a link to URI if there is one. */
static void
show_end(
    struct leaving *l, const char *title, const char *template, const char *uri)
{
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "title", title);
	json_put_str(&b, "client_name", l->request.client.name);
	json_put_str(&b, "back_url", uri);
	visit_show(&l->visit, &b, template, NULL);
}

/* To where the app wants people afterwards; our own last word, with a link
 * there, if nothing says that it was the app who sent them. */
static void
send_away(struct leaving *l)
{
	const struct logout_request *q = &l->request;
	char url[URI_CAP + sizeof "?state=" + 3 * STATE_CAP];
	struct buf u;

	buf_init(&u, url, sizeof url);
	buf_puts(&u, q->post_logout_redirect_uri);
	if (u.len > 0 && q->state[0] != '\0') {
		buf_puts(&u, strchr(url, '?') != NULL ? "&state=" : "?state=");
		buf_put_url_arg(&u, q->state);
	}
	if (u.len == 0 || q->link_only)
		show_end(l, "Signed out", "signed_out.html", url);
	else
		response_redirect(&l->visit.call->response, url);
}

static void
go_on(struct leaving *l, bool confirmed)
{
	struct visit *v = &l->visit;
	enum err e = logout_decide(v->call->provider, &l->request, v->cookie,
	    confirmed, v->call->now, &l->reply);

	if (e != OK) {
		refuse(l, e, REASON_NONE);
	} else if (!l->reply.ended) {
		show_confirmation(l);
	} else {
		/* Another site's POST comes without the cookie, which is no
		 * sign that the browser has none. */
		if (v->cookie != NULL)
			browser_sign_out(&v->call->response, v->conf);
		send_away(l);
	}
}

/* One of our own forms came back. Without its token it may be another site's,
 * which comes without our cookies: it goes on as a GET of ours. */
static void
run_step(struct leaving *l, const struct form *posted)
{
	struct visit *v = &l->visit;

	csrf_bind(&v->csrf, v->cookie != NULL ? v->cookie->sid : NULL);
	if (csrf_check(&v->csrf, "logout", form_get(posted, "csrf")) != OK) {
		call_log_refusal(v->call, ERR_FORBIDDEN, REASON_FORM_TOKEN,
		    l->request.client.client_id);
		visit_again(v);
	} else if (str_equal(form_get(posted, "step"), "logout")) {
		go_on(l, true);
	} else {
		show_end(l, "Still signed in", "stayed.html",
		    l->request.post_logout_redirect_uri);
	}
}

static void
serve(struct call *c)
{
	struct leaving l = {0};
	struct visit *v = &l.visit;
	enum reason reason = REASON_NONE;
	enum err e;

	visit_begin(v, c, "/logout");
	e = visit_load(v, &reason);
	if (e == OK)
		e = logout_parse(c->provider, &v->form, &l.request, &reason);
	if (e == OK)
		e = visit_fits(v, &reason);
	if (e != OK)
		refuse(&l, e, reason);
	else if (v->own_form)
		run_step(&l, &c->request.body);
	else if (visit_is_foreign_post(v))
		visit_again(v);
	else {
		note_oddities(&l);
		go_on(&l, false);
	}
	visit_end(v);
}

static const struct endpoint endpoints[] = {
    {"/logout", METHOD_GET | METHOD_POST, CORS_NONE, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(int argc, char **argv)
{
	(void)argc;
	return app_run(argv, "logout", APP_KEYRING | APP_PAGES, endpoints);
}
