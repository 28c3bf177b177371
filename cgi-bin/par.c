/*
 * par: where clients push their authorization requests, before a browser comes
 * to authorize with what they get for it.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/pushed_authorization.h"
#include "web/reply.h"

static void
par_serve(struct call *c)
{
	enum reason reason = REASON_NONE;
	char client_id[CLIENT_ID_CAP];
	enum err e = pushed_authorization(c->provider, &c->caller, c->now,
	    &c->response.body, client_id, &reason);

	if (e == OK) {
		reply_json_text(&c->response);
		c->response.status = 201;
		return;
	}
	call_log_refusal(c, e, reason, client_id[0] != '\0' ? client_id : NULL);
	reply_error_of(
	    &c->response, e, reason, &(struct hint_of){.form = c->caller.form});
}

static const struct endpoint endpoints[] = {
    {"/par", METHOD_POST, CORS_CLIENTS, par_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("par", SERVER_KEYRING, endpoints);
}
