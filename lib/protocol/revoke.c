#include "protocol/revoke.h"

#include "base/reason.h"
#include "base/str.h"
#include "domain/revocation.h"
#include "protocol/access_token.h"

struct revoking {
	const struct provider *p;
	struct client_auth auth;
	int64_t now;
	struct access_token access; /* jti "" if it is none */
	struct token refresh;
	bool is_refresh;

	enum reason reason;
};

static enum err
authenticate(struct store_txn *t, void *arg)
{
	struct revoking *r = arg;
	struct client c;

	return client_auth_check(t, &r->auth, &r->p->keyring, &c, &r->reason);
}

static enum err
revoke_refresh(struct store_txn *t, struct revoking *r, const struct client *c)
{
	struct family f;
	enum err e = family_get(t, r->refresh.family_id, r->now, &f);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	if (!str_equal(f.client_id, c->client_id))
		return refused_as(ERR_UNAUTHORIZED_CLIENT,
		    REASON_CLIENT_MISMATCH, &r->reason);
	/* An older one too: whoever asks, the family is not wanted. */
	family_end(t, f.family_id);
	return store_failed(t);
}

static enum err
step(struct store_txn *t, void *arg)
{
	struct revoking *r = arg;
	struct client c;
	enum err e =
	    client_auth_check(t, &r->auth, &r->p->keyring, &c, &r->reason);

	if (e != OK)
		return e;
	if (r->is_refresh)
		return revoke_refresh(t, r, &c);
	if (!str_equal(r->access.client_id, c.client_id))
		return refused_as(ERR_UNAUTHORIZED_CLIENT,
		    REASON_CLIENT_MISMATCH, &r->reason);
	revocation_put(t, r->access.jti, r->access.expires_at);
	return store_failed(t);
}

enum err
revoke(const struct provider *p, const struct caller *who, int64_t now,
    enum reason *reason)
{
	struct revoking r = {.p = p, .now = now};
	const char *token = form_get(who->form, "token");
	enum reason ignored;
	enum err e;

	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&r.auth, who, reason);
	if (e != OK)
		return e;
	if (token == NULL)
		return refused(REASON_TOKEN_MISSING, reason);
	r.is_refresh =
	    token_decode(&r.refresh, TOKEN_REFRESH, token, &p->keyring) == OK;
	if (!r.is_refresh &&
	    access_token_parse(p, token, now, &r.access, &ignored) != OK)
		r.access.jti[0] = '\0';
	/* Who is nobody, or has nothing to give back, does not take the store's
	 * one writer's time. */
	e = store_read(p->store, authenticate, &r);
	if (e == OK && (r.is_refresh || r.access.jti[0] != '\0'))
		e = store_write(p->store, now, step, &r);
	*reason = r.reason;
	client_auth_wipe(&r.auth);
	return e;
}
