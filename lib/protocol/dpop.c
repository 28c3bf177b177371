#include "protocol/dpop.h"

#include "base/big_endian.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/pkce.h"
#include "domain/replay.h"
#include "domain/uri.h"
#include "jose/jwt.h"

#include <string.h>

enum {
	NONCE_LEN = 16,
	NONCE_SLOT_S = 150, /* one is good for that long at least, and twice
			     * that at most */
	PROOF_ID_CAP = 512
};

#ifdef LK_NO_RS256
const char dpop_algs[] = "EdDSA Ed25519";
#else
const char dpop_algs[] = "EdDSA Ed25519 ES256";
#endif

/* --- the nonce ------------------------------------------------------------ */

static void
nonce_of_slot(char nonce[static DPOP_NONCE_CAP],
    const uint8_t key[static SECRET_KEY_LEN], int64_t slot)
{
	uint8_t mac[NONCE_LEN], number[8];

	big_endian_put(number, sizeof number, (uint64_t)slot);
	secret_mac(mac, sizeof mac, key, "dpop_nonce", number, sizeof number);
	base64url_encode(nonce, DPOP_NONCE_CAP, mac, sizeof mac);
}

void
dpop_nonce_make(char nonce[static DPOP_NONCE_CAP],
    const uint8_t key[static SECRET_KEY_LEN], int64_t now)
{
	nonce_of_slot(nonce, key, now / NONCE_SLOT_S);
}

static enum err
check_nonce(struct dpop *d, const char *nonce, const struct dpop_request *q,
    enum reason *reason)
{
	char good[DPOP_NONCE_CAP];

	for (int64_t age = 0; nonce != NULL && age <= 1; age++) {
		nonce_of_slot(good, q->nonce_key, q->now / NONCE_SLOT_S - age);
		d->renew = age > 0;
		if (secret_equal_str(good, nonce))
			return OK;
	}
	return refused(REASON_DPOP_NONCE, reason);
}

/* --- what it is about ----------------------------------------------------- */

static bool
is_about(const struct jwt *j, const struct dpop_request *q)
{
	const char *htm = jwt_str(j, "htm"), *htu = jwt_str(j, "htu");

	return htm != NULL && str_equal(htm, q->method) && htu != NULL &&
	       uri_same_place(q->url, htu);
}

/* Whether a time CLAIM, if it is there, is from FIRST to LAST. */
static bool
is_time_within(
    const struct jwt *j, const char *claim, int64_t first, int64_t last)
{
	int64_t time;
	enum err e = jwt_time(j, claim, &time);

	return e == ERR_NOT_FOUND || (e == OK && time >= first && time <= last);
}

static bool
is_fresh(const struct jwt *j, const struct dpop_request *q)
{
	const int64_t first = q->now - DPOP_WINDOW_S,
		      last = q->now + DPOP_WINDOW_S;

	return jwt_has(j, "iat") && is_time_within(j, "iat", first, last) &&
	       is_time_within(j, "nbf", INT64_MIN, last) &&
	       is_time_within(j, "exp", first, INT64_MAX);
}

/* ath is made of the token as a code_challenge of its verifier: the SHA-256,
 * base64url (RFC 9449 4.2). */
static bool
is_with_token(const struct jwt *j, const char *access_token)
{
	const char *ath = jwt_str(j, "ath");
	char hash[PKCE_TEXT_CAP];

	pkce_make(hash, access_token);
	return ath != NULL && str_equal(ath, hash);
}

/* What a proof has beside, where it comes with an access token. */
static enum err
check_for_resource(struct dpop *d, const struct jwt *j,
    const struct dpop_request *q, enum reason *reason)
{
	if (!is_with_token(j, q->access_token))
		return refused(REASON_DPOP_TOKEN, reason);
	return check_nonce(d, jwt_str(j, "nonce"), q, reason);
}

static enum err
check_proof(struct dpop *d, const struct jwt *j, const struct dpop_request *q,
    enum reason *reason)
{
	const char *jti = jwt_str(j, "jti");

	if (!str_equal(j->typ, "dpop+jwt") || jti == NULL || jti[0] == '\0')
		return refused(REASON_DPOP_MALFORMED, reason);
	if (!words_has(dpop_algs, jwa_name(j->alg)))
		return refused(REASON_DPOP_ALGORITHM, reason);
	if (!is_about(j, q))
		return refused(REASON_DPOP_REQUEST, reason);
	if (!is_fresh(j, q))
		return refused(REASON_DPOP_TIME, reason);
	return q->access_token != NULL ? check_for_resource(d, j, q, reason)
				       : OK;
}

/* --- who by --------------------------------------------------------------- */

/* One key's jti is not another's: no one uses up the ids of others. Nor does a
 * second signature of the same text make another proof, as ECDSA has. */
static enum err
name_proof(struct dpop *d, const struct jwt *j, const struct public_key *k,
    enum reason *reason)
{
	char thumbprint[THUMBPRINT_CAP], id[PROOF_ID_CAP];
	struct buf b;
	int64_t iat;
	enum err e = public_key_thumbprint(thumbprint, k);

	if (e == OK)
		e = confirmation_from_text(
		    &d->key, CONFIRMATION_JKT, thumbprint);
	if (e == OK)
		e = jwt_time(j, "iat", &iat);
	if (e != OK)
		return e;
	buf_init(&b, id, sizeof id);
	buf_printf(&b, "dpop %s %s", thumbprint, jwt_str(j, "jti"));
	if (!buf_ok(&b))
		return refused(REASON_DPOP_MALFORMED, reason);
	secret_hash(d->once, id, b.len);
	d->expires_at = iat + DPOP_WINDOW_S + CLOCK_SLACK_S;
	return OK;
}

enum err
dpop_check(struct dpop *d, const struct dpop_request *q, enum reason *reason)
{
	struct public_key k;
	struct jwt j;
	enum err e;

	*d = (struct dpop){0};
	if (jwt_parse_with_key(&j, &k, q->proof) != OK)
		return refused(REASON_DPOP_MALFORMED, reason);
	e = check_proof(d, &j, q, reason);
	if (e == OK && jwt_verify(&j, &k) != OK)
		e = refused(REASON_DPOP_SIGNATURE, reason);
	if (e == OK)
		e = name_proof(d, &j, &k, reason);
	jwt_wipe(&j);
	if (e != OK)
		*d = (struct dpop){0};
	return e;
}

enum err
dpop_check_caller(
    struct dpop *d, const struct caller *who, int64_t now, enum reason *reason)
{
	const struct dpop_request request = {.proof = who->dpop,
	    .method = who->method,
	    .url = who->url,
	    .now = now};

	*d = (struct dpop){0};
	return who->dpop != NULL ? dpop_check(d, &request, reason) : OK;
}

enum err
dpop_remember(struct store_txn *t, const struct dpop *d, enum reason *reason)
{
	enum err e = OK;

	if (d->key.kind != CONFIRMATION_NONE)
		e = replay_note(t, d->once, d->expires_at);
	return e == ERR_EXISTS ? refused(REASON_DPOP_REUSED, reason) : e;
}
