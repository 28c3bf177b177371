/* Proof Key for Code Exchange, S256 only (RFC 7636; OAuth 2.1 4.1). */
#ifndef LK_DOMAIN_PKCE_H
#define LK_DOMAIN_PKCE_H

#include "base/err.h"
#include "base/secret.h"

#include <stdint.h>

enum { PKCE_LEN = 32, PKCE_TEXT_CAP = BASE64URL_CAP(PKCE_LEN) };

/* Decodes a code_challenge: 43 base64url characters; ERR_INVALID_REQUEST. */
enum err pkce_challenge(
    uint8_t challenge[static PKCE_LEN], const char *text) MUST_CHECK;

/* The code_challenge of VERIFIER, spelled out: for a client of our own. */
void pkce_make(char text[static PKCE_TEXT_CAP], const char *verifier);

/* Whether VERIFIER (43..128 unreserved characters, RFC 7636 4.1) hashes to
 * CHALLENGE: OK, ERR_INVALID_REQUEST (malformed) or ERR_INVALID_GRANT. */
enum err pkce_verify(
    const uint8_t challenge[static PKCE_LEN], const char *verifier) MUST_CHECK;

#endif
