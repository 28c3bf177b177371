/*
 * gate: says for a web server whether a request to a site may go on. How it is
 * asked and answers is web/front.h's, and gate(8)'s for whoever configures a
 * server:
 *
 *	authorizer (lighttpd, mod_authnz_fcgi)	FCGI_ROLE=AUTHORIZER
 *	forward-auth (Caddy, Traefik)		LATCHKEY_GATE=forward_auth
 *		200 without a body lets it on; else what the browser gets
 *	auth_request (nginx)			LATCHKEY_GATE=auth_request
 *	access checker (mod_fcgid)	FCGI_APACHE_ROLE=ACCESS_CHECKER
 *		200, or a bare 401, upon which the server asks for the page:
 *	page (error_page, ErrorDocument)	none of these
 *		what the browser gets; lets nothing on
 *
 * A 200 says whose request it is, to an authorizer or access checker in
 * Variable-REMOTE_USER, _GROUPS, _NAME, _EMAIL, to others in Remote-User,
 * Remote-Groups, Remote-Name, Remote-Email. LATCHKEY_SITE names the site each
 * time. What is below /.latchkey/ is the gate's own: where sign-ins come back
 * to, and signing out.
 */
#include "app/app.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "protocol/gate.h"
#include "protocol/gate_sign_in.h"
#include "web/browser.h"
#include "web/front.h"
#include "web/reply.h"

#include <stdlib.h>
#include <string.h>

/* A longer address is "/". */
enum { ASK_AGAIN_MAX = (int)GATE_URL_CAP - (int)ORIGIN_CAP };

/* One request on its way. */
struct asking {
	struct call *call;
	struct front front;
	struct gate_reply reply;
};

/* What people are told, by the reason that is also in the log. */
static const struct notice {
	enum reason reason;
	const char *heading, *message, *link_text;
} notices[] = {
    {REASON_NOT_IN_GROUP, "You can’t open this page",
	"You are signed in, but your account may not open it.",
	"Use another account"},
    {REASON_NO_RULE, "This page is closed", "It is not open to anyone.", NULL},
    {REASON_NOT_SIGNED_IN, "You did not sign in",
	"This page is open to people who have signed in.", "Sign in"},
    {REASON_PATH_AMBIGUOUS, "Something went wrong",
	"The address of this page could mean two different things.", NULL},
    {REASON_METHOD_AMBIGUOUS, "Something went wrong",
	"The request could mean two different things.", NULL},
    {REASON_DESTINATION_FOREIGN, "Something went wrong",
	"The address to copy or move to is not on this site.", NULL},
    {REASON_DESTINATION_MISSING, "Something went wrong",
	"The request does not say where to copy or move to.", NULL},
    {REASON_VISIT_UNKNOWN, "Please start again",
	"This sign-in began in another browser, or your browser does not "
	"accept cookies.",
	"Try again"},
    {REASON_USER_DISABLED, "You can’t open this page",
	"Your account may not open it.", NULL},
    {REASON_USER_NOT_IN_GROUP, "You can’t open this page",
	"Your account may not open it.", NULL},
    /* of configurations */
    {REASON_SITE_UNKNOWN, "This page is closed", "The site is not set up yet.",
	NULL},
    {REASON_SITE_NOT_NAMED, "This page is closed",
	"The site is not set up yet.", NULL},
    {REASON_FORM_UNKNOWN, "This page is closed", "The site is not set up yet.",
	NULL},
    {REASON_OPEN_ALREADY, "Just a moment", "Load this page again.", NULL},
    {REASON_NONE, "Please start again", "The sign-in failed.", "Try again"},
};

static const struct notice *
find_notice(enum reason reason)
{
	const struct notice *n = notices;

	while (n->reason != REASON_NONE && n->reason != reason)
		n++;
	return n;
}

/* LINK: where the notice's link leads, if it has one. */
static void
show_notice(struct asking *a, enum err e, enum reason reason, const char *link)
{
	const struct notice *n = find_notice(reason);
	const struct user *u = &a->reply.user;
	const char *place = a->reply.site_name, *word = reason_word(reason);
	struct json_build b;

	/* Who may not is told so, and nothing is wrong. */
	if (word == NULL || u->name[0] != '\0')
		word = "";

	response_begin(&a->call->response, err_status(e));
	json_begin(&b);
	json_put_str(&b, "title", n->heading);
	json_put_str(&b, "heading", n->heading);
	json_put_str(&b, "message", n->message);
	json_put_str(&b, "place", place[0] != '\0' ? place : a->front.origin);
	json_put_str(&b, "display", u->display);
	json_put_str(&b, "name", u->name);
	json_put_str(&b, "link_url", n->link_text != NULL ? link : "");
	json_put_str(&b, "link_text", n->link_text != NULL ? n->link_text : "");
	json_put_str(&b, "reason", word);
	page_render(&a->call->response, &a->call->page, "gate.html", &b, NULL);
}

/* What the administrator has to type is in the log. */
static void
log_refusal(const struct asking *a, enum err e, enum reason reason)
{
	const char *origin = a->front.origin;
	char remedy[ORIGIN_CAP + 64];
	struct buf b;

	call_log_refusal(a->call, e, reason, origin[0] != '\0' ? origin : NULL);
	if (reason != REASON_SITE_UNKNOWN && reason != REASON_SITE_NOT_NAMED)
		return;
	buf_init(&b, remedy, sizeof remedy);
	if (origin[0] != '\0')
		buf_printf(&b, "latchkey site add %s", origin);
	else
		buf_puts(&b, "set LATCHKEY_SITE in the web server's "
			     "configuration: gate(8)");
	log_note("site closed", "do", remedy, NULL);
}

static void
refuse(struct asking *a, enum err e, enum reason reason, const char *link)
{
	struct response *r = &a->call->response;

	if (e != ERR_LOGIN_REQUIRED)
		log_refusal(a, e, reason);
	response_begin(r, err_status(e));
	if (a->front.form == FRONT_YES_NO)
		front_say_no(r);
	else if (e == ERR_LOGIN_REQUIRED || e == ERR_ACCESS_DENIED ||
		 e == ERR_INVALID_TOKEN || e == ERR_INSUFFICIENT_SCOPE ||
		 !front_wants_page(&a->front, &a->reply.rule))
		front_refuse(r, &a->front, &a->reply.rule, e, reason);
	else if (err_is_fault(e))
		page_error(r, &a->call->page, e, reason);
	else
		show_notice(a, e, reason, link);
}

/* Another site's form comes without the cookies, which is no sign that the
 * browser has none: it must not replace one. The browser asks again with GET,
 * and then sends them. */
static bool
ask_again(struct asking *a)
{
	struct call *c = a->call;
	char url[GATE_URL_CAP];
	struct buf b;

	if (!a->front.from_other_site || str_equal(a->front.method, "GET") ||
	    str_equal(a->front.method, "HEAD"))
		return false;
	response_begin(&c->response, 303);
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s%s", a->front.origin,
	    strlen(a->front.target) <= ASK_AGAIN_MAX ? a->front.target : "/");
	response_redirect(&c->response, url);
	return true;
}

static void
send_to_sign_in(struct asking *a)
{
	struct call *c = a->call;
	uint8_t key[GATE_KEY_LEN];
	char url[GATE_URL_CAP];

	if (ask_again(a))
		return;
	response_begin(&c->response, 303);
	browser_begin_visit(key, &c->provider->conf, &c->request, &c->response);
	if (gate_sign_in_begin(
		c->provider, a->front.origin, a->front.target, key, url) == OK)
		response_redirect(&c->response, url);
	else
		c->response.failed = true;
	secret_wipe(key, sizeof key);
}

static void
decide(struct asking *a)
{
	const struct front *f = &a->front;
	struct call *c = a->call;
	char cookie[TOKEN_TEXT_CAP];
	struct gate_request q = {.origin = f->origin,
	    .method = f->method,
	    .target = f->target,
	    .destination = f->destination,
	    .cookie = browser_gate(cookie, &c->provider->conf, &c->request),
	    .authorization = c->request.authorization};
	enum reason reason = REASON_NONE;
	enum err e = ERR_NO_MEMORY;

	/* Else the site's rules would be parsed at each request. */
	if (c->kept == NULL)
		c->kept = calloc(1, sizeof *q.site);
	q.site = c->kept;
	if (q.site != NULL)
		e = gate_decide(c->provider, &q, c->now, &a->reply, &reason);
	secret_wipe(cookie, sizeof cookie);
	if (e == OK && f->form == FRONT_PAGE)
		refuse(a, ERR_TEMPORARILY_UNAVAILABLE, REASON_OPEN_ALREADY, "");
	else if (e == OK)
		front_let_on(&c->response, f, &a->reply);
	else if (e == ERR_LOGIN_REQUIRED && f->form != FRONT_YES_NO &&
		 site_rule_takes_people(&a->reply.rule) &&
		 front_wants_page(f, &a->reply.rule))
		send_to_sign_in(a);
	else
		refuse(a, e, reason, SITE_SIGN_OUT_PATH);
}

/* --- /.latchkey/ -----------------------------------------------------------*/

static void
finish_sign_in(struct asking *a)
{
	struct call *c = a->call;
	const struct conf *conf = &c->provider->conf;
	uint8_t key[GATE_KEY_LEN];
	char before[TOKEN_TEXT_CAP];
	struct gate_return q = {.origin = a->front.origin,
	    .form = &c->request.query,
	    .key = browser_visit(key, conf, &c->request),
	    .before = browser_gate(before, conf, &c->request)};
	struct gate_sign_in r;
	enum reason reason;
	enum err e = gate_sign_in_finish(c->provider, &q, c->now, &r, &reason);

	if (e == OK) {
		response_begin(&c->response, 303);
		browser_set_gate(&c->response, conf, r.cookie, r.max_age_s);
		response_redirect(&c->response, r.url);
	} else if (r.start_over) {
		log_refusal(a, e, reason);
		response_begin(&c->response, 303);
		response_redirect(&c->response, r.url);
	} else {
		refuse(a, e, reason, r.url[0] != '\0' ? r.url : "/");
	}
	secret_wipe(key, sizeof key);
	secret_wipe(before, sizeof before);
	gate_sign_in_wipe(&r);
}

/* On to the provider, who asks. What the gate gave goes before, but only for
 * who came by a link: a picture on some page must sign nobody out. */
static void
sign_out(struct asking *a)
{
	struct call *c = a->call;
	const struct conf *conf = &c->provider->conf;
	char cookie[TOKEN_TEXT_CAP], url[URI_CAP];
	struct buf b;
	enum err e = OK;

	if (a->front.from_own_page)
		e = gate_sign_out(c->provider, a->front.origin,
		    browser_gate(cookie, conf, &c->request), c->now);
	if (e != OK) {
		refuse(a, e, REASON_NONE, "");
		return;
	}
	response_begin(&c->response, 303);
	if (a->front.from_own_page)
		browser_set_gate(&c->response, conf, "", 0);
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/logout?client_id=", conf->issuer);
	buf_put_url_arg(&b, a->front.origin);
	buf_puts(&b, "&post_logout_redirect_uri=");
	buf_put_url_arg(&b, a->front.origin);
	buf_puts(&b, "%2F");
	response_redirect(&c->response, url);
	if (!buf_ok(&b))
		c->response.failed = true;
}

static void
serve_own(struct asking *a, const char *path)
{
	struct request *q = &a->call->request;
	const char *query = strchr(a->front.target, '?');

	/* The same request comes again, for the page. */
	if (a->front.form == FRONT_YES_NO)
		front_say_no(&a->call->response);
	else if (query != NULL && request_read_query(q, query + 1) != OK)
		refuse(a, ERR_INVALID_REQUEST, REASON_REQUEST_UNREADABLE, "/");
	else if (str_equal(path, SITE_CALLBACK_PATH))
		finish_sign_in(a);
	else if (str_equal(path, SITE_SIGN_OUT_PATH))
		sign_out(a);
	else
		page_error(&a->call->response, &a->call->page, ERR_NO_SUCH_PAGE,
		    REASON_NONE);
}

static void
serve(struct call *c)
{
	struct asking a = {.call = c};
	char path[SITE_PATH_CAP];
	enum reason reason = REASON_NONE;
	enum err e = front_read(&a.front, c->exchange, &reason);

	if (e != OK)
		refuse(&a, e, reason, "");
	else if (site_path_read(path, a.front.target) == OK &&
		 site_path_covers(SITE_OWN_PATH, path))
		serve_own(&a, path);
	else
		decide(&a);
	gate_reply_wipe(&a.reply);
}

static const struct endpoint endpoints[] = {
    {"", 0, CORS_NONE, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(int argc, char **argv)
{
	(void)argc;
	return app_run(
	    argv, "gate", APP_KEYRING | APP_PAGES | APP_EVERY_PATH, endpoints);
}
