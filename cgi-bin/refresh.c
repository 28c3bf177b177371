/*
 * refresh: the refresh endpoint. The standard form grant, as at the token
 * endpoint; and for browser apps of the same site the cookie form, where the
 * refresh token comes and goes in a cookie and scripts see the access token
 * only.
 */
#include "app/token_answer.h"

#include "base/str.h"
#include "web/refresh_cookie.h"

struct search {
	const char *client_id, *origin, **why;
	enum err refusal;
};

static enum err
check_origin(struct store_txn *t, void *arg)
{
	struct search *s = arg;
	struct client client; /* zeroes if there is none: has no cookie */
	enum err e = client_get(t, s->client_id, &client);

	s->refusal = refresh_cookie_admit(&client, s->origin, s->why);
	return e == ERR_NOT_FOUND ? OK : e;
}

/*
 * Takes the refresh token from the cookie, for a script of the app's own
 * origin only (RFC 9700 4.7 in spirit: another app of the same site gets
 * SameSite cookies sent, too).
 */
static enum err
take_cookie(struct call *c, struct token_request *q,
    char token[static TOKEN_TEXT_CAP], const char **why)
{
	struct search s = {.client_id = q->auth.pair.client_id,
	    .origin = q->origin,
	    .why = why};
	enum err e;

	if (s.origin == NULL)
		return err_because(ERR_INVALID_REQUEST, "origin_missing", why);
	e = store_read(c->provider->store, check_origin, &s);
	if (e != OK || s.refusal != OK)
		return e != OK ? e : s.refusal;
	if (!refresh_cookie_get(
		token, &c->provider->conf, &c->request, s.client_id))
		return err_because(
		    ERR_INVALID_GRANT, "refresh_cookie_missing", why);
	q->refresh_token = token;
	q->refresh_in_cookie = true;
	return OK;
}

static enum err
parse(struct call *c, struct token_request *q,
    char token[static TOKEN_TEXT_CAP], const char **why)
{
	enum err e = token_request_parse(
	    q, c->request.authorization, &c->request.body, why);

	q->origin = c->request.origin;
	if (e == OK && q->grant_type != GRANT_REFRESH_TOKEN)
		e = err_because(
		    ERR_UNSUPPORTED_GRANT_TYPE, "grant_type_elsewhere", why);
	if (e == OK && q->refresh_token == NULL)
		e = take_cookie(c, q, token, why);
	return e;
}

static void
serve(struct call *c)
{
	char token[TOKEN_TEXT_CAP] = "";
	struct token_request q;
	const char *why = NULL;
	enum err e;

	e = parse(c, &q, token, &why);
	if (token_answer(c, &q, e, why) == ERR_INVALID_GRANT &&
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
main(int argc, char **argv)
{
	(void)argc;
	return app_run(argv, "refresh", APP_KEYRING | APP_SIGNER, endpoints);
}
