#include "protocol/grant.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/code.h"
#include "domain/family.h"
#include "protocol/access_token.h"
#include "protocol/id_token.h"

#include <string.h>

enum err
token_request_parse(
    struct token_request *q, const struct caller *who, enum reason *reason)
{
	const char *grant_type = form_get(who->form, "grant_type");
	enum err e;

	*q = (struct token_request){.who = who};
	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&q->auth, who, reason);
	if (e != OK)
		return e;
	if (grant_type == NULL)
		return refused(REASON_GRANT_TYPE_MISSING, reason);
	q->grant_type = grant_from_name(grant_type);
	if (q->grant_type == 0)
		return refused(REASON_GRANT_TYPE_UNKNOWN, reason);
	q->code = form_get(who->form, "code");
	q->redirect_uri = form_get(who->form, "redirect_uri");
	q->code_verifier = form_get(who->form, "code_verifier");
	q->refresh_token = form_get(who->form, "refresh_token");
	q->scope = form_get(who->form, "scope");
	return OK;
}

void
token_request_wipe(struct token_request *q)
{
	secret_wipe(q, sizeof *q);
}

void
token_reply_wipe(struct token_reply *r)
{
	secret_wipe(r->access_token, strlen(r->access_token));
	secret_wipe(r->id_token, strlen(r->id_token));
	secret_wipe(r->refresh_token, sizeof r->refresh_token);
}

enum err
refresh_cookie_admit(
    const struct client *c, const char *origin, enum reason *reason)
{
	if (!c->cookie_refresh || !client_has_origin(c, origin))
		return refused(REASON_ORIGIN_NOT_ALLOWED, reason);
	return OK;
}

/* One grant on its way through the store: what went in, what was decided, and
 * what is needed to sign when the transaction is over. */
struct granting {
	const struct provider *p;
	const struct token_request *q;
	int64_t now;
	struct token token; /* of the code or refresh token presented */
	enum reason forged; /* that it is none of ours, or NULL */

	struct client *client; /* set by the look; large, so not in here */
	struct family_ground ground;
	struct family family;
	struct signkey key; /* signs both tokens */
	char scope[SCOPE_CAP];
	char nonce[NONCE_CAP];
	enum reason reason;
};

/* The key that will sign: its public half says which it is. */
static enum err
find_key(struct store_txn *t, struct granting *g)
{
	enum jwa alg = conf_access_token_alg(&g->p->conf, g->client->alg);
	enum err e = signkey_active(t, alg, &g->key);

	if (e == ERR_NOT_FOUND)
		e = refused(REASON_NO_SIGNING_KEY, &g->reason);
	return e;
}

/* The client, authenticated and registered for what it asks; and the key, for
 * without one there is no answer, and nothing must be used up for none. */
static enum err
admit_client(struct store_txn *t, struct granting *g)
{
	enum err e;

	g->reason = REASON_NONE;
	e = client_auth_check(
	    t, &g->q->auth, &g->p->keyring, g->client, &g->reason);
	if (e == OK && !(g->client->grants & (unsigned)g->q->grant_type))
		e = refused(REASON_GRANT_TYPE_NOT_ALLOWED, &g->reason);
	return e == OK ? find_key(t, g) : e;
}

/* A code whose answer sets the refresh cookie is not taken from a page of
 * another site: that would sign its visitors in to the app as another person
 * (RFC 6749 10.12). Browsers name the page with each POST (Fetch 3.1); what
 * names none is no page, and has no visitors. */
static enum err
admit_origin(struct granting *g)
{
	if (g->q->grant_type != GRANT_AUTHORIZATION_CODE ||
	    !g->client->cookie_refresh || g->q->who->origin == NULL)
		return OK;
	return refresh_cookie_admit(g->client, g->q->who->origin, &g->reason);
}

/* All that needs no writer. What is no token of ours tells nothing to one who
 * is no client. */
static enum err
admit_step(struct store_txn *t, void *arg)
{
	struct granting *g = arg;
	enum err e = admit_client(t, g);

	if (e == OK)
		e = admit_origin(g);
	if (e == OK && g->forged != REASON_NONE)
		e = refused_as(ERR_INVALID_GRANT, g->forged, &g->reason);
	return e;
}

static enum err
code_step(struct store_txn *t, void *arg)
{
	struct granting *g = arg;
	struct family *f = &g->family;
	struct family_lifetimes l = provider_lifetimes(g->p);
	struct code_presented presented = {.token = g->token,
	    .redirect_uri = g->q->redirect_uri,
	    .code_verifier = g->q->code_verifier};
	struct user *u = &g->ground.user;
	struct code code;
	enum err e;

	g->reason = REASON_NONE;
	presented.client_id = g->client->client_id;
	e = code_redeem(t, &presented, g->now, &code, &g->reason);
	if (e != OK)
		return e;
	if (user_require(t, code.user_id, u) != OK)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_USER_DISABLED, &g->reason);
	if (!client_admits(g->client, u))
		return refused_as(
		    ERR_INVALID_GRANT, REASON_USER_NOT_IN_GROUP, &g->reason);
	code_family(f, &code);
	f->cookie = g->client->cookie_refresh;
	f->refreshable = g->client->grants & GRANT_REFRESH_TOKEN;
	f->offline = words_has(code.scope, "offline_access");
	memcpy(g->nonce, code.nonce, sizeof g->nonce);
	memcpy(g->scope, code.scope, sizeof g->scope);
	return family_begin(t, f, &l, g->now);
}

static struct refresh_presented
presented_of(const struct granting *g)
{
	return (struct refresh_presented){.token = g->token,
	    .client = g->client,
	    .scope = g->q->scope,
	    .cookie = g->q->refresh_in_cookie};
}

static enum err
look_step(struct store_txn *t, void *arg)
{
	struct granting *g = arg;
	struct family_lifetimes l = provider_lifetimes(g->p);
	struct refresh_presented presented;
	enum err e = admit_step(t, g);

	if (e == OK && g->q->scope != NULL)
		e = scope_grant(g->scope, g->q->scope, g->client->scope);
	if (e == ERR_INVALID_SCOPE)
		g->reason = REASON_SCOPE_MALFORMED;
	if (e != OK)
		return e;
	presented = presented_of(g);
	return family_look(t, &presented, &l, g->now, &g->ground, &g->reason);
}

static enum err
refresh_step(struct store_txn *t, void *arg)
{
	struct granting *g = arg;
	struct family_lifetimes l = provider_lifetimes(g->p);
	struct refresh_presented presented = presented_of(g);

	return family_refresh(
	    t, &presented, &l, g->now, &g->ground, &g->family, &g->reason);
}

static enum err
credentials_step(struct store_txn *t, void *arg)
{
	struct granting *g = arg;
	enum err e = admit_client(t, g);

	if (e == OK)
		e = scope_grant(g->scope,
		    g->q->scope != NULL ? g->q->scope : g->client->scope,
		    g->client->scope);
	if (e == ERR_INVALID_SCOPE)
		g->reason = REASON_SCOPE_MALFORMED;
	if (e != OK)
		return e;
	/* These are about a person, and here is none. */
	for (const struct scope_known *s = scopes_known; s->name != NULL; s++)
		words_remove(g->scope, s->name);
	if (g->q->scope != NULL && g->scope[0] == '\0')
		return refused(REASON_SCOPE_NOT_ALLOWED, &g->reason);
	return OK;
}

/* Signs what was granted. No access token outlives its family. */
static enum err
sign(const struct granting *g, struct token_reply *r)
{
	bool person = g->q->grant_type != GRANT_CLIENT_CREDENTIALS;
	int64_t expires_at = g->now + g->p->conf.access_token_lifetime_s;
	enum err e;

	if (person)
		expires_at = earlier(expires_at, g->family.absolute_expires_at);
	struct access_token_grant access = {.client = g->client,
	    .family = person ? &g->family : NULL,
	    .user = person ? &g->ground.user : NULL,
	    .scope = g->scope,
	    .issued_at = g->now,
	    .expires_at = expires_at};
	struct id_token_grant id = {.client = g->client,
	    .family = &g->family,
	    .user = &g->ground.user,
	    .scope = g->scope,
	    .nonce = g->nonce,
	    .access_token = r->access_token,
	    .issued_at = g->now,
	    .expires_at = expires_at};

	r->expires_in = expires_at - g->now;
	memcpy(r->scope, g->scope, sizeof r->scope);
	e = access_token_make(r->access_token, g->p, &access, &g->key);
	if (e == OK && person && words_has(g->scope, "openid"))
		e = id_token_make(r->id_token, g->p, &id, &g->key);
	return e;
}

static void
give_refresh_token(const struct granting *g, struct token_reply *r)
{
	struct token token = {.number = g->family.current};

	memcpy(token.family_id, g->family.family_id, FAMILY_ID_LEN);
	token_encode(r->refresh_token, TOKEN_REFRESH, &token, &g->p->keyring);
	r->cookie = g->family.cookie;
	r->instead = g->family.given_instead;
	r->cookie_max_age_s = g->family.expires_at - g->now;
}

static enum err
redeem_code(struct granting *g)
{
	const struct provider *p = g->p;
	enum err e;

	if (g->q->code == NULL)
		return refused(REASON_CODE_MISSING, &g->reason);
	if (token_decode(&g->token, TOKEN_CODE, g->q->code, &p->keyring) != OK)
		g->forged = REASON_CODE_FORGED;
	e = store_read(p->store, admit_step, g);
	return e == OK ? store_write(p->store, g->now, code_step, g) : e;
}

static enum err
refresh(struct granting *g)
{
	const struct provider *p = g->p;
	enum err e;

	if (g->q->refresh_token == NULL)
		return refused(REASON_REFRESH_TOKEN_MISSING, &g->reason);
	if (token_decode(&g->token, TOKEN_REFRESH, g->q->refresh_token,
		&p->keyring) != OK)
		g->forged = REASON_REFRESH_TOKEN_FORGED;
	e = store_read(p->store, look_step, g);
	if (e == OK)
		e = store_write(p->store, g->now, refresh_step, g);
	/* The family keeps its whole scope (RFC 6749 6); what this answer has
	 * is what was asked for and the client may still have. */
	if (e == OK && g->q->scope == NULL)
		e = scope_grant(g->scope, g->family.scope, g->client->scope);
	return e;
}

static enum err
run(struct granting *g)
{
	switch (g->q->grant_type) {
	case GRANT_AUTHORIZATION_CODE:
		return redeem_code(g);
	case GRANT_REFRESH_TOKEN:
		return refresh(g);
	case GRANT_CLIENT_CREDENTIALS:
		return store_read(g->p->store, credentials_step, g);
	}
	return ERR_UNSUPPORTED_GRANT_TYPE;
}

enum err
grant_token(const struct provider *p, const struct token_request *q,
    int64_t now, struct token_reply *r, enum reason *reason)
{
	struct client client;
	struct granting g = {.p = p, .q = q, .now = now, .client = &client};
	enum err e;

	r->access_token[0] = r->id_token[0] = r->refresh_token[0] = '\0';
	r->cookie = r->instead = false;
	e = run(&g);
	*reason = g.reason;
	if (e == OK)
		e = sign(&g, r);
	if (e == OK && g.family.refreshable)
		give_refresh_token(&g, r);
	if (e != OK)
		token_reply_wipe(r);
	user_wipe(&g.ground.user);
	return e;
}
