/*
 * A public key, ours or another's: what verifies signatures of one algorithm.
 * How it is read from a JWK is in jose/jwk.h. What is known of a key of ours
 * beside (its state, its times, its file) is in domain/signkey.h.
 */
#ifndef LK_JOSE_PUBLIC_KEY_H
#define LK_JOSE_PUBLIC_KEY_H

#include "base/base64.h"
#include "base/err.h"
#include "jose/jwa.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	THUMBPRINT_CAP = BASE64URL_CAP(32), /* SHA-256 */
	KID_CAP = 128,
	SIGNATURE_MAX = 512,  /* RS256 with 4096 bits */
	PUBLIC_KEY_CAP = 520, /* Ed25519: 32 bytes; P-256: x, y; RSA: n */
};

struct public_key {
	char kid[KID_CAP]; /* ours: the thumbprint; others': theirs, or "" */
	enum jwa alg;      /* any but JWA_HS256 */
	uint8_t bytes[PUBLIC_KEY_CAP]; /* big-endian; of RSA, e is 65537 */
	size_t len;
};

/* Whether a public key of ALG may have LEN bytes. */
bool public_key_fits(enum jwa alg, size_t len);

/* Whether K can be used here, and is a point of its curve that a private key
 * can have: OK, ERR_SYNTAX, ERR_UNSUPPORTED (no libcrypto here). It costs as
 * much as a verification, which refuses what is no point, or one of small
 * order, too. */
enum err public_key_check(const struct public_key *k) MUST_CHECK;

/* A JWK with use and alg, and kid if K has one (RFC 7517, RFC 8037 2); the
 * caller owns the reference. NULL: no memory. */
json_t *public_key_jwk(const struct public_key *k);

/* The RFC 7638 thumbprint of K, which may be written to K's own kid. */
enum err public_key_thumbprint(char thumbprint[static THUMBPRINT_CAP],
    const struct public_key *k) MUST_CHECK;

/* OK, ERR_INVALID_TOKEN, or ERR_UNSUPPORTED (no libcrypto here). */
enum err public_key_verify(const struct public_key *k, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len) MUST_CHECK;

#endif
