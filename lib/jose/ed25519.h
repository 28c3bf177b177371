/*
 * Ed25519 (RFC 8032) and its private keys as PKCS#8 PEM (RFC 8410 7), the way
 * openssl writes them.
 */
#ifndef LK_JOSE_ED25519_H
#define LK_JOSE_ED25519_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	ED25519_PUBLIC_LEN = 32,
	ED25519_SIGNATURE_LEN = 64,
	ED25519_PEM_LEN = 119,
	ED25519_PEM_CAP = ED25519_PEM_LEN + 1
};

/* A new key pair: PEM of ED25519_PEM_LEN bytes and a NUL (the caller wipes). */
void ed25519_make(char pem[static ED25519_PEM_CAP],
    uint8_t public_key[static ED25519_PUBLIC_LEN]);

/* A private key in locked, read-only memory. ed25519_load fails with
 * ERR_CORRUPT unless PEM is the private half of PUBLIC_KEY and signs well. */
struct ed25519_key;
enum err ed25519_load(struct ed25519_key **k, const char *pem, size_t pem_len,
    const uint8_t public_key[static ED25519_PUBLIC_LEN]) MUST_CHECK;
void ed25519_free(struct ed25519_key **k);

void ed25519_sign(const struct ed25519_key *k, const void *bytes, size_t len,
    uint8_t sig[static ED25519_SIGNATURE_LEN]);

/* Whether PUBLIC_KEY is a point that a private key can have, in its one
 * spelling: OK or ERR_SYNTAX. */
enum err ed25519_check_point(
    const uint8_t public_key[static ED25519_PUBLIC_LEN]) MUST_CHECK;

/* OK or ERR_INVALID_TOKEN. */
enum err ed25519_verify(const uint8_t public_key[static ED25519_PUBLIC_LEN],
    const void *bytes, size_t len, const uint8_t *sig,
    size_t sig_len) MUST_CHECK;

#endif
