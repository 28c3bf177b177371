/*
 * introspect: whether a token is good now, for apps and APIs that must know. It
 * has the signing keys for those that want the answer signed.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/introspect.h"
#include "web/reply.h"

#define SIGNED_TYPE "application/token-introspection+jwt"

static void
introspect_serve(struct call *c)
{
	bool as_jwt = request_accepts(&c->request, SIGNED_TYPE);
	enum reason reason = REASON_NONE;
	enum err e;

	e = introspect(c->provider, &c->caller, as_jwt, c->now,
	    &c->response.body, &reason);
	if (e == OK) {
		reply_json_text(&c->response);
		if (as_jwt)
			c->response.content_type = SIGNED_TYPE;
		return;
	}
	call_log_refusal(c, e, reason, NULL);
	reply_error(&c->response, e, reason);
}

static const struct endpoint endpoints[] = {
    {"/introspect", METHOD_POST, CORS_NONE, introspect_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run(
	    "introspect", SERVER_KEYRING | SERVER_SIGNER, endpoints);
}
