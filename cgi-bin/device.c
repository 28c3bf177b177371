/*
 * device: for devices without a browser. A device asks here for its codes, and
 * a person allows it here, on a telephone or a computer.
 */
#include "server/server.h"

#include "base/reason.h"
#include "interaction/flows.h"
#include "protocol/device_authorization.h"
#include "web/reply.h"

static void
device_authorization_serve(struct call *c)
{
	enum reason reason = REASON_NONE;
	enum err e = device_authorization(
	    c->provider, &c->caller, c->now, &c->response.body, &reason);

	if (e == OK) {
		reply_json_text(&c->response);
		return;
	}
	call_log_refusal(c, e, reason, NULL);
	reply_error(&c->response, e, reason);
}

static const struct endpoint endpoints[] = {
    {"/device_authorization", METHOD_POST, CORS_CLIENTS,
	device_authorization_serve},
    {"/device", METHOD_GET | METHOD_POST, CORS_NONE, device_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("device", SERVER_KEYRING | SERVER_PAGES, endpoints);
}
