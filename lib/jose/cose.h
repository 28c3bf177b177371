/*
 * Public keys as authenticators give them: COSE keys (RFC 9052 7, RFC 9053 7)
 * of the three algorithms that WebAuthn wants everybody to know.
 */
#ifndef LK_JOSE_COSE_H
#define LK_JOSE_COSE_H

#include "base/err.h"
#include "jose/public_key.h"

#include <stddef.h>
#include <stdint.h>

/* The numbers of the algorithms (RFC 9053 2, RFC 8812 2), as they are offered:
 * an authenticator takes the first that it has. */
enum { COSE_EDDSA = -8, COSE_ES256 = -7, COSE_RS256 = -257 };

/*
 * Reads the key at the beginning of LEN bytes; *USED is how long it is.
 * ERR_SYNTAX       not a key, or not one that verifies anything: off its curve
 * ERR_UNSUPPORTED  another algorithm, or no libcrypto for this one
 * On an error K is all zeroes.
 */
enum err cose_key_read(struct public_key *k, const uint8_t *bytes, size_t len,
    size_t *used) MUST_CHECK;

/* As public_key_verify, for a signature in an authenticator's form: of ES256,
 * DER (WebAuthn 6.5.6). */
enum err cose_verify(const struct public_key *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len) MUST_CHECK;

#endif
