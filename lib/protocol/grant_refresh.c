/* refresh_token (RFC 6749 6, RFC 9700 4.14): the next token of a family. */
#include "base/str.h"
#include "domain/stranger.h"
#include "protocol/token_grant.h"

enum err
refresh_cookie_admit(
    const struct client *c, const char *origin, enum reason *reason)
{
	if (!c->cookie_refresh || !client_has_origin(c, origin))
		return refused(REASON_ORIGIN_NOT_ALLOWED, reason);
	return OK;
}

/* Whether the token in the cookie may be taken: for a script of the app's own
 * origin only (RFC 9700 4.7 in spirit: another app of the same site gets
 * SameSite cookies sent, too). */
static enum err
refresh_cookie_require(struct token_grant *g)
{
	enum err e;

	if (g->q->who->origin == NULL)
		return refused(REASON_ORIGIN_MISSING, &g->reason);
	e = refresh_cookie_admit(g->client, g->q->who->origin, &g->reason);
	if (e == OK && g->q->refresh_cookie[0] == '\0')
		e = refused(REASON_REFRESH_COOKIE_MISSING, &g->reason);
	return e;
}

void
grant_refresh_want(struct store_txn *t, const struct token_grant *g)
{
	const struct token_request *q = g->q;
	const char *text =
	    q->refresh_token != NULL ? q->refresh_token : q->refresh_cookie;
	struct opaque_token token;

	if (text != NULL && opaque_token_decode(&token, OPAQUE_TOKEN_REFRESH,
				text, &g->p->keyring) == OK)
		store_want(t, TABLE_FAMILIES, token.family_id, FAMILY_KEY_LEN);
}

enum err
grant_refresh_look(struct store_txn *t, struct token_grant *g)
{
	const struct token_request *q = g->q;
	struct family_lifetimes l = provider_lifetimes(g->p);
	const char *text = q->refresh_token;
	enum err e;

	g->refresh = (struct refresh_presented){.client = g->client,
	    .scope = q->scope,
	    .resources = q->resources,
	    .evidence = &g->evidence,
	    .cookie = text == NULL && q->refresh_cookie != NULL};
	if (g->refresh.cookie) {
		text = q->refresh_cookie;
		e = refresh_cookie_require(g);
		if (e != OK)
			return e;
	}
	if (text == NULL)
		return refused(REASON_REFRESH_TOKEN_MISSING, &g->reason);
	e = opaque_token_decode(
	    &g->refresh.token, OPAQUE_TOKEN_REFRESH, text, &g->p->keyring);
	if (e == ERR_FOREIGN)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_RESTORED, &g->reason);
	if (e != OK)
		return refused(REASON_REFRESH_TOKEN_FORGED, &g->reason);
	g->whole_scope = q->scope == NULL;
	if (!g->whole_scope &&
	    scope_intersect(g->scope, q->scope, g->client->scope) != OK)
		return refused(REASON_SCOPE_MALFORMED, &g->reason);
	return family_look(
	    t, &g->refresh, &l, g->now, &g->prerequisites, &g->reason);
}

enum err
grant_refresh_commit(struct store_txn *t, struct token_grant *g)
{
	struct family_lifetimes l = provider_lifetimes(g->p);
	enum err e = family_refresh(t, &g->refresh, &l, g->now,
	    &g->prerequisites, &g->family, &g->reason);

	return e == OK ? stranger_use(t, g->client, g->now) : e;
}
