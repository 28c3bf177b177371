#include "jose/rs256.h"

#ifndef LK_NO_RS256

#include "jose/libcrypto.h"
#include "jose/libcrypto_calls.h"
#include "jose/rsa_public.h"

#include <stdlib.h>
#include <string.h>

/* Big-endian without leading zeros; ERR_NO_SPACE. */
static enum err
get_modulus(EVP_PKEY *key, uint8_t *modulus, size_t cap, size_t *len)
{
	BIGNUM *n = NULL;
	enum err e = ERR_NO_MEMORY;

	*len = ((size_t)libcrypto.EVP_PKEY_get_bits(key) + 7) / 8;
	if (*len > cap)
		return ERR_NO_SPACE;
	if (libcrypto.EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) &&
	    libcrypto.BN_bn2binpad(n, modulus, (int)*len) == (int)*len)
		e = OK;
	libcrypto.BN_free(n);
	return e;
}

static enum err
write_rsa_pem(EVP_PKEY *key, char *pem, size_t cap, size_t *len)
{
	BIO *bio;
	enum err e = ERR_NO_MEMORY;
	int n;

	bio = libcrypto.BIO_new(libcrypto.BIO_s_mem());
	if (bio != NULL && libcrypto.PEM_write_bio_PrivateKey(
			       bio, key, NULL, NULL, 0, NULL, NULL)) {
		n = libcrypto.BIO_read(bio, pem, (int)cap);
		if (n <= 0 || (size_t)n == cap) {
			e = ERR_NO_SPACE;
		} else {
			pem[n] = '\0';
			*len = (size_t)n;
			e = OK;
		}
	}
	libcrypto.BIO_free(bio); /* wipes what it held */
	return e;
}

enum err
rs256_make(char *pem, size_t pem_cap, size_t *pem_len, uint8_t *modulus,
    size_t modulus_cap, size_t *modulus_len)
{
	EVP_PKEY *key;
	enum err e;

	*pem_len = *modulus_len = 0;
	e = libcrypto_available();
	if (e != OK)
		return e;
	key =
	    libcrypto.EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RS256_BITS);
	if (key == NULL)
		return ERR_NO_MEMORY;
	e = get_modulus(key, modulus, modulus_cap, modulus_len);
	if (e == OK)
		e = write_rsa_pem(key, pem, pem_cap, pem_len);
	libcrypto.EVP_PKEY_free(key);
	return e;
}

struct rs256_key {
	EVP_PKEY *pkey;
};

/* Asked instead of the person at the terminal, should a PEM be encrypted. */
static int
no_passphrase(char *passphrase, int cap, int writing, void *arg)
{
	(void)passphrase, (void)cap, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
read_rsa_pem(const char *pem, size_t len)
{
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	bio = libcrypto.BIO_new_mem_buf(pem, (int)len);
	if (bio != NULL)
		pkey = libcrypto.PEM_read_bio_PrivateKey(
		    bio, NULL, no_passphrase, NULL);
	libcrypto.BIO_free(bio);
	return pkey;
}

static bool
exponent_is_f4(EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	bool is;

	is = libcrypto.EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) &&
	     libcrypto.BN_is_word(e, RSA_F4);
	libcrypto.BN_free(e);
	return is;
}

/* Whether PKEY is an RSA key we would have made, and its modulus MODULUS. */
static bool
is_pair_of(EVP_PKEY *pkey, const uint8_t *modulus, size_t modulus_len)
{
	uint8_t own[RS256_MODULUS_CAP];
	size_t own_len;

	return libcrypto.EVP_PKEY_is_a(pkey, "RSA") &&
	       libcrypto.EVP_PKEY_get_bits(pkey) >= RS256_BITS &&
	       exponent_is_f4(pkey) &&
	       get_modulus(pkey, own, sizeof own, &own_len) == OK &&
	       own_len == modulus_len && memcmp(own, modulus, own_len) == 0;
}

enum err
rs256_load(struct rs256_key **k, const char *pem, size_t pem_len,
    const uint8_t *modulus, size_t modulus_len)
{
	enum err e;

	*k = NULL;
	e = libcrypto_available();
	if (e != OK)
		return e;
	if (pem_len >= RS256_PEM_CAP)
		return ERR_CORRUPT;
	*k = calloc(1, sizeof **k);
	if (*k == NULL)
		return ERR_NO_MEMORY;
	(*k)->pkey = read_rsa_pem(pem, pem_len);
	if ((*k)->pkey != NULL && is_pair_of((*k)->pkey, modulus, modulus_len))
		return OK;
	rs256_free(k);
	return ERR_CORRUPT;
}

void
rs256_free(struct rs256_key **k)
{
	if (*k != NULL)
		libcrypto.EVP_PKEY_free((*k)->pkey); /* wipes */
	free(*k);
	*k = NULL;
}

enum err
rs256_sign(const struct rs256_key *k, const void *bytes, size_t len,
    uint8_t *sig, size_t sig_cap, size_t *sig_len)
{
	*sig_len = sig_cap;
	if (libcrypto_sign(k->pkey, bytes, len, sig, sig_len) &&
	    libcrypto_verify(k->pkey, bytes, len, sig, *sig_len))
		return OK;
	/* One faulty signature by the Chinese remainder theorem gives the
	 * key away (Boneh, DeMillo, Lipton 1997). */
	memset(sig, 0, sig_cap);
	*sig_len = 0;
	return ERR_CORRUPT;
}

typedef bool verifier(EVP_PKEY *key, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len);

static enum err
verify_by_modulus(verifier *verify, const uint8_t *modulus, size_t modulus_len,
    const void *bytes, size_t len, const uint8_t *sig, size_t sig_len)
{
	EVP_PKEY *pkey;
	enum err e;

	e = libcrypto_available();
	if (e != OK)
		return e;
	if (modulus_len > RS256_MODULUS_CAP)
		return ERR_INVALID_TOKEN;
	pkey = rsa_public_get(modulus, modulus_len);
	if (pkey == NULL)
		return ERR_NO_MEMORY;
	if (libcrypto.EVP_PKEY_get_bits(pkey) < RS256_BITS ||
	    !verify(pkey, bytes, len, sig, sig_len))
		e = ERR_INVALID_TOKEN;
	libcrypto.EVP_PKEY_free(pkey);
	return e;
}

enum err
rs256_verify(const uint8_t *modulus, size_t modulus_len, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	return verify_by_modulus(
	    libcrypto_verify, modulus, modulus_len, bytes, len, sig, sig_len);
}

enum err
ps256_verify(const uint8_t *modulus, size_t modulus_len, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	return verify_by_modulus(libcrypto_verify_pss, modulus, modulus_len,
	    bytes, len, sig, sig_len);
}

#else /* LK_NO_RS256 */

enum err
rs256_make(char *pem, size_t pem_cap, size_t *pem_len, uint8_t *modulus,
    size_t modulus_cap, size_t *modulus_len)
{
	(void)pem, (void)pem_cap, (void)modulus, (void)modulus_cap;
	*pem_len = *modulus_len = 0;
	return ERR_UNSUPPORTED;
}

enum err
rs256_load(struct rs256_key **k, const char *pem, size_t pem_len,
    const uint8_t *modulus, size_t modulus_len)
{
	(void)pem, (void)pem_len, (void)modulus, (void)modulus_len;
	*k = NULL;
	return ERR_UNSUPPORTED;
}

void
rs256_free(struct rs256_key **k)
{
	*k = NULL;
}

enum err
rs256_sign(const struct rs256_key *k, const void *bytes, size_t len,
    uint8_t *sig, size_t sig_cap, size_t *sig_len)
{
	(void)k, (void)bytes, (void)len, (void)sig, (void)sig_cap;
	*sig_len = 0;
	return ERR_UNSUPPORTED;
}

enum err
rs256_verify(const uint8_t *modulus, size_t modulus_len, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	(void)modulus, (void)modulus_len, (void)bytes, (void)len;
	(void)sig, (void)sig_len;
	return ERR_UNSUPPORTED;
}

enum err
ps256_verify(const uint8_t *modulus, size_t modulus_len, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	(void)modulus, (void)modulus_len, (void)bytes, (void)len;
	(void)sig, (void)sig_len;
	return ERR_UNSUPPORTED;
}

#endif
