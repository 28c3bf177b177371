#include "jose/rsa_public.h"

#ifndef LK_NO_RS256

#include "jose/libcrypto_calls.h"
#include "jose/rs256.h"

#include <pthread.h>
#include <string.h>

struct kept_key {
	EVP_PKEY *pkey; /* NULL: the place is free */
	uint64_t used;  /* the larger, the later */
	size_t len;
	uint8_t modulus[RS256_MODULUS_CAP];
};

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept_key kept[RSA_PUBLIC_KEPT];
static uint64_t uses;

static EVP_PKEY *
pkey_from_modulus(const uint8_t *modulus, size_t len)
{
	OSSL_PARAM_BLD *build;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n;

	n = libcrypto.BN_bin2bn(modulus, (int)len, NULL);
	build = libcrypto.OSSL_PARAM_BLD_new();
	if (n != NULL && build != NULL &&
	    libcrypto.OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    libcrypto.OSSL_PARAM_BLD_push_uint(
		build, OSSL_PKEY_PARAM_RSA_E, RSA_F4))
		pkey = libcrypto_public_key("RSA", build);
	libcrypto.OSSL_PARAM_BLD_free(build);
	libcrypto.BN_free(n);
	return pkey;
}

static bool
is_at(const struct kept_key *k, const uint8_t *modulus, size_t len)
{
	return k->pkey != NULL && k->len == len &&
	       memcmp(k->modulus, modulus, len) == 0;
}

/* The place of the key, or else the one that was used longest ago. */
static struct kept_key *
find_place(const uint8_t *modulus, size_t len)
{
	struct kept_key *oldest = &kept[0];

	for (size_t i = 0; i < RSA_PUBLIC_KEPT; i++) {
		if (is_at(&kept[i], modulus, len))
			return &kept[i];
		if (kept[i].used < oldest->used)
			oldest = &kept[i];
	}
	return oldest;
}

/* The key at K, for one more to give back. */
static EVP_PKEY *
share_key(struct kept_key *k)
{
	k->used = ++uses;
	return libcrypto.EVP_PKEY_up_ref(k->pkey) ? k->pkey : NULL;
}

/* Puts PKEY, which is taken over, in the place of the oldest. */
static EVP_PKEY *
keep_public_key(EVP_PKEY *pkey, const uint8_t *modulus, size_t len)
{
	EVP_PKEY *given, *old;
	struct kept_key *k;

	pthread_mutex_lock(&kept_lock);
	k = find_place(modulus, len);
	old = k->pkey;
	k->pkey = pkey;
	k->len = len;
	memcpy(k->modulus, modulus, len);
	given = share_key(k);
	pthread_mutex_unlock(&kept_lock);
	libcrypto.EVP_PKEY_free(old);
	return given;
}

EVP_PKEY *
rsa_public_get(const uint8_t *modulus, size_t len)
{
	struct kept_key *k;
	EVP_PKEY *pkey = NULL;

	pthread_mutex_lock(&kept_lock);
	k = find_place(modulus, len);
	if (is_at(k, modulus, len))
		pkey = share_key(k);
	pthread_mutex_unlock(&kept_lock);
	if (pkey != NULL)
		return pkey;
	pkey = pkey_from_modulus(modulus, len);
	return pkey != NULL ? keep_public_key(pkey, modulus, len) : NULL;
}

#endif
