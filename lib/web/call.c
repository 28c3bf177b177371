#include "web/call.h"

#include "base/log.h"
#include "base/reason.h"

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
