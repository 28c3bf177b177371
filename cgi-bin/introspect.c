/*
 * introspect: whether a token is good now, for apps and APIs that must know.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/introspect.h"
#include "web/reply.h"

static void
introspect_serve(struct call *c)
{
	enum reason reason = REASON_NONE;
	enum err e;

	e = introspect(
	    c->provider, &c->caller, c->now, &c->response.body, &reason);
	if (e == OK) {
		reply_json_text(&c->response);
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
	return server_run("introspect", SERVER_KEYRING, endpoints);
}
