/*
 * userinfo: who the holder of an access token acts for. Opens no secret.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/userinfo.h"
#include "web/reply.h"

static void
userinfo_serve(struct call *c)
{
	enum reason reason = REASON_NONE;
	struct possession how;
	enum err e;

	e = userinfo(
	    c->provider, &c->caller, c->now, &c->response.body, &how, &reason);
	reply_possession(&c->response, &how);
	if (e == OK) {
		reply_json_text(&c->response);
		return;
	}
	/* That it needs a nonce a client learns by asking, each few minutes. */
	if (e != ERR_USE_DPOP_NONCE)
		call_log_refusal(c, e, reason, NULL);
	reply_resource_error(&c->response, e, &how, reason);
}

static const struct endpoint endpoints[] = {
    {"/userinfo", METHOD_GET | METHOD_POST, CORS_CLIENTS, userinfo_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("userinfo", 0, endpoints);
}
