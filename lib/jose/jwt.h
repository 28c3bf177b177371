/*
 * JSON Web Tokens, JWS compact serialisation (RFC 7515 7.1, RFC 7519, RFC
 * 8725). `alg` is never believed: the key says what it is, the header must
 * agree.
 */
#ifndef LK_JOSE_JWT_H
#define LK_JOSE_JWT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json_object_view.h"
#include "jose/jwk.h"
#include "jose/private_key.h"

#include <stddef.h>
#include <stdint.h>

enum { JWT_CAP = 8192, JWT_SECRET_MIN = 32 };

/* Writes header.payload.signature of CLAIMS, a JSON object as text, into TEXT.
 * TYP is "JWT" or "at+jwt" (RFC 9068 2.1). ERR_NO_SPACE, also if CLAIMS has
 * failed; or private_key_sign's. On an error TEXT is wiped. */
enum err jwt_sign(char *text, size_t cap, const struct buf *claims,
    const char *typ, const struct private_key *k) MUST_CHECK;

/* The same with HMAC-SHA-256 and a client's secret; no kid (the key has no
 * public name). ERR_SYNTAX: fewer than JWT_SECRET_MIN bytes (RFC 7518 3.2). */
enum err jwt_sign_hs256(char *text, size_t cap, const struct buf *claims,
    const char *typ, const char *secret) MUST_CHECK;

/* A token taken apart, its signature not yet looked at. */
struct jwt {
	enum jwa alg;
	char kid[KID_CAP];       /* "" if none */
	char typ[32];            /* lower case, without "application/" */
	const char *signed_text; /* header.payload, borrowed from the input */
	size_t signed_len;
	uint8_t sig[SIGNATURE_MAX];
	size_t sig_len;
	struct json_object_view claims; /* jwt_wipe frees them */
	char claims_text[JWT_CAP];
	size_t claims_len;
};

/* ERR_INVALID_TOKEN unless TEXT has the form: fewer than JWT_CAP bytes, three
 * strict base64url parts, JSON objects without duplicate keys, alg one of enum
 * jwa, no crit, no b64. Keys that the header holds or points to (jwk, jku, x5c,
 * x5u) are not looked at. On an error nothing is owned. */
enum err jwt_parse(struct jwt *j, const char *text) MUST_CHECK;

/* The same for a proof of possession, whose header must hold the key that
 * signed it (RFC 9449 4.2): jwk, read into K. What jwk_read_form refuses
 * is ERR_INVALID_TOKEN. Nothing is to be believed of K
 * before jwt_verify. */
enum err jwt_parse_with_key(
    struct jwt *j, struct public_key *k, const char *text) MUST_CHECK;

void jwt_wipe(struct jwt *j);

/* The signature against a key: OK, ERR_INVALID_TOKEN, or ERR_UNSUPPORTED (no
 * libcrypto here). The token's alg must be the key's, and its kid, if both have
 * one. */
enum err jwt_verify(const struct jwt *j, const struct public_key *k) MUST_CHECK;

/* The same against whichever key of a set fits. */
enum err jwt_verify_by_set(
    const struct jwt *j, const struct jwk_set *set) MUST_CHECK;

/* Against a client's secret: OK or ERR_INVALID_TOKEN, also for an alg other
 * than HS256. */
enum err jwt_verify_hs256(const struct jwt *j, const char *secret) MUST_CHECK;

/* Whether AUDIENCE is the token's `aud`, or in it. */
bool jwt_is_for(const struct jwt *j, const char *audience);

/* All that its `aud` names, as a word list in CAP bytes. */
enum err jwt_audiences(char *list, size_t cap, const struct jwt *j) MUST_CHECK;

/* A claim that is a string, or NULL; an integer, or FALLBACK. */
const char *jwt_str(const struct jwt *j, const char *claim);
int64_t jwt_int(const struct jwt *j, const char *claim, int64_t fallback);

/* A claim that is an object, or NULL; valid until jwt_wipe. Whether there is
 * a claim at all. */
const json_t *jwt_object(const struct jwt *j, const char *claim);
bool jwt_has(const struct jwt *j, const char *claim);

/* A time (RFC 7519 2, NumericDate), which may have a fraction, to the second:
 * ERR_NOT_FOUND; ERR_SYNTAX for what is none. */
enum err jwt_time(
    const struct jwt *j, const char *claim, int64_t *time) MUST_CHECK;

#endif
