#include "web/call.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/reason.h"

void
call_set_caller(struct call *c, const char *path)
{
	const struct request *r = &c->request;
	struct buf url;

	c->caller.method = method_name(r->method);
	c->caller.address = r->address;
	c->caller.authorization = r->authorization;
	c->caller.dpop = r->dpop;
	c->caller.certificate = NULL;
	c->caller.origin = r->origin;
	c->caller.form = &r->body;
	buf_init(&url, c->caller.url, sizeof c->caller.url);
	buf_puts(&url, c->provider->conf.issuer);
	buf_puts(&url, path);
}

static const char *
call_address(const struct call *c)
{
	return c->request.address[0] != '\0' ? c->request.address : NULL;
}

void
call_log_refusal(
    const struct call *c, enum err e, enum reason reason, const char *client_id)
{
	const char *address = call_address(c);

	if (err_is_fault(e))
		log_fault("server_error", "cause", err_name(e), "reason",
		    reason_word(reason), "client_id", client_id, "address",
		    address, NULL);
	else
		log_note(err_name(e), "reason", reason_word(reason),
		    "client_id", client_id, "address", address, NULL);
}

void
call_log_event(const struct call *c, const char *what, const char *client_id)
{
	log_note(
	    what, "client_id", client_id, "address", call_address(c), NULL);
}
