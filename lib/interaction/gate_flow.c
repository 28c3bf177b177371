/*
 * What a request to a site becomes: it is let on, refused, or the browser goes
 * to sign in. What is below /.latchkey/ is the gate's own: where sign-ins come
 * back to, and signing out.
 */
#include "interaction/flows.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "interaction/gate_notice.h"
#include "protocol/gate.h"
#include "protocol/gate_sign_in.h"
#include "protocol/protected_resource.h"
#include "web/auth_request.h"
#include "web/browser.h"
#include "web/reader.h"
#include "web/reply.h"

#include <stdlib.h>
#include <string.h>

/* A longer address is "/". */
enum { ASK_AGAIN_MAX = (int)GATE_URL_CAP - (int)ORIGIN_CAP };

/* A request to a site, and what was decided. */
struct gate_ctx {
	struct call *call;
	struct auth_request asked;
	struct gate_reply reply;
};

/* What the administrator has to type is in the log. */
static void
log_gate_refusal(const struct gate_ctx *g, enum err e, enum reason reason)
{
	const char *origin = g->asked.origin;
	char remedy[ORIGIN_CAP + 64];
	struct buf b;

	call_about_user(
	    g->call, g->reply.has_user ? g->reply.user.name : g->reply.tried);
	call_log_refusal(g->call, e, reason, origin[0] != '\0' ? origin : NULL);
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

/* The same request comes for the page, and then a sign-in may be the answer. */
static bool
is_asked_again(const struct gate_ctx *g, enum err e)
{
	return e == ERR_INSUFFICIENT_USER_AUTHENTICATION &&
	       g->asked.form == AUTH_REQUEST_YES_NO;
}

static void
refuse_program(struct gate_ctx *g, enum err e, enum reason reason)
{
	const struct site_rule *rule = &g->reply.rule;
	char metadata[PROTECTED_RESOURCE_URL_CAP] = "";

	if (site_has_resource(g->asked.origin, rule->audience))
		protected_resource_url(
		    metadata, g->call->provider, rule->audience);
	auth_request_refuse(
	    &g->call->response, &g->asked, &g->reply, metadata, e, reason);
}

static void
refuse_at_site(
    struct gate_ctx *g, enum err e, enum reason reason, const char *link)
{
	struct response *r = &g->call->response;

	if (e != ERR_LOGIN_REQUIRED && e != ERR_USE_DPOP_NONCE &&
	    !is_asked_again(g, e))
		log_gate_refusal(g, e, reason);
	if (g->reply.user.name[0] != '\0')
		reader_from_person(&g->call->page, &g->reply.user);
	response_begin(r, err_status(e));
	if (g->asked.form == AUTH_REQUEST_YES_NO)
		auth_request_say_no(r);
	else if (e == ERR_LOGIN_REQUIRED || e == ERR_ACCESS_DENIED ||
		 err_is_of_token(e) ||
		 !auth_request_wants_page(&g->asked, &g->reply.rule))
		refuse_program(g, e, reason);
	else if (err_is_fault(e))
		page_error(r, &g->call->page, e, reason);
	else
		gate_notice_show(
		    g->call, &g->reply, g->asked.origin, e, reason, link);
}

/* Another site's form comes without the cookies, which is no sign that the
 * browser has none: it must not replace one. The browser asks again with GET,
 * and then sends them. */
static bool
ask_again_by_get(struct gate_ctx *g)
{
	struct call *c = g->call;
	char url[GATE_URL_CAP];
	struct buf b;

	if (!g->asked.from_other_site || str_equal(g->asked.method, "GET") ||
	    str_equal(g->asked.method, "HEAD"))
		return false;
	response_begin(&c->response, 303);
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s%s", g->asked.origin,
	    strlen(g->asked.target) <= ASK_AGAIN_MAX ? g->asked.target : "/");
	response_redirect(&c->response, url);
	return true;
}

static void
send_to_sign_in(struct gate_ctx *g)
{
	struct call *c = g->call;
	uint8_t key[GATE_KEY_LEN];
	char url[GATE_URL_CAP];

	if (ask_again_by_get(g))
		return;
	response_begin(&c->response, 303);
	browser_make_gate_key(
	    key, &c->provider->conf, &c->request, &c->response);
	if (gate_sign_in_begin(c->provider, g->asked.origin, g->asked.target,
		&g->reply.rule, key, url) == OK)
		response_redirect(&c->response, url);
	else
		c->response.failed = true;
	secret_wipe(key, sizeof key);
}

/* Whether a sign-in, or a better one, is what is missing, of a person with a
 * browser. */
static bool
is_to_sign_in(const struct gate_ctx *g, enum err e)
{
	const struct site_rule *rule = &g->reply.rule;

	return (e == ERR_LOGIN_REQUIRED ||
		   (e == ERR_INSUFFICIENT_USER_AUTHENTICATION &&
		       !g->reply.by_token)) &&
	       g->asked.form != AUTH_REQUEST_YES_NO &&
	       site_rule_takes_people(rule) &&
	       auth_request_wants_page(&g->asked, rule);
}

/* Else the site's rules would be parsed at each request. NULL: no memory. */
static struct site *
kept_site(struct call *c)
{
	if (c->kept == NULL)
		c->kept = calloc(1, sizeof(struct site));
	return c->kept;
}

static void
decide_at_site(struct gate_ctx *g)
{
	const struct auth_request *f = &g->asked;
	struct call *c = g->call;
	char cookie[OPAQUE_TOKEN_TEXT_CAP];
	struct gate_request q = {.origin = f->origin,
	    .method = f->method,
	    .target = f->target,
	    .destination = f->destination,
	    .cookie = browser_gate(cookie, &c->provider->conf, &c->request),
	    .authorization = c->request.authorization,
	    .dpop = c->request.dpop,
	    .who = &c->caller};
	enum reason reason = REASON_NONE;
	enum err e = ERR_NO_MEMORY;

	call_set_caller(c, "");
	q.site = kept_site(c);
	if (q.site != NULL)
		e = gate_decide(c->provider, &q, c->now, &g->reply, &reason);
	secret_wipe(cookie, sizeof cookie);
	if (e == OK && f->form == AUTH_REQUEST_PAGE)
		refuse_at_site(
		    g, ERR_TEMPORARILY_UNAVAILABLE, REASON_OPEN_ALREADY, "");
	else if (e == OK)
		auth_request_let_on(&c->response, f, &g->reply);
	else if (is_to_sign_in(g, e))
		send_to_sign_in(g);
	else
		refuse_at_site(g, e, reason, SITE_SIGN_OUT_PATH);
}

/* --- the document of a protected resource ----------------------------------*/

/* An answer that lets no request on cannot be the document, with 200: who asks
 * for one such is sent to where the provider has it. */
static void
tell_resource(struct gate_ctx *g, const char *resource)
{
	struct response *r = &g->call->response;
	char url[PROTECTED_RESOURCE_URL_CAP];
	enum err e;

	if (g->asked.form == AUTH_REQUEST_YES_NO) {
		auth_request_say_no(r);
		return;
	}
	response_begin(r, 200);
	response_header(r, "Access-Control-Allow-Origin", "*");
	if (g->asked.form == AUTH_REQUEST_PAGE) {
		e = protected_resource_document(
		    g->call->provider, resource, &r->body);
		if (e == OK)
			reply_json_text(r);
		else
			reply_error(r, e, REASON_NONE);
		return;
	}
	protected_resource_url(url, g->call->provider, resource);
	response_redirect(r, url);
}

/* Whether the request was for one, and is answered. */
static bool
answered_as_resource(struct gate_ctx *g)
{
	const struct auth_request *f = &g->asked;
	char resource[AUDIENCE_CAP];
	struct site *site;

	if (!protected_resource_is_asked(f->target) ||
	    (!str_equal(f->method, "GET") && !str_equal(f->method, "HEAD")))
		return false;
	site = kept_site(g->call);
	if (site == NULL || protected_resource_at(resource, site,
				g->call->provider, f->origin, f->target) != OK)
		return false;
	tell_resource(g, resource);
	return true;
}

/* --- /.latchkey/ -----------------------------------------------------------*/

static void
come_back_signed_in(struct gate_ctx *g)
{
	struct call *c = g->call;
	const struct conf *conf = &c->provider->conf;
	uint8_t key[GATE_KEY_LEN];
	char before[OPAQUE_TOKEN_TEXT_CAP];
	struct gate_return q = {.origin = g->asked.origin,
	    .form = &c->request.query,
	    .key = browser_gate_key(key, conf, &c->request),
	    .before = browser_gate(before, conf, &c->request)};
	struct gate_sign_in r;
	enum reason reason;
	enum err e = gate_sign_in_finish(c->provider, &q, c->now, &r, &reason);

	if (e == OK) {
		response_begin(&c->response, 303);
		browser_set_gate(&c->response, conf, r.cookie, r.max_age_s);
		response_redirect(&c->response, r.url);
	} else if (r.start_over) {
		log_gate_refusal(g, e, reason);
		response_begin(&c->response, 303);
		response_redirect(&c->response, r.url);
	} else {
		refuse_at_site(g, e, reason, r.url[0] != '\0' ? r.url : "/");
	}
	secret_wipe(key, sizeof key);
	secret_wipe(before, sizeof before);
	gate_sign_in_wipe(&r);
}

/* The browser goes on to the provider, which asks. What the gate gave ends
 * first, but only if a person followed a link: a picture on some page must not
 * sign anyone out. */
static void
sign_out_of_site(struct gate_ctx *g)
{
	struct call *c = g->call;
	const struct conf *conf = &c->provider->conf;
	char cookie[OPAQUE_TOKEN_TEXT_CAP], url[URI_CAP];
	struct buf b;
	enum err e = OK;

	if (g->asked.from_own_page)
		e = gate_sign_out(c->provider, g->asked.origin,
		    browser_gate(cookie, conf, &c->request), c->now);
	if (e != OK) {
		refuse_at_site(g, e, REASON_NONE, "");
		return;
	}
	response_begin(&c->response, 303);
	if (g->asked.from_own_page)
		browser_set_gate(&c->response, conf, "", 0);
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/logout?client_id=", conf->issuer);
	buf_put_url_arg(&b, g->asked.origin);
	buf_puts(&b, "&post_logout_redirect_uri=");
	buf_put_url_arg(&b, g->asked.origin);
	buf_puts(&b, "%2F");
	response_redirect(&c->response, url);
	if (!buf_ok(&b))
		c->response.failed = true;
}

static void
serve_own_path(struct gate_ctx *g, const char *path)
{
	struct request *q = &g->call->request;
	const char *query = strchr(g->asked.target, '?');

	/* The same request comes again, for the page. */
	if (g->asked.form == AUTH_REQUEST_YES_NO)
		auth_request_say_no(&g->call->response);
	else if (query != NULL && request_read_query(q, query + 1) != OK)
		refuse_at_site(
		    g, ERR_INVALID_REQUEST, REASON_REQUEST_UNREADABLE, "/");
	else if (str_equal(path, SITE_CALLBACK_PATH))
		come_back_signed_in(g);
	else if (str_equal(path, SITE_SIGN_OUT_PATH))
		sign_out_of_site(g);
	else
		page_error(&g->call->response, &g->call->page, ERR_NO_SUCH_PAGE,
		    REASON_NONE);
}

void
gate_flow(struct call *c)
{
	struct gate_ctx g = {.call = c};
	char path[SITE_PATH_CAP];
	enum reason reason = REASON_NONE;
	enum err e = auth_request_read(&g.asked, c->exchange, &reason);

	if (e != OK)
		refuse_at_site(&g, e, reason, "");
	else if (site_path_read(path, g.asked.target) == OK &&
		 site_path_covers(SITE_OWN_PATH, path))
		serve_own_path(&g, path);
	else if (!answered_as_resource(&g))
		decide_at_site(&g);
	gate_reply_wipe(&g.reply);
}
