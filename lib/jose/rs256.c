#include "jose/rs256.h"

#ifndef LK_NO_RS256

#include "base/library.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * libcrypto costs a megabyte a process, and most sites never need it: it is
 * not linked but loaded, and all we use of it stands in this table.
 */
#define FUNCTIONS(X)                                                           \
	X(BIO_free)                                                            \
	X(BIO_new)                                                             \
	X(BIO_new_mem_buf)                                                     \
	X(BIO_read)                                                            \
	X(BIO_s_mem)                                                           \
	X(BN_bin2bn)                                                           \
	X(BN_bn2binpad)                                                        \
	X(BN_free)                                                             \
	X(BN_is_word)                                                          \
	X(EVP_DigestSign)                                                      \
	X(EVP_DigestSignInit)                                                  \
	X(EVP_DigestVerify)                                                    \
	X(EVP_DigestVerifyInit)                                                \
	X(EVP_MD_CTX_free)                                                     \
	X(EVP_MD_CTX_new)                                                      \
	X(EVP_PKEY_CTX_free)                                                   \
	X(EVP_PKEY_CTX_new_from_name)                                          \
	X(EVP_PKEY_Q_keygen)                                                   \
	X(EVP_PKEY_free)                                                       \
	X(EVP_PKEY_fromdata)                                                   \
	X(EVP_PKEY_fromdata_init)                                              \
	X(EVP_PKEY_get_bits)                                                   \
	X(EVP_PKEY_get_bn_param)                                               \
	X(EVP_PKEY_is_a)                                                       \
	X(EVP_sha256)                                                          \
	X(OPENSSL_init_crypto)                                                 \
	X(OSSL_PARAM_BLD_free)                                                 \
	X(OSSL_PARAM_BLD_new)                                                  \
	X(OSSL_PARAM_BLD_push_BN)                                              \
	X(OSSL_PARAM_BLD_push_uint)                                            \
	X(OSSL_PARAM_BLD_to_param)                                             \
	X(OSSL_PARAM_free)                                                     \
	X(PEM_read_bio_PrivateKey)                                             \
	X(PEM_write_bio_PrivateKey)

#define QUOTE(x) #x
#define SONAME(major) "libcrypto.so." QUOTE(major)

static struct {
	bool complete;
#define X(name) __typeof__(name) *name;
	FUNCTIONS(X)
#undef X
} crypto;

static atomic_bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Without the texts of its errors, which nobody here reads: they are 55 KiB of
 * each program's own. */
static bool
start(uint64_t options)
{
	options |= OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;
	return crypto.OPENSSL_init_crypto(options, NULL) == 1;
}

#ifdef LK_STATIC

/* Everything is linked in. The host's openssl.cnf is left alone: it may name
 * modules that were made for another C library. */
static void
load(void)
{
#define X(name) crypto.name = name;
	FUNCTIONS(X)
#undef X
	crypto.complete = start(OPENSSL_INIT_NO_LOAD_CONFIG);
}

#else

static void
load(void)
{
	void *library;
	bool complete = true;

	library = library_open(SONAME(OPENSSL_VERSION_MAJOR));
	if (library == NULL)
		return;
	loaded = true;
#define X(name) complete &= library_find(library, #name, &crypto.name);
	FUNCTIONS(X)
#undef X
	crypto.complete = complete && start(0);
}

#endif

enum err
rs256_available(void)
{
	if (pthread_once(&once, load) != 0 || !crypto.complete)
		return ERR_UNSUPPORTED;
	return OK;
}

bool
rs256_is_loaded(void)
{
	return loaded;
}

/* Big-endian without leading zeros; ERR_NO_SPACE. */
static enum err
get_modulus(EVP_PKEY *key, uint8_t *modulus, size_t cap, size_t *len)
{
	BIGNUM *n = NULL;
	enum err e = ERR_NO_MEMORY;

	*len = ((size_t)crypto.EVP_PKEY_get_bits(key) + 7) / 8;
	if (*len > cap)
		return ERR_NO_SPACE;
	if (crypto.EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) &&
	    crypto.BN_bn2binpad(n, modulus, (int)*len) == (int)*len)
		e = OK;
	crypto.BN_free(n);
	return e;
}

static enum err
write_pem(EVP_PKEY *key, char *pem, size_t cap, size_t *len)
{
	BIO *bio;
	enum err e = ERR_NO_MEMORY;
	int n;

	bio = crypto.BIO_new(crypto.BIO_s_mem());
	if (bio != NULL && crypto.PEM_write_bio_PrivateKey(
			       bio, key, NULL, NULL, 0, NULL, NULL)) {
		n = crypto.BIO_read(bio, pem, (int)cap);
		if (n <= 0 || (size_t)n == cap) {
			e = ERR_NO_SPACE;
		} else {
			pem[n] = '\0';
			*len = (size_t)n;
			e = OK;
		}
	}
	crypto.BIO_free(bio); /* wipes what it held */
	return e;
}

enum err
rs256_make(char *pem, size_t pem_cap, size_t *pem_len, uint8_t *modulus,
    size_t modulus_cap, size_t *modulus_len)
{
	EVP_PKEY *key;
	enum err e;

	*pem_len = *modulus_len = 0;
	e = rs256_available();
	if (e != OK)
		return e;
	key = crypto.EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RS256_BITS);
	if (key == NULL)
		return ERR_NO_MEMORY;
	e = get_modulus(key, modulus, modulus_cap, modulus_len);
	if (e == OK)
		e = write_pem(key, pem, pem_cap, pem_len);
	crypto.EVP_PKEY_free(key);
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
read_pem(const char *pem, size_t len)
{
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	bio = crypto.BIO_new_mem_buf(pem, (int)len);
	if (bio != NULL)
		pkey = crypto.PEM_read_bio_PrivateKey(
		    bio, NULL, no_passphrase, NULL);
	crypto.BIO_free(bio);
	return pkey;
}

static bool
exponent_is_f4(EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	bool is;

	is = crypto.EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) &&
	     crypto.BN_is_word(e, RSA_F4);
	crypto.BN_free(e);
	return is;
}

/* Whether PKEY is an RSA key we would have made, and its modulus MODULUS. */
static bool
matches(EVP_PKEY *pkey, const uint8_t *modulus, size_t modulus_len)
{
	uint8_t own[RS256_MODULUS_CAP];
	size_t own_len;

	return crypto.EVP_PKEY_is_a(pkey, "RSA") &&
	       crypto.EVP_PKEY_get_bits(pkey) >= RS256_BITS &&
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
	e = rs256_available();
	if (e != OK)
		return e;
	if (pem_len >= RS256_PEM_CAP)
		return ERR_CORRUPT;
	*k = calloc(1, sizeof **k);
	if (*k == NULL)
		return ERR_NO_MEMORY;
	(*k)->pkey = read_pem(pem, pem_len);
	if ((*k)->pkey != NULL && matches((*k)->pkey, modulus, modulus_len))
		return OK;
	rs256_free(k);
	return ERR_CORRUPT;
}

void
rs256_free(struct rs256_key **k)
{
	if (*k != NULL)
		crypto.EVP_PKEY_free((*k)->pkey); /* wipes */
	free(*k);
	*k = NULL;
}

static bool
sign(EVP_PKEY *pkey, const void *bytes, size_t len, uint8_t *sig,
    size_t *sig_len)
{
	EVP_MD_CTX *ctx;
	bool done;

	ctx = crypto.EVP_MD_CTX_new();
	done = ctx != NULL &&
	       crypto.EVP_DigestSignInit(
		   ctx, NULL, crypto.EVP_sha256(), NULL, pkey) == 1 &&
	       crypto.EVP_DigestSign(ctx, sig, sig_len, bytes, len) == 1;
	crypto.EVP_MD_CTX_free(ctx);
	return done;
}

static bool
verify(EVP_PKEY *pkey, const void *bytes, size_t len, const uint8_t *sig,
    size_t sig_len)
{
	EVP_MD_CTX *ctx;
	bool good;

	ctx = crypto.EVP_MD_CTX_new();
	good = ctx != NULL &&
	       crypto.EVP_DigestVerifyInit(
		   ctx, NULL, crypto.EVP_sha256(), NULL, pkey) == 1 &&
	       crypto.EVP_DigestVerify(ctx, sig, sig_len, bytes, len) == 1;
	crypto.EVP_MD_CTX_free(ctx);
	return good;
}

enum err
rs256_sign(const struct rs256_key *k, const void *bytes, size_t len,
    uint8_t *sig, size_t sig_cap, size_t *sig_len)
{
	*sig_len = sig_cap;
	if (sign(k->pkey, bytes, len, sig, sig_len) &&
	    verify(k->pkey, bytes, len, sig, *sig_len))
		return OK;
	/* One faulty signature by the Chinese remainder theorem gives the
	 * key away (Boneh, DeMillo, Lipton 1997). */
	memset(sig, 0, sig_cap);
	*sig_len = 0;
	return ERR_CORRUPT;
}

static EVP_PKEY *
pkey_from_params(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *pkey = NULL;

	ctx = crypto.EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (ctx != NULL && crypto.EVP_PKEY_fromdata_init(ctx) == 1)
		crypto.EVP_PKEY_fromdata(
		    ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	crypto.EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *
pkey_from_modulus(const uint8_t *modulus, size_t len)
{
	OSSL_PARAM_BLD *build;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n;

	n = crypto.BN_bin2bn(modulus, (int)len, NULL);
	build = crypto.OSSL_PARAM_BLD_new();
	if (n != NULL && build != NULL &&
	    crypto.OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    crypto.OSSL_PARAM_BLD_push_uint(
		build, OSSL_PKEY_PARAM_RSA_E, RSA_F4))
		params = crypto.OSSL_PARAM_BLD_to_param(build);
	if (params != NULL)
		pkey = pkey_from_params(params);
	crypto.OSSL_PARAM_free(params);
	crypto.OSSL_PARAM_BLD_free(build);
	crypto.BN_free(n);
	return pkey;
}

enum err
rs256_verify(const uint8_t *modulus, size_t modulus_len, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	EVP_PKEY *pkey;
	enum err e;

	e = rs256_available();
	if (e != OK)
		return e;
	if (modulus_len > RS256_MODULUS_CAP)
		return ERR_INVALID_TOKEN;
	pkey = pkey_from_modulus(modulus, modulus_len);
	if (pkey == NULL)
		return ERR_NO_MEMORY;
	if (crypto.EVP_PKEY_get_bits(pkey) < RS256_BITS ||
	    !verify(pkey, bytes, len, sig, sig_len))
		e = ERR_INVALID_TOKEN;
	crypto.EVP_PKEY_free(pkey);
	return e;
}

#else /* LK_NO_RS256 */

enum err
rs256_available(void)
{
	return ERR_UNSUPPORTED;
}

bool
rs256_is_loaded(void)
{
	return false;
}

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

#endif
