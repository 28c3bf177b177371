/*
 * revoke: a client gives back a token it no longer wants.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/revoke.h"
#include "web/reply.h"

static void
revoke_serve(struct call *c)
{
	enum reason reason = REASON_NONE;
	enum err e;

	/* An empty 200 is the whole answer (RFC 7009 2.2). */
	e = revoke(c->provider, &c->caller, c->now, &reason);
	if (e == OK)
		return;
	call_log_refusal(c, e, reason, NULL);
	reply_error(&c->response, e, reason);
}

static const struct endpoint endpoints[] = {
    {"/revoke", METHOD_POST, CORS_CLIENTS, revoke_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("revoke", SERVER_KEYRING, endpoints);
}
