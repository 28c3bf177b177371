#include "jose/ed25519.h"

#include "base/secret.h"

#include <sodium.h>
#include <string.h>

#define PEM_HEAD "-----BEGIN PRIVATE KEY-----\n"
#define PEM_TAIL "\n-----END PRIVATE KEY-----\n"

enum {
	HEAD_LEN = sizeof PEM_HEAD - 1,
	TAIL_LEN = sizeof PEM_TAIL - 1,
	SEED_LEN = crypto_sign_SEEDBYTES,
	DER_LEN = 16 + SEED_LEN,
	BASE64_LEN = DER_LEN / 3 * 4
};

_Static_assert(ED25519_PEM_LEN == HEAD_LEN + BASE64_LEN + TAIL_LEN,
    "one line of base64 between head and tail");
_Static_assert((int)ED25519_SIGNATURE_LEN == (int)crypto_sign_BYTES &&
		   (int)ED25519_PUBLIC_LEN == (int)crypto_sign_PUBLICKEYBYTES,
    "sizes are libsodium's");

/* PrivateKeyInfo: version 0, id-Ed25519, OCTET STRING of an OCTET STRING; the
 * seed follows. */
static const uint8_t der_head[DER_LEN - SEED_LEN] = {0x30, 0x2e, 0x02, 0x01,
    0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

struct ed25519_key {
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

void
ed25519_make(char pem[static ED25519_PEM_CAP],
    uint8_t public_key[static ED25519_PUBLIC_LEN])
{
	uint8_t der[DER_LEN], secret[crypto_sign_SECRETKEYBYTES];

	memcpy(der, der_head, sizeof der_head);
	random_bytes(der + sizeof der_head, SEED_LEN);
	crypto_sign_seed_keypair(public_key, secret, der + sizeof der_head);

	memcpy(pem, PEM_HEAD, HEAD_LEN);
	sodium_bin2base64(pem + HEAD_LEN, BASE64_LEN + 1, der, sizeof der,
	    sodium_base64_VARIANT_ORIGINAL);
	memcpy(pem + HEAD_LEN + BASE64_LEN, PEM_TAIL, TAIL_LEN + 1);
	secret_wipe(der, sizeof der);
	secret_wipe(secret, sizeof secret);
}

static enum err
der_from_pem(uint8_t der[static DER_LEN], const char *pem, size_t pem_len)
{
	size_t len;

	if (pem_len != ED25519_PEM_LEN ||
	    memcmp(pem, PEM_HEAD, HEAD_LEN) != 0 ||
	    memcmp(pem + HEAD_LEN + BASE64_LEN, PEM_TAIL, TAIL_LEN) != 0)
		return ERR_CORRUPT;
	if (sodium_base642bin(der, DER_LEN, pem + HEAD_LEN, BASE64_LEN, NULL,
		&len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    len != DER_LEN || memcmp(der, der_head, sizeof der_head) != 0)
		return ERR_CORRUPT;
	return OK;
}

/* Signatures are deterministic and the key never changes, so what is shown
 * once, here, need not be shown again for each. */
static enum err
prove(const struct ed25519_key *k,
    const uint8_t public_key[static ED25519_PUBLIC_LEN])
{
	static const char message[] = "latchkey";
	uint8_t sig[ED25519_SIGNATURE_LEN];

	ed25519_sign(k, message, sizeof message, sig);
	if (ed25519_verify(
		public_key, message, sizeof message, sig, sizeof sig) != OK)
		return ERR_CORRUPT;
	return OK;
}

enum err
ed25519_load(struct ed25519_key **k, const char *pem, size_t pem_len,
    const uint8_t public_key[static ED25519_PUBLIC_LEN])
{
	uint8_t der[DER_LEN], derived[ED25519_PUBLIC_LEN];
	enum err e;

	*k = NULL;
	e = der_from_pem(der, pem, pem_len);
	if (e != OK)
		goto out;
	*k = sodium_malloc(sizeof **k);
	if (*k == NULL) {
		e = ERR_NO_MEMORY;
		goto out;
	}
	crypto_sign_seed_keypair(derived, (*k)->secret, der + sizeof der_head);
	sodium_mprotect_readonly(*k);
	if (!secret_equal(derived, public_key, sizeof derived))
		e = ERR_CORRUPT;
	else
		e = prove(*k, public_key);
out:
	secret_wipe(der, sizeof der);
	if (e != OK)
		ed25519_free(k);
	return e;
}

void
ed25519_free(struct ed25519_key **k)
{
	sodium_free(*k); /* wipes */
	*k = NULL;
}

void
ed25519_sign(const struct ed25519_key *k, const void *bytes, size_t len,
    uint8_t sig[static ED25519_SIGNATURE_LEN])
{
	crypto_sign_detached(sig, NULL, bytes, len, k->secret);
}

enum err
ed25519_check_point(const uint8_t public_key[static ED25519_PUBLIC_LEN])
{
	return crypto_core_ed25519_is_valid_point(public_key) ? OK : ERR_SYNTAX;
}

enum err
ed25519_verify(const uint8_t public_key[static ED25519_PUBLIC_LEN],
    const void *bytes, size_t len, const uint8_t *sig, size_t sig_len)
{
	if (sig_len != ED25519_SIGNATURE_LEN ||
	    crypto_sign_verify_detached(sig, bytes, len, public_key) != 0)
		return ERR_INVALID_TOKEN;
	return OK;
}
