#include "jose/es256.h"

#include "jose/libcrypto.h"

#ifndef LK_NO_RS256

#include "jose/libcrypto_calls.h"

#include <string.h>

enum {
	DER_INTEGER_CAP = 2 + 1 + ES256_COORDINATE_LEN,
	DER_SIGNATURE_CAP = 2 + 2 * DER_INTEGER_CAP
};

/* NULL: not a point of the curve, or no memory. */
static EVP_PKEY *
pkey_from_point(const uint8_t xy[static ES256_PUBLIC_LEN])
{
	uint8_t point[1 + ES256_PUBLIC_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM_BLD *build;
	EVP_PKEY *pkey = NULL;

	memcpy(point + 1, xy, ES256_PUBLIC_LEN);
	build = libcrypto.OSSL_PARAM_BLD_new();
	if (build != NULL &&
	    libcrypto.OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    libcrypto.OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
		pkey = libcrypto_public_key("EC", build);
	libcrypto.OSSL_PARAM_BLD_free(build);
	return pkey;
}

enum err
es256_check_point(const uint8_t xy[static ES256_PUBLIC_LEN])
{
	EVP_PKEY *pkey;
	enum err e = libcrypto_available();

	if (e != OK)
		return e;
	pkey = pkey_from_point(xy);
	libcrypto.EVP_PKEY_free(pkey);
	return pkey != NULL ? OK : ERR_SYNTAX;
}

/* Whether N, big-endian, is from 1 to the group's order less 1. */
static bool
is_scalar(const uint8_t n[static ES256_COORDINATE_LEN])
{
	static const uint8_t order[ES256_COORDINATE_LEN] = {0xff, 0xff, 0xff,
	    0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3,
	    0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
	static const uint8_t zero[ES256_COORDINATE_LEN];

	return memcmp(n, zero, sizeof zero) != 0 &&
	       memcmp(n, order, sizeof order) < 0;
}

/* Writes N as a DER INTEGER: no leading zero but the one that keeps it
 * positive. Returns how many bytes that were. */
static size_t
put_der_integer(uint8_t *der, const uint8_t n[static ES256_COORDINATE_LEN])
{
	size_t skip = 0, len, sign;

	while (n[skip] == 0)
		skip++;
	len = ES256_COORDINATE_LEN - skip;
	sign = n[skip] >> 7;
	der[0] = 0x02;
	der[1] = (uint8_t)(sign + len);
	der[2] = 0;
	memcpy(der + 2 + sign, n + skip, len);
	return 2 + sign + len;
}

enum err
es256_verify(const uint8_t xy[static ES256_PUBLIC_LEN], const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	const uint8_t *r = sig, *s = sig + ES256_COORDINATE_LEN;
	uint8_t der[DER_SIGNATURE_CAP];
	size_t der_len = 2;
	EVP_PKEY *pkey;
	enum err e;

	/* Before libcrypto is loaded for it. */
	if (sig_len != ES256_SIGNATURE_LEN || !is_scalar(r) || !is_scalar(s))
		return ERR_INVALID_TOKEN;
	e = libcrypto_available();
	if (e != OK)
		return e;
	der_len += put_der_integer(der + der_len, r);
	der_len += put_der_integer(der + der_len, s);
	der[0] = 0x30;
	der[1] = (uint8_t)(der_len - 2);
	pkey = pkey_from_point(xy);
	if (pkey == NULL || !libcrypto_verify(pkey, bytes, len, der, der_len))
		e = ERR_INVALID_TOKEN;
	libcrypto.EVP_PKEY_free(pkey);
	return e;
}

#else /* LK_NO_RS256 */

enum err
es256_check_point(const uint8_t xy[static ES256_PUBLIC_LEN])
{
	(void)xy;
	return libcrypto_available();
}

enum err
es256_verify(const uint8_t xy[static ES256_PUBLIC_LEN], const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len)
{
	(void)xy, (void)bytes, (void)len, (void)sig, (void)sig_len;
	return libcrypto_available();
}

#endif
