/*
 * refresh: the refresh endpoint. The standard form grant, as at the token
 * endpoint; and for browser apps of the same site the cookie form, where the
 * refresh token comes and goes in a cookie and scripts see the access token
 * only.
 */
#include "app/app.h"

#include "base/str.h"
#include "protocol/grant.h"
#include "web/refresh_cookie.h"
#include "web/reply.h"
#include "web/token_reply.h"

struct search {
	const char *client_id, *origin;
	bool allowed;
};

static enum err
check_origin(struct store_txn *t, void *arg)
{
	struct search *s = arg;
	struct client client;
	enum err e = client_get(t, s->client_id, &client);

	s->allowed = e == OK && client.cookie_refresh &&
		     client_has_origin(&client, s->origin);
	return e == ERR_NOT_FOUND ? OK : e;
}

/*
 * Takes the refresh token from the cookie. The browser says which origin's
 * script asks, and a script cannot: it must be the app's own (RFC 9700 4.7 in
 * spirit: another app of the same site gets SameSite cookies sent, too).
 */
static enum err
take_cookie(struct call *c, struct token_request *q,
    char token[static TOKEN_TEXT_CAP], const char **why)
{
	struct search s = {
	    .client_id = q->auth.pair.client_id, .origin = c->request.origin};
	enum err e;

	if (s.origin == NULL)
		return err_because(ERR_INVALID_REQUEST, "origin_missing", why);
	e = store_read(c->provider->store, check_origin, &s);
	if (e != OK)
		return e;
	if (!s.allowed)
		return err_because(
		    ERR_UNAUTHORIZED_CLIENT, "origin_not_allowed", why);
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
	const struct provider *p = c->provider;
	char token[TOKEN_TEXT_CAP] = "";
	struct token_request q;
	struct token_reply reply;
	const char *why = NULL;
	enum err e;

	e = parse(c, &q, token, &why);
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
		if (e == ERR_INVALID_GRANT && q.refresh_in_cookie)
			refresh_cookie_drop(
			    &c->response, &p->conf, q.auth.pair.client_id);
	}
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
