/*
 * What is done with secret bytes: made, compared, hashed, sealed,
 * wiped. All of it is libsodium; this is the one place that chooses.
 */
#ifndef LK_BASE_SECRET_H
#define LK_BASE_SECRET_H

#include "base/base64.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HASH_LEN = 32, /* BLAKE2b-256 */
	SECRET_KEY_LEN = 32,
	SECRET_HASHING_LEN = 384,
	SEAL_OVERHEAD = 40 /* XChaCha20-Poly1305: nonce 24, tag 16 */
};

/* Must succeed before anything else here; ERR_IO if the system has no
 * randomness. May be called again. */
enum err secret_init(void) MUST_CHECK;

void random_bytes(void *bytes, size_t len);

/* Whether A and B are the same LEN bytes, in constant time. */
bool secret_equal(const void *a, const void *b, size_t len);

/* Whether two C strings are the same, in time that depends on B's length only
 * when the lengths differ. */
bool secret_equal_str(const char *a, const char *b);

void secret_wipe(void *bytes, size_t len);

/* BLAKE2b-256 of LEN bytes. */
void secret_hash(uint8_t hash[static HASH_LEN], const void *bytes, size_t len);

/* The same of bytes that come in pieces: begin, add, end. */
struct secret_hashing {
	_Alignas(64) uint8_t state[SECRET_HASHING_LEN];
};
void secret_hash_begin(struct secret_hashing *h);
void secret_hash_add(struct secret_hashing *h, const void *bytes, size_t len);
void secret_hash_end(struct secret_hashing *h, uint8_t hash[static HASH_LEN]);

/* BLAKE2b of HASH_SIZE (16..64) bytes, over CONTEXT and LEN bytes as in
 * secret_mac. */
void secret_hash_in(uint8_t *hash, size_t hash_size, const char *context,
    const void *bytes, size_t len);

/* Keyed BLAKE2b of MAC_LEN (16..64) bytes, over CONTEXT (a short constant that
 * keeps one use apart from another), a zero byte, and LEN bytes. */
void secret_mac(uint8_t *mac, size_t mac_len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context,
    const void *bytes, size_t len);

/* Seals LEN bytes under KEY, bound to CONTEXT: out gets LEN + SEAL_OVERHEAD. */
void secret_seal(uint8_t *out, const void *bytes, size_t len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context);

/* Opens what secret_seal made (LEN counts the overhead; bytes gets LEN -
 * SEAL_OVERHEAD); ERR_CORRUPT if key, context or a byte differ. */
enum err secret_open(void *bytes, const uint8_t *sealed, size_t len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context) MUST_CHECK;

#endif
