/*
 * The private half of a key of ours: it signs. EdDSA and RS256.
 */
#ifndef LK_JOSE_PRIVATE_KEY_H
#define LK_JOSE_PRIVATE_KEY_H

#include "base/err.h"
#include "jose/public_key.h"

#include <stddef.h>
#include <stdint.h>

enum { PRIVATE_KEY_PEM_CAP = 4096 };

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
