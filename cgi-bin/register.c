/*
 * register: apps register themselves, and change what they are registered with.
 */
#include "server/server.h"

#include "base/reason.h"
#include "protocol/registration.h"
#include "web/reply.h"

#include <string.h>

#define REGISTRATION_PATH "/register/"

static void
refuse_registration(
    struct call *c, enum err e, const struct registration_outcome *o)
{
	call_log_refusal(
	    c, e, o->reason, o->client_id[0] != '\0' ? o->client_id : NULL);
	if (e == ERR_INVALID_TOKEN)
		reply_bearer_error(&c->response, e, o->missing, o->reason);
	else
		reply_error_of(&c->response, e, o->reason,
		    &(struct hint_of){.member = o->fault.member,
			.message = o->fault.message});
}

static void
register_serve(struct call *c)
{
	const struct registration_request q = {.who = &c->caller,
	    .text = c->request.body_text,
	    .len = c->request.body_len};
	struct registration_outcome o;
	enum err e =
	    registration_add(c->provider, &q, c->now, &c->response.body, &o);

	if (e != OK) {
		refuse_registration(c, e, &o);
		return;
	}
	call_log_event(c, "client_registered", o.client_id);
	reply_json_text(&c->response);
	c->response.status = 201;
}

static enum err
serve_registered(struct call *c, const struct registration_request *q,
    struct registration_outcome *o)
{
	struct buf *answer = &c->response.body;

	switch (c->request.method) {
	case METHOD_PUT:
		return registration_change(c->provider, q, c->now, answer, o);
	case METHOD_DELETE:
		c->response.status = 204;
		return registration_remove(c->provider, q, c->now, o);
	default:
		return registration_show(c->provider, q, answer, o);
	}
}

static void
registered_serve(struct call *c)
{
	const struct registration_request q = {.who = &c->caller,
	    .text = c->request.body_text,
	    .len = c->request.body_len,
	    .client_id = c->path + strlen(REGISTRATION_PATH)};
	struct registration_outcome o;
	enum err e = serve_registered(c, &q, &o);

	if (e != OK)
		refuse_registration(c, e, &o);
	else
		reply_json_text(&c->response);
}

static const struct endpoint endpoints[] = {
    {"/register", METHOD_POST, CORS_NONE, register_serve},
    {REGISTRATION_PATH "*", METHOD_GET | METHOD_PUT | METHOD_DELETE, CORS_NONE,
	registered_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("register",
	    SERVER_KEYRING | SERVER_WHOLE_PATHS | SERVER_JSON, endpoints);
}
