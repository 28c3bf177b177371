/*
 * token: the token endpoint. Codes, refresh tokens and client credentials in,
 * signed tokens out.
 */
#include "base/reason.h"
#include "server/token_answer.h"

static void
token_serve(struct call *c)
{
	struct token_request q;
	enum reason reason = REASON_NONE;
	enum err e;

	e = token_request_parse(&q, &c->caller, &reason);
	(void)token_answer(c, &q, e, reason);
	token_request_wipe(&q);
}

static const struct endpoint endpoints[] = {
    {"/token", METHOD_POST, CORS_CLIENTS, token_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("token", SERVER_KEYRING | SERVER_SIGNER, endpoints);
}
