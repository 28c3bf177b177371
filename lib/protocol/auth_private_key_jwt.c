/* private_key_jwt: a JWT that the client signs (RFC 7523; OpenID Connect Core
 * 9). */
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/replay.h"
#include "jose/jwt.h"
#include "protocol/auth_way.h"

#include <string.h>

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum {
	ASSERTION_LIFE_MAX_S = 3600, /* so long its jti may be remembered */
	ASSERTION_AHEAD_S = 60,      /* by which the client's clock may be */
	ASSERTION_ID_CAP = 512
};

static enum err
assertion_parse(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	const char *type = form_get(who->form, "client_assertion_type");
	const char *iss, *sub, *jti;
	char id[ASSERTION_ID_CAP];
	struct buf b;
	struct jwt j;

	a->assertion = form_get(who->form, "client_assertion");
	if (a->assertion == NULL)
		return ERR_NOT_FOUND;
	if (type == NULL || !str_equal(type, ASSERTION_TYPE) ||
	    jwt_parse(&j, a->assertion) != OK)
		return refused(REASON_ASSERTION_MALFORMED, reason);
	iss = jwt_str(&j, "iss");
	sub = jwt_str(&j, "sub");
	jti = jwt_str(&j, "jti");
	if (jwt_time(&j, "exp", &a->expires_at) != OK)
		a->expires_at = 0; /* has expired */
	buf_init(&b, id, sizeof id);
	if (iss != NULL && sub != NULL && jti != NULL && str_equal(iss, sub) &&
	    str_copy(a->client_id, sizeof a->client_id, sub) == OK)
		buf_printf(&b, "%s %s", sub, jti); /* one space: no other id */
	jwt_wipe(&j);
	if (b.len == 0 || !buf_ok(&b))
		return refused(REASON_ASSERTION_MALFORMED, reason);
	secret_hash(a->once, id, b.len);
	return OK;
}

/* Whether CLAIM is there and is not a time up to LATEST. */
static bool
is_later(const struct jwt *j, const char *claim, int64_t latest)
{
	int64_t time;
	enum err e = jwt_time(j, claim, &time);

	return e != ERR_NOT_FOUND && (e != OK || time > latest);
}

static enum err
assertion_prove(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	const int64_t ahead = now + ASSERTION_AHEAD_S;
	char token_url[CALLER_URL_CAP];
	struct jwk_set keys;
	struct jwt j;
	struct buf b;
	enum err e = OK;

	buf_init(&b, token_url, sizeof token_url);
	buf_printf(&b, "%s/token", p->conf.issuer);
	if (jwk_set_read(&keys, c->jwks, strlen(c->jwks)) != OK ||
	    jwt_parse(&j, a->assertion) != OK)
		return refused(REASON_ASSERTION_SIGNATURE, reason);
	if (!jwt_is_for(&j, p->conf.issuer) && !jwt_is_for(&j, token_url))
		e = refused(REASON_ASSERTION_AUDIENCE, reason);
	else if (a->expires_at <= now ||
		 a->expires_at > now + ASSERTION_LIFE_MAX_S ||
		 is_later(&j, "nbf", ahead) || is_later(&j, "iat", ahead))
		e = refused(REASON_ASSERTION_TIME, reason);
	else if (jwt_verify_by_set(&j, &keys) != OK)
		e = refused(REASON_ASSERTION_SIGNATURE, reason);
	jwt_wipe(&j);
	return e;
}

static enum err
assertion_remember(
    struct store_txn *t, const struct client_auth *a, enum reason *reason)
{
	enum err e = replay_note(t, a->once, a->expires_at + CLOCK_SLACK_S);

	return e == ERR_EXISTS ? refused(REASON_ASSERTION_REUSED, reason) : e;
}

const struct auth_way auth_private_key_jwt = {"private_key_jwt",
    AUTH_PRIVATE_KEY_JWT, assertion_parse, assertion_prove, assertion_remember};
