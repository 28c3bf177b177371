/*
 * Keys that sign and verify, of either algorithm: a public key, which may be
 * anyone's, and the private half of one of ours. What is known of a key beside
 * (its state, its times, its file) is for those who keep it.
 */
#ifndef LK_JOSE_KEY_H
#define LK_JOSE_KEY_H

#include "base/base64.h"
#include "base/err.h"
#include "jose/jwa.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KID_CAP = BASE64URL_CAP(32), /* SHA-256 */
	SIGNATURE_MAX = 512,         /* RS256 with 4096 bits */
	PUBLIC_KEY_CAP = 520,        /* Ed25519: 32 bytes; RSA: n, big-endian */
	PRIVATE_KEY_PEM_CAP = 4096
};

struct public_key {
	char kid[KID_CAP];             /* the RFC 7638 thumbprint */
	enum jwa alg;                  /* JWA_EDDSA or JWA_RS256 */
	uint8_t bytes[PUBLIC_KEY_CAP]; /* RSA: modulus; e is 65537 */
	size_t len;
};

/* Whether a public key of ALG may have LEN bytes. */
bool public_key_fits(enum jwa alg, size_t len);

/* A JWK with kid, use and alg (RFC 7517, RFC 8037 2); the caller owns the
 * reference. NULL: no memory. */
json_t *public_key_jwk(const struct public_key *k);

/* Writes the RFC 7638 thumbprint of K to KID, which may be K's own. */
enum err public_key_thumbprint(
    char kid[static KID_CAP], const struct public_key *k) MUST_CHECK;

/* OK, ERR_INVALID_TOKEN, or ERR_UNSUPPORTED (no RSA here). */
enum err public_key_verify(const struct public_key *k, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len) MUST_CHECK;

/*
 * Makes a key pair of ALG: the private half as PKCS#8 PEM (the caller wipes),
 * the public one with its kid into K. Slow for RSA. ERR_UNSUPPORTED if this
 * build or host has no RSA.
 */
enum err private_key_make(char pem[static PRIVATE_KEY_PEM_CAP], size_t *pem_len,
    struct public_key *k, enum jwa alg) MUST_CHECK;

/* A private key in memory, which never changes and may be used from several
 * threads at once. ERR_CORRUPT unless PEM is the private half of PUB;
 * ERR_UNSUPPORTED, ERR_NO_MEMORY. */
struct private_key;
enum err private_key_load(struct private_key **k, const struct public_key *pub,
    const char *pem, size_t pem_len) MUST_CHECK;
void private_key_free(struct private_key **k);

/* Its public half, which lives as long as K. */
const struct public_key *private_key_public(const struct private_key *k);

/*
 * A raw signature of *sig_len bytes. An RSA signature is verified before it is
 * given out, since one that was computed wrong gives the key away
 * (ERR_CORRUPT); an Ed25519 key is proved when it is loaded and signs
 * deterministically, so its signatures are not.
 */
enum err private_key_sign(const struct private_key *k, const void *bytes,
    size_t len, uint8_t sig[static SIGNATURE_MAX], size_t *sig_len) MUST_CHECK;

#endif
