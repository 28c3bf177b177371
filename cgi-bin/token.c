/*
 * token: the token endpoint. Codes, refresh tokens and client credentials in,
 * signed tokens out.
 */
#include "app/app.h"

#include "protocol/grant.h"
#include "web/reply.h"
#include "web/token_reply.h"

static void
serve(struct call *c)
{
	const struct provider *p = c->provider;
	struct token_request q;
	struct token_reply reply;
	const char *why = NULL;
	enum err e;

	e = token_request_parse(
	    &q, c->request.authorization, &c->request.body, &why);
	q.origin = c->request.origin;
	if (e == OK)
		e = grant_token(p, &q, c->now, &reply, &why);
	if (e == OK) {
		token_reply_send(&c->response, &p->conf, &c->request,
		    q.auth.pair.client_id, &reply);
		if (reply.instead)
			app_log_event(
			    c, "refresh_token_retried", q.auth.pair.client_id);
		token_reply_wipe(&reply);
	} else {
		app_log_refusal(c, e, why, q.auth.pair.client_id);
		reply_error(&c->response, e, why);
	}
	token_request_wipe(&q);
}

static const struct endpoint endpoints[] = {
    {"/token", METHOD_POST, CORS_CLIENTS, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(int argc, char **argv)
{
	(void)argc;
	return app_run(argv, "token", APP_KEYRING | APP_SIGNER, endpoints);
}
