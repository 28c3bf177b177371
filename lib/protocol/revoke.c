#include "protocol/revoke.h"

#include "base/reason.h"
#include "base/str.h"
#include "domain/revocation.h"
#include "protocol/access_token.h"

struct revocation_request {
	const struct provider *p;
	struct client_auth auth;
	int64_t now;
	bool is_good; /* the token is one of ours */
	bool is_refresh;
	struct opaque_token refresh;
	struct access_token access;

	struct client *client; /* large, so not in here */
	enum reason reason;
};

static enum err
revoke_find_step(struct store_txn *t, void *arg)
{
	struct revocation_request *r = arg;

	return client_auth_find(t, &r->auth, r->client, &r->reason);
}

static enum err
revoke_step(struct store_txn *t, void *arg)
{
	struct revocation_request *r = arg;
	const char *owner = r->access.client_id;
	struct family f;
	enum err e = client_auth_remember(t, &r->auth, &r->reason);

	if (e == OK && r->is_refresh) {
		e = family_get(t, r->refresh.family_id, r->now, &f);
		owner = f.client_id;
	}
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK || !r->is_good)
		return e;
	if (!str_equal(owner, r->client->client_id))
		return refused_as(ERR_UNAUTHORIZED_CLIENT,
		    REASON_CLIENT_MISMATCH, &r->reason);
	/* By an older refresh token, too: the family is not wanted. */
	if (r->is_refresh)
		family_end(t, f.family_id);
	else
		revocation_put(t, r->access.jti, r->access.expires_at);
	return store_failed(t);
}

static void
parse_unwanted_token(struct revocation_request *r, const char *token)
{
	enum reason ignored;

	r->is_refresh = opaque_token_decode(&r->refresh, OPAQUE_TOKEN_REFRESH,
			    token, &r->p->keyring) == OK;
	r->is_good = r->is_refresh || access_token_parse(r->p, token, r->now,
					  &r->access, &ignored) == OK;
}

enum err
revoke(const struct provider *p, const struct caller *who, int64_t now,
    enum reason *reason)
{
	struct client client;
	struct revocation_request r = {.p = p, .now = now, .client = &client};
	const char *token = form_get(who->form, "token");
	enum err e;

	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&r.auth, who, &r.reason);
	if (e == OK && token == NULL)
		e = refused(REASON_TOKEN_MISSING, &r.reason);
	if (e == OK) {
		parse_unwanted_token(&r, token);
		e = store_read(p->store, revoke_find_step, &r);
	}
	if (e == OK)
		e = client_auth_prove(&r.auth, p, &client, now, &r.reason);
	/* A request without a client, or with nothing to revoke, does not wait
	 * for the store's one writer. */
	if (e == OK && (r.is_good || client_auth_is_once(&r.auth)))
		e = store_write(p->store, now, revoke_step, &r);
	*reason = r.reason;
	client_auth_wipe(&r.auth);
	return e;
}
