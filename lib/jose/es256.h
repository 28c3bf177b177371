/*
 * ECDSA on P-256 with SHA-256 (RFC 7518 3.4): verified, never made. Without
 * libcrypto (jose/libcrypto.h) everything here answers ERR_UNSUPPORTED.
 */
#ifndef LK_JOSE_ES256_H
#define LK_JOSE_ES256_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	ES256_COORDINATE_LEN = 32,
	ES256_PUBLIC_LEN = 2 * ES256_COORDINATE_LEN,   /* x, y */
	ES256_SIGNATURE_LEN = 2 * ES256_COORDINATE_LEN /* r, s */
};

/* Whether XY is a point of the curve: OK, ERR_SYNTAX, ERR_UNSUPPORTED. */
enum err es256_check_point(
    const uint8_t xy[static ES256_PUBLIC_LEN]) MUST_CHECK;

/*
 * OK, ERR_INVALID_TOKEN, ERR_UNSUPPORTED. For each good signature there is a
 * second one that anybody can compute from it (r, n - s): a signature does not
 * tell whether a token has been used before.
 */
enum err es256_verify(const uint8_t xy[static ES256_PUBLIC_LEN],
    const void *bytes, size_t len, const uint8_t *sig,
    size_t sig_len) MUST_CHECK;

#endif
