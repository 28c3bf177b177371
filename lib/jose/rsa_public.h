/*
 * RSA public keys as libcrypto has them. To build one from its modulus costs
 * more than to verify a signature with it, so the last few are kept, whose they
 * are: by the modulus itself, so that none is ever out of date. May be called
 * from several threads at once.
 */
#ifndef LK_JOSE_RSA_PUBLIC_H
#define LK_JOSE_RSA_PUBLIC_H

#include <stddef.h>
#include <stdint.h>

struct evp_pkey_st; /* libcrypto's EVP_PKEY */

enum { RSA_PUBLIC_KEPT = 8 };

/* The key with the big-endian MODULUS, of at most RS256_MODULUS_CAP bytes, and
 * the exponent 65537. The caller gives it back by libcrypto.EVP_PKEY_free.
 * NULL: no memory. Only after libcrypto_available has returned OK. */
struct evp_pkey_st *rsa_public_get(const uint8_t *modulus, size_t len);

#endif
