/*
 * refresh: the refresh endpoint. The standard form grant, as at the token
 * endpoint; and for browser apps of the same site the cookie form, where the
 * refresh token comes and goes in a cookie and scripts see the access token
 * only.
 */
#include "app/token_answer.h"

#include "base/reason.h"
#include "base/str.h"
#include "web/refresh_cookie.h"

struct search {
	const char *client_id, *origin;
	enum reason *reason;
	enum err refusal;
};

static enum err
check_origin(struct store_txn *t, void *arg)
{
	struct search *s = arg;
	struct client client; /* zeroes if there is none: has no cookie */
	enum err e = client_get(t, s->client_id, &client);

	s->refusal = refresh_cookie_admit(&client, s->origin, s->reason);
	return e == ERR_NOT_FOUND ? OK : e;
}

/*
 * Takes the refresh token from the cookie, for a script of the app's own
 * origin only (RFC 9700 4.7 in spirit: another app of the same site gets
 * SameSite cookies sent, too).
 */
static enum err
take_cookie(struct call *c, struct token_request *q,
    char token[static TOKEN_TEXT_CAP], enum reason *reason)
{
	struct search s = {.client_id = q->auth.pair.client_id,
	    .origin = q->who->origin,
	    .reason = reason};
	enum err e;

	if (s.origin == NULL)
		return refused(REASON_ORIGIN_MISSING, reason);
	e = store_read(c->provider->store, check_origin, &s);
	if (e != OK || s.refusal != OK)
		return e != OK ? e : s.refusal;
	if (!refresh_cookie_get(
		token, &c->provider->conf, &c->request, s.client_id))
		return refused(REASON_REFRESH_COOKIE_MISSING, reason);
	q->refresh_token = token;
	q->refresh_in_cookie = true;
	return OK;
}

static enum err
parse(struct call *c, struct token_request *q,
    char token[static TOKEN_TEXT_CAP], enum reason *reason)
{
	enum err e = token_request_parse(q, &c->caller, reason);

	if (e == OK && q->grant_type != GRANT_REFRESH_TOKEN)
		e = refused(REASON_GRANT_TYPE_ELSEWHERE, reason);
	if (e == OK && q->refresh_token == NULL)
		e = take_cookie(c, q, token, reason);
	return e;
}

static void
serve(struct call *c)
{
	char token[TOKEN_TEXT_CAP] = "";
	struct token_request q;
	enum reason reason = REASON_NONE;
	enum err e;

	e = parse(c, &q, token, &reason);
	if (token_answer(c, &q, e, reason) == ERR_INVALID_GRANT &&
	    q.refresh_in_cookie)
		refresh_cookie_drop(
		    &c->response, &c->provider->conf, q.auth.pair.client_id);
	token_request_wipe(&q);
	secret_wipe(token, sizeof token);
}

static const struct endpoint endpoints[] = {
    {"/refresh", METHOD_POST, CORS_CLIENTS, serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return app_run("refresh", APP_KEYRING | APP_SIGNER, endpoints);
}
