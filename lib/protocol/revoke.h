/*
 * Revocation (RFC 7009). A refresh token ends its family, and with it every
 * access token of it; an access token is called back alone.
 */
#ifndef LK_PROTOCOL_REVOKE_H
#define LK_PROTOCOL_REVOKE_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/caller.h"
#include "protocol/client_auth.h"
#include "protocol/provider.h"

#include <stdint.h>

/* OK also for a token that is nothing to us (2.2): what was wanted is so.
 * ERR_INVALID_CLIENT, ERR_INVALID_REQUEST, ERR_UNAUTHORIZED_CLIENT: the token
 * is another client's (2.1). */
enum err revoke(const struct provider *p, const struct caller *who, int64_t now,
    enum reason *reason) MUST_CHECK;

#endif
