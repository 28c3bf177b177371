#include "jose/libcrypto.h"

#ifndef LK_NO_RS256

#include "base/library.h"
#include "jose/libcrypto_calls.h"

#include <openssl/opensslv.h>
#include <pthread.h>

#define QUOTE(x) #x
#define SONAME(major) "libcrypto.so." QUOTE(major)

/* It costs a megabyte a process, and most sites never need it. */
struct libcrypto libcrypto;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Without the texts of its errors, which nothing here reads: they are 55 KiB of
 * each program's own. */
static bool
start_libcrypto(uint64_t options)
{
	options |= OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;
	return libcrypto.OPENSSL_init_crypto(options, NULL) == 1;
}

#ifdef LK_STATIC

/* Everything is linked in. The host's openssl.cnf is left alone: it may name
 * modules that were made for another C library. */
static void
load_libcrypto(void)
{
#define X(name) libcrypto.name = name;
	LIBCRYPTO_CALLS(X)
#undef X
	libcrypto.complete = start_libcrypto(OPENSSL_INIT_NO_LOAD_CONFIG);
}

#else

static void
load_libcrypto(void)
{
	void *library;
	bool complete = true;

	library = library_open(SONAME(OPENSSL_VERSION_MAJOR));
	if (library == NULL)
		return;
#define X(name) complete &= library_find(library, #name, &libcrypto.name);
	LIBCRYPTO_CALLS(X)
#undef X
	libcrypto.complete = complete && start_libcrypto(0);
}

#endif

enum err
libcrypto_available(void)
{
	if (pthread_once(&once, load_libcrypto) != 0 || !libcrypto.complete)
		return ERR_UNSUPPORTED;
	return OK;
}

EVP_PKEY *
libcrypto_public_key(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = libcrypto.OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;

	ctx = libcrypto.EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (params != NULL && ctx != NULL &&
	    libcrypto.EVP_PKEY_fromdata_init(ctx) == 1)
		libcrypto.EVP_PKEY_fromdata(
		    ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	libcrypto.EVP_PKEY_CTX_free(ctx);
	libcrypto.OSSL_PARAM_free(params);
	return key;
}

/* INIT is EVP_DigestSignInit or EVP_DigestVerifyInit. NULL: no memory. *PKEY
 * is what the rest can be set in, and belongs to the answer. */
static EVP_MD_CTX *
sha256_with(
    __typeof__(EVP_DigestSignInit) *init, EVP_PKEY *key, EVP_PKEY_CTX **pkey)
{
	EVP_MD_CTX *ctx = libcrypto.EVP_MD_CTX_new();

	if (ctx != NULL &&
	    init(ctx, pkey, libcrypto.EVP_sha256(), NULL, key) == 1)
		return ctx;
	libcrypto.EVP_MD_CTX_free(ctx);
	return NULL;
}

bool
libcrypto_sign(
    EVP_PKEY *key, const void *bytes, size_t len, uint8_t *sig, size_t *sig_len)
{
	EVP_MD_CTX *ctx = sha256_with(libcrypto.EVP_DigestSignInit, key, NULL);
	bool done;

	done = ctx != NULL &&
	       libcrypto.EVP_DigestSign(ctx, sig, sig_len, bytes, len) == 1;
	libcrypto.EVP_MD_CTX_free(ctx);
	return done;
}

bool
libcrypto_verify(EVP_PKEY *key, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx =
	    sha256_with(libcrypto.EVP_DigestVerifyInit, key, NULL);
	bool good;

	good = ctx != NULL &&
	       libcrypto.EVP_DigestVerify(ctx, sig, sig_len, bytes, len) == 1;
	libcrypto.EVP_MD_CTX_free(ctx);
	return good;
}

bool
libcrypto_verify_pss(EVP_PKEY *key, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	EVP_PKEY_CTX *pkey = NULL;
	EVP_MD_CTX *ctx =
	    sha256_with(libcrypto.EVP_DigestVerifyInit, key, &pkey);
	bool good;

	good = ctx != NULL &&
	       libcrypto.EVP_PKEY_CTX_set_rsa_padding(
		   pkey, RSA_PKCS1_PSS_PADDING) == 1 &&
	       libcrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(
		   pkey, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	       libcrypto.EVP_DigestVerify(ctx, sig, sig_len, bytes, len) == 1;
	libcrypto.EVP_MD_CTX_free(ctx);
	return good;
}

#else /* LK_NO_RS256 */

enum err
libcrypto_available(void)
{
	return ERR_UNSUPPORTED;
}

#endif
