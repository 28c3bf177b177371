/*
 * Introspection (RFC 7662): what a token is, for the apps and APIs that ask; as
 * JSON, or signed, as a JWT (RFC 9701).
 * An access token may be asked about by any confidential client (it must hold
 * the token to ask); a refresh token only by the client it belongs to.
 */
#ifndef LK_PROTOCOL_INTROSPECT_H
#define LK_PROTOCOL_INTROSPECT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "protocol/caller.h"
#include "protocol/client_auth.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* The answer, {"active":false} for a token that is not good at NOW: garbled,
 * expired, revoked, or its family, session, person or client ended; appended to
 * ANSWER: as JSON, or AS_JWT, signed for the client that asks.
 * ERR_INVALID_CLIENT, ERR_INVALID_REQUEST: nothing is. */
enum err introspect(const struct provider *p, const struct caller *who,
    bool as_jwt, int64_t now, struct buf *answer,
    enum reason *reason) MUST_CHECK;

#endif
