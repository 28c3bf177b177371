/*
 * Signing keys. The public half and the state are rows in the store; the
 * private half is a file of its own, DIR/keys/KID.pem (PKCS#8, 0600), which
 * only programs that sign open. A kid is the key's RFC 7638 thumbprint.
 *
 * next	-> active -> retired. All three are published, so a client that caches
 * the JWKS knows a key before it signs and until nothing it signed can still
 * be good; a retired key's row goes when that time is over.
 *
 * The only module that touches private keys. The algorithms lie behind it, in
 * ed25519.h and rs256.h.
 */
#ifndef LK_DOMAIN_SIGNKEY_H
#define LK_DOMAIN_SIGNKEY_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/jwa.h"
#include "store/store.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KID_CAP = BASE64URL_CAP(32), /* SHA-256 */
	SIGNATURE_MAX = 512,         /* RS256 with 4096 bits */
	PUBLIC_KEY_CAP = 520         /* Ed25519: 32 bytes; RSA: n, big-endian */
};

enum key_state { KEY_NEXT, KEY_ACTIVE, KEY_RETIRED };

struct signkey { /* what is public */
	char kid[KID_CAP];
	enum jwa alg; /* JWA_EDDSA or JWA_RS256 */
	enum key_state state;
	uint8_t public_key[PUBLIC_KEY_CAP]; /* RSA: modulus; e is 65537 */
	size_t public_key_len;
	int64_t created_at;
	int64_t activated_at; /* 0: not yet */
	int64_t retired_at;   /* 0: not yet */
	int64_t expires_at;   /* retired: when it is no longer published */
};

const char *key_state_name(enum key_state s); /* "next", "active", "retired" */

/* One row, though it be retired and past its expires_at: whoever publishes it
 * looks at that. OK or ERR_NOT_FOUND (K zeroed); a bad record fails the
 * transaction. */
enum err signkey_get(
    struct store_txn *t, const char *kid, struct signkey *k) MUST_CHECK;

/* The active key of ALG; ERR_NOT_FOUND if there is none. */
enum err signkey_active(
    struct store_txn *t, enum jwa alg, struct signkey *k) MUST_CHECK;

/* Every row, in the order of their kids, until VISIT returns false. */
typedef bool signkey_visit(void *arg, const struct signkey *k);
void signkey_each(struct store_txn *t, signkey_visit *visit, void *arg);

/* The public half as a JWK with kid, use and alg (RFC 7517, RFC 8037 2); the
 * caller owns the reference. NULL: no memory. */
json_t *signkey_jwk(const struct signkey *k);

/* The RFC 7638 thumbprint of K's public half. */
enum err signkey_thumbprint(
    char kid[static KID_CAP], const struct signkey *k) MUST_CHECK;

/*
 * Makes a key pair of ALG: the private half into DIR/keys, the public into K
 * (state KEY_NEXT). Slow for RSA: not inside a transaction. ERR_UNSUPPORTED if
 * this build or host has no RSA.
 */
enum err signkey_make(
    struct signkey *k, enum jwa alg, const char *dir, int64_t now) MUST_CHECK;

/* Removes a private half (one that was made and then not kept). */
void signkey_discard(const struct signkey *k, const char *dir);

/* Puts a row; a retired one goes by itself at its expires_at. */
enum err signkey_put(struct store_txn *t, const struct signkey *k) MUST_CHECK;

/*
 * Next becomes active, active becomes retired and is published until
 * PUBLISHED_S after NOW, and NEW (just made) becomes next. The first key of an
 * algorithm becomes active at once; the second only next, for nobody has seen
 * it yet.
 */
enum err signkey_rotate(struct store_txn *t, const struct signkey *new,
    int64_t published_s, int64_t now) MUST_CHECK;

/* Private halves, loaded when first needed and kept for the life of the
 * process (Ed25519 in locked, read-only memory). May be used from several
 * threads. */
struct signer;
enum err signer_new(struct signer **s, const char *dir) MUST_CHECK;
void signer_free(struct signer **s);

/*
 * Signs LEN bytes with K's private half: raw signature, *sig_len bytes. An RSA
 * signature is verified before it is given out, since one that was computed
 * wrong gives the key away; an Ed25519 key is proved when it is loaded and
 * signs deterministically, so its signatures are not. ERR_NOT_FOUND,
 * ERR_PERMISSION (others can read the file), ERR_CORRUPT (the file does not
 * match the row), ERR_UNSUPPORTED.
 */
enum err signer_sign(struct signer *s, const struct signkey *k,
    const void *bytes, size_t len, uint8_t sig[static SIGNATURE_MAX],
    size_t *sig_len) MUST_CHECK;

/* With the public half alone: OK, ERR_INVALID_TOKEN, or ERR_UNSUPPORTED. */
enum err signkey_verify(const struct signkey *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len) MUST_CHECK;

#endif
