/*
 * The private halves of signing keys (domain/signkey.h): files of their own,
 * DIR/keys/KID.pem (PKCS#8, 0600), which only programs that sign open. The
 * only module that touches them; what a key does is in jose/private_key.h.
 */
#ifndef LK_DOMAIN_SIGNER_H
#define LK_DOMAIN_SIGNER_H

#include "base/err.h"
#include "domain/signkey.h"
#include "jose/jwt.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Makes a key pair of ALG: the private half into DIR/keys, the public into K
 * (state KEY_NEXT). Slow for RSA: not inside a transaction. ERR_UNSUPPORTED if
 * this build or host has no RSA.
 */
enum err signer_make(
    struct signkey *k, enum jwa alg, const char *dir, int64_t now) MUST_CHECK;

/* Removes the private half of KID, which was made and then not kept. */
void signer_discard(const char *kid, const char *dir);

/* Private halves, loaded when first needed and kept for the life of the
 * process (Ed25519 in locked, read-only memory). May be used from several
 * threads. */
struct signer;
enum err signer_new(struct signer **s, const char *dir) MUST_CHECK;
void signer_free(struct signer **s);

/* Loads K's private half; what signer_sign would return, and no log line. */
enum err signer_probe(struct signer *s, const struct signkey *k) MUST_CHECK;

/* What to tell the administrator about keys/KID.pem when that was E. */
const char *signer_advice(enum err e);

/* Signs LEN bytes with K's private half (private_key_sign). ERR_NOT_FOUND,
 * ERR_PERMISSION (others can read the file), ERR_CORRUPT (the file does not
 * match the row), ERR_UNSUPPORTED; a log line names the file. */
enum err signer_sign(struct signer *s, const struct signkey *k,
    const void *bytes, size_t len, uint8_t sig[static SIGNATURE_MAX],
    size_t *sig_len) MUST_CHECK;

/* The same for a JWT (jwt_sign), whose header names K. */
enum err signer_jwt(char *text, size_t cap, const struct buf *claims,
    const char *typ, struct signer *s, const struct signkey *k) MUST_CHECK;

#endif
