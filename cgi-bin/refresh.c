/*
 * refresh: the refresh endpoint. The standard form grant, as at the token
 * endpoint; and for browser apps of the same site the cookie form, where the
 * refresh token comes and goes in a cookie and scripts see the access token
 * only.
 */
#include "server/token_answer.h"

#include "base/reason.h"
#include "base/str.h"
#include "web/refresh_cookie.h"

static void
refresh_serve(struct call *c)
{
	const struct conf *conf = &c->provider->conf;
	char cookie[OPAQUE_TOKEN_TEXT_CAP] = "";
	struct token_request q;
	enum reason reason = REASON_NONE;
	enum err e = token_request_parse(&q, &c->caller, &reason);

	if (e == OK && q.grant_type != GRANT_REFRESH_TOKEN)
		e = refused(REASON_GRANT_TYPE_ELSEWHERE, &reason);
	if (e == OK && q.refresh_token == NULL) {
		refresh_cookie_get(cookie, conf, &c->request, q.auth.client_id);
		q.refresh_cookie = cookie;
	}
	/* What the cookie held is no good any more. */
	if (token_answer(c, &q, e, reason) == ERR_INVALID_GRANT &&
	    cookie[0] != '\0')
		refresh_cookie_drop(&c->response, conf, q.auth.client_id);
	token_request_wipe(&q);
	secret_wipe(cookie, sizeof cookie);
}

static const struct endpoint endpoints[] = {
    {"/refresh", METHOD_POST, CORS_CLIENTS, refresh_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("refresh", SERVER_KEYRING | SERVER_SIGNER, endpoints);
}
