/*
 * What clients read about us (OpenID Connect Discovery 1.0 3, RFC 8414 2), and
 * the public keys (RFC 7517 5). Every URL comes from the configured issuer,
 * never from the request.
 */
#ifndef LK_PROTOCOL_DISCOVERY_H
#define LK_PROTOCOL_DISCOVERY_H

#include "base/buf.h"
#include "base/err.h"
#include "protocol/provider.h"

#include <stdint.h>

/* Each is appended to ANSWER as JSON, on OK only. */

/* The metadata document, the same for both well-known names. */
enum err discovery_metadata(
    const struct provider *p, struct buf *answer) MUST_CHECK;

/* The JWK set: every key that signs, will sign next, or signed something that
 * may still be good at NOW, of the algorithms registered clients use. */
enum err discovery_jwks(
    const struct provider *p, int64_t now, struct buf *answer) MUST_CHECK;

#endif
