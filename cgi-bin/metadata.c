/*
 * metadata: what clients read about the provider. Opens no secret.
 */
#include "server/server.h"

#include "base/buf.h"
#include "base/reason.h"
#include "protocol/discovery.h"
#include "protocol/protected_resource.h"
#include "protocol/webfinger.h"
#include "web/reply.h"

/* A public document, which may be kept as long as the settings say: a key is
 * published at least that long before it signs. */
static void
reply_document(struct call *c, enum err e)
{
	struct response *r = &c->response;
	struct buf b;

	if (e != OK) {
		call_log_refusal(c, e, REASON_NONE, NULL);
		reply_error(r, e, REASON_NONE);
		return;
	}
	reply_json_text(r);
	buf_init(&b, r->cache_text, sizeof r->cache_text);
	buf_puts(&b, "public, max-age=");
	buf_put_int(&b, c->provider->conf.jwks_max_age_s);
	r->cache = r->cache_text;
}

static void
serve_metadata(struct call *c)
{
	reply_document(c, discovery_metadata(c->provider, &c->response.body));
}

static void
serve_jwks(struct call *c)
{
	reply_document(
	    c, discovery_jwks(c->provider, c->now, &c->response.body));
}

static void
serve_webfinger(struct call *c)
{
	enum reason reason = REASON_NONE;
	enum err e = webfinger_answer(&c->provider->conf,
	    request_form(&c->request), &c->response.body, &reason);

	if (e == OK) {
		reply_document(c, OK);
		c->response.content_type = "application/jrd+json";
		return;
	}
	call_log_refusal(c, e, reason, NULL);
	response_begin(&c->response, err_status(e));
	reply_error(&c->response, e, reason);
}

/* Of a site of the gate, which is sent here for it. */
static void
serve_protected_resource(struct call *c)
{
	const char *resource = form_get(&c->request.query, "resource");
	enum err e = ERR_NOT_FOUND;

	if (resource != NULL)
		e = protected_resource_document(
		    c->provider, resource, &c->response.body);
	reply_document(c, e == ERR_NOT_FOUND ? ERR_NO_SUCH_PAGE : e);
}

static const struct endpoint endpoints[] = {
    {"/.well-known/openid-configuration", METHOD_GET, CORS_ANY, serve_metadata},
    {"/.well-known/oauth-authorization-server", METHOD_GET, CORS_ANY,
	serve_metadata},
    {"/jwks.json", METHOD_GET, CORS_ANY, serve_jwks},
    {"/.well-known/webfinger", METHOD_GET, CORS_ANY, serve_webfinger},
    {"/protected-resource", METHOD_GET, CORS_ANY, serve_protected_resource},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("metadata", 0, endpoints);
}
