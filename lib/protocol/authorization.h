/* The Authorization header, taken apart (RFC 9110 11.6.2). */
#ifndef LK_PROTOCOL_AUTHORIZATION_H
#define LK_PROTOCOL_AUTHORIZATION_H

#include "base/err.h"

enum { BASIC_CAP = 2048 };

/* The token of the scheme Bearer (RFC 6750 2.1), borrowed from HEADER; NULL if
 * it is NULL, of another scheme, or empty. */
const char *authorization_bearer(const char *header);

/* The same of the scheme DPoP (RFC 9449 7.1). */
const char *authorization_dpop(const char *header);

/* "user-id:password" of the scheme Basic (RFC 7617 2), UTF-8; the caller
 * wipes. ERR_NOT_FOUND: another scheme, or HEADER is NULL; ERR_SYNTAX. */
enum err authorization_basic(
    char text[static BASIC_CAP], const char *header) MUST_CHECK;

#endif
