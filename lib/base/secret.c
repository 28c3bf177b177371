#include "base/secret.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SEAL_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
				    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "a sealed text is nonce, text, tag");

_Static_assert(sizeof(crypto_generichash_state) <= SECRET_HASHING_LEN &&
		   _Alignof(crypto_generichash_state) <= 64,
    "the state of a hash has room");

static crypto_generichash_state *
hashing_state(struct secret_hashing *h)
{
	return (crypto_generichash_state *)(void *)h->state;
}

enum err
secret_init(void)
{
	return sodium_init() < 0 ? ERR_IO : OK;
}

void
random_bytes(void *bytes, size_t len)
{
	randombytes_buf(bytes, len);
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

bool
secret_equal_str(const char *a, const char *b)
{
	size_t len = strlen(b);

	return strlen(a) == len && secret_equal(a, b, len);
}

void
secret_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}

void
secret_hash(uint8_t hash[static HASH_LEN], const void *bytes, size_t len)
{
	crypto_generichash(hash, HASH_LEN, bytes, len, NULL, 0);
}

void
secret_hash_begin(struct secret_hashing *h)
{
	crypto_generichash_init(hashing_state(h), NULL, 0, HASH_LEN);
}

void
secret_hash_add(struct secret_hashing *h, const void *bytes, size_t len)
{
	crypto_generichash_update(hashing_state(h), bytes, len);
}

void
secret_hash_end(struct secret_hashing *h, uint8_t hash[static HASH_LEN])
{
	crypto_generichash_final(hashing_state(h), hash, HASH_LEN);
}

/* KEY_LEN 0: there is no key. */
static void
hash_in_context(uint8_t *hash, size_t hash_size, const uint8_t *key,
    size_t key_len, const char *context, const void *bytes, size_t len)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, key_len, hash_size);
	crypto_generichash_update(
	    &state, (const uint8_t *)context, strlen(context) + 1);
	crypto_generichash_update(&state, bytes, len);
	crypto_generichash_final(&state, hash, hash_size);
	secret_wipe(&state, sizeof state);
}

void
secret_hash_in(uint8_t *hash, size_t hash_size, const char *context,
    const void *bytes, size_t len)
{
	hash_in_context(hash, hash_size, NULL, 0, context, bytes, len);
}

void
secret_mac(uint8_t *mac, size_t mac_len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context,
    const void *bytes, size_t len)
{
	hash_in_context(mac, mac_len, key, SECRET_KEY_LEN, context, bytes, len);
}

void
secret_seal(uint8_t *out, const void *bytes, size_t len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context)
{
	uint8_t *nonce = out;

	/* 24 random bytes never repeat: no counter to keep. */
	random_bytes(nonce, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, NULL, bytes,
	    len, (const uint8_t *)context, strlen(context), NULL, nonce, key);
}

enum err
secret_open(void *bytes, const uint8_t *sealed, size_t len,
    const uint8_t key[static SECRET_KEY_LEN], const char *context)
{
	const size_t nonce_len = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

	if (len < SEAL_OVERHEAD)
		return ERR_CORRUPT;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL,
		sealed + nonce_len, len - nonce_len, (const uint8_t *)context,
		strlen(context), sealed, key) != 0)
		return ERR_CORRUPT;
	return OK;
}
