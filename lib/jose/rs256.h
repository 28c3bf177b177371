/*
 * RSA with SHA-256: RSASSA-PKCS1-v1_5 (RFC 7518 3.3), and RSASSA-PSS (RFC 7518
 * 3.5), which is verified alone. Without libcrypto (jose/libcrypto.h)
 * everything here answers ERR_UNSUPPORTED.
 */
#ifndef LK_JOSE_RS256_H
#define LK_JOSE_RS256_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { RS256_BITS = 2048, RS256_PEM_CAP = 4096, RS256_MODULUS_CAP = 512 };

/* A new key pair: PKCS#8 PEM (the caller wipes) and modulus; e is 65537. */
enum err rs256_make(char *pem, size_t pem_cap, size_t *pem_len,
    uint8_t *modulus, size_t modulus_cap, size_t *modulus_len) MUST_CHECK;

/* A private key in memory. rs256_load fails with ERR_CORRUPT unless PEM is an
 * RSA key of RS256_BITS or more whose modulus is MODULUS. */
struct rs256_key;
enum err rs256_load(struct rs256_key **k, const char *pem, size_t pem_len,
    const uint8_t *modulus, size_t modulus_len) MUST_CHECK;
void rs256_free(struct rs256_key **k);

/* Each signature is verified before it is given out: ERR_CORRUPT, and none, if
 * it does not hold. May be called from several threads at once. */
enum err rs256_sign(const struct rs256_key *k, const void *bytes, size_t len,
    uint8_t *sig, size_t sig_cap, size_t *sig_len) MUST_CHECK;

/* OK or ERR_INVALID_TOKEN: also for a modulus of fewer than RS256_BITS. */
enum err rs256_verify(const uint8_t *modulus, size_t modulus_len,
    const void *bytes, size_t len, const uint8_t *sig,
    size_t sig_len) MUST_CHECK;

/* The same for PSS, with MGF1 over SHA-256 and a salt of 32 bytes. */
enum err ps256_verify(const uint8_t *modulus, size_t modulus_len,
    const void *bytes, size_t len, const uint8_t *sig,
    size_t sig_len) MUST_CHECK;

#endif
