/* private_key_jwt and client_secret_jwt: a JWT that the client signs (RFC 7523;
 * OpenID Connect Core 9). */
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/replay.h"
#include "jose/jwt.h"
#include "protocol/auth_way.h"
#include "protocol/client_signature.h"

#include <string.h>

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum {
	ASSERTION_LIFE_MAX_S = 3600, /* so long its jti may be remembered */
	ASSERTION_AHEAD_S = 60,      /* by which the client's clock may be */
	ASSERTION_ID_CAP = 512
};

/* Other JWTs that a client gets or makes, such as a logout token or a proof of
 * possession, are no assertions (RFC 8725 3.11). */
static bool
is_typ_of_assertion(const char *typ)
{
	return typ[0] == '\0' || str_equal(typ, "jwt") ||
	       str_equal(typ, "client-authentication+jwt");
}

/* What J says of itself, into A; false: not all that must be said. */
static bool
read_claims(struct client_auth *a, const struct jwt *j)
{
	const char *iss = jwt_str(j, "iss"), *sub = jwt_str(j, "sub");
	const char *jti = jwt_str(j, "jti");
	char id[ASSERTION_ID_CAP];
	struct buf b;

	if (jwt_time(j, "exp", &a->expires_at) != OK)
		a->expires_at = 0; /* has expired */
	if (iss == NULL || sub == NULL || jti == NULL || !str_equal(iss, sub) ||
	    str_copy(a->client_id, sizeof a->client_id, sub) != OK)
		return false;
	buf_init(&b, id, sizeof id);
	/* A client's id has no blank, so that no other id reads so; nor does
	 * what is remembered of anything else. */
	buf_printf(&b, "assertion %s %s", sub, jti);
	if (!buf_ok(&b))
		return false;
	secret_hash(a->once, id, b.len);
	return true;
}

/* An assertion by a secret, or by a key. What is not even a JWT is refused as
 * one by a key. */
static enum err
parse_assertion(struct client_auth *a, const struct caller *who, bool by_secret,
    enum reason *reason)
{
	const char *type = form_get(who->form, "client_assertion_type");
	struct jwt j;
	bool good;

	a->assertion = form_get(who->form, "client_assertion");
	if (a->assertion == NULL)
		return ERR_NOT_FOUND;
	if (jwt_parse(&j, a->assertion) != OK)
		return by_secret ? ERR_NOT_FOUND
				 : refused(REASON_ASSERTION_MALFORMED, reason);
	if ((j.alg == JWA_HS256) != by_secret) {
		jwt_wipe(&j);
		return ERR_NOT_FOUND;
	}
	good = type != NULL && str_equal(type, ASSERTION_TYPE) &&
	       is_typ_of_assertion(j.typ) && read_claims(a, &j);
	jwt_wipe(&j);
	return good ? OK : refused(REASON_ASSERTION_MALFORMED, reason);
}

static enum err
parse_by_key(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	return parse_assertion(a, who, false, reason);
}

static enum err
parse_by_secret(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	return parse_assertion(a, who, true, reason);
}

/* Whether CLAIM is there and is not a time up to LATEST. */
static bool
is_later(const struct jwt *j, const char *claim, int64_t latest)
{
	int64_t time;
	enum err e = jwt_time(j, claim, &time);

	return e != ERR_NOT_FOUND && (e != OK || time > latest);
}

/*
 * The issuer alone, as a string: an assertion that names an endpoint, or others
 * beside us, may have been asked of the client by another server
 * (draft-ietf-oauth-rfc7523bis 4; FAPI 2.0 5.3.2.1). Older clients name the
 * token endpoint, and the administrator may allow one to.
 */
static bool
is_for_us(const struct jwt *j, const struct provider *p, const struct client *c)
{
	const char *aud = jwt_str(j, "aud");
	char token_url[CALLER_URL_CAP];
	struct buf b;

	if (!c->auth_aud_endpoint)
		return aud != NULL && str_equal(aud, p->conf.issuer);
	buf_init(&b, token_url, sizeof token_url);
	buf_printf(&b, "%s/token", p->conf.issuer);
	return jwt_is_for(j, p->conf.issuer) || jwt_is_for(j, token_url);
}

/* What costs little, before the signature is looked at. */
static enum err
check_claims(const struct client_auth *a, const struct jwt *j,
    const struct provider *p, const struct client *c, int64_t now,
    enum reason *reason)
{
	const int64_t ahead = now + ASSERTION_AHEAD_S;

	if (!is_for_us(j, p, c))
		return refused(REASON_ASSERTION_AUDIENCE, reason);
	if (a->expires_at <= now ||
	    a->expires_at > now + ASSERTION_LIFE_MAX_S ||
	    is_later(j, "nbf", ahead) || is_later(j, "iat", ahead))
		return refused(REASON_ASSERTION_TIME, reason);
	return OK;
}

static enum err
check_by_key(const struct provider *p, const struct jwt *j,
    const struct client *c, int64_t now, enum reason *reason)
{
	enum err e = client_signature_check(p, j, c, now);

	switch (e) {
	case ERR_UNSUPPORTED:
		return refused(REASON_ASSERTION_ALGORITHM, reason);
	case ERR_INVALID_TOKEN:
		return refused(REASON_ASSERTION_SIGNATURE, reason);
	case ERR_NOT_FOUND:
		return refused(REASON_ASSERTION_KEYS, reason);
	default:
		return e;
	}
}

static enum err
prove_by_key(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	struct jwt j;
	enum err e;

	if (jwt_parse(&j, a->assertion) != OK)
		return refused(REASON_ASSERTION_MALFORMED, reason);
	e = check_claims(a, &j, p, c, now, reason);
	if (e == OK)
		e = check_by_key(p, &j, c, now, reason);
	jwt_wipe(&j);
	return e;
}

static enum err
prove_by_secret(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	char secret[CLIENT_SECRET_CAP];
	struct jwt j;
	enum err e;

	if (jwt_parse(&j, a->assertion) != OK)
		return refused(REASON_ASSERTION_MALFORMED, reason);
	e = check_claims(a, &j, p, c, now, reason);
	if (e == OK && (client_secret_open(secret, c, &p->keyring) != OK ||
			   jwt_verify_hs256(&j, secret) != OK))
		e = refused(REASON_ASSERTION_SIGNATURE, reason);
	secret_wipe(secret, sizeof secret);
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
    AUTH_PRIVATE_KEY_JWT, parse_by_key, prove_by_key, assertion_remember};

const struct auth_way auth_client_secret_jwt = {"client_secret_jwt",
    AUTH_CLIENT_SECRET_JWT, parse_by_secret, prove_by_secret,
    assertion_remember};
