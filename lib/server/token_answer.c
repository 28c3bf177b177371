#include "server/token_answer.h"

#include "base/reason.h"
#include "web/reply.h"
#include "web/token_reply.h"

static void
tell_unused(const struct call *c, const char *client_id)
{
	call_log_kept_event(c, "codes_unused", client_id);
}

enum err
token_answer(struct call *c, const struct token_request *q, enum err e,
    enum reason reason)
{
	const struct provider *p = c->provider;
	const char *client_id = q->auth.client_id;
	struct token_reply reply;

	if (e == OK)
		e = token_endpoint(p, q, c->now, &reply, &reason);
	if (e != OK) {
		/* A device asks each few seconds; that is no refusal. */
		if (e != ERR_AUTHORIZATION_PENDING)
			call_log_refusal(c, e, reason, client_id);
		reply_error_of(&c->response, e, reason,
		    &(struct hint_of){.form = c->caller.form});
		return e;
	}
	token_reply_send(
	    &c->response, &p->conf, &c->request, client_id, &reply);
	if (reply.instead)
		call_log_event(c, "refresh_token_retried", client_id);
	if (unused_codes_are(p, &reply.codes, client_id, c->now))
		tell_unused(c, client_id);
	token_reply_wipe(&reply);
	return OK;
}
