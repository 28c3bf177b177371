/* Userinfo (OpenID Connect Core 5.3), with tokens of RFC 6750 and RFC 9449. */
#ifndef LK_PROTOCOL_USERINFO_H
#define LK_PROTOCOL_USERINFO_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "protocol/caller.h"
#include "protocol/possession.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * The access token comes in the header or in the form; never in the query
 * (OAuth 2.1 5.1). One that is bound to a key comes in the header alone, with a
 * proof (protocol/possession.h). ERR_INVALID_REQUEST: none, or both; for none
 * *REASON is REASON_TOKEN_MISSING, and no error code is said (RFC 6750 3.1).
 * ERR_INVALID_TOKEN, ERR_INVALID_DPOP_PROOF, ERR_USE_DPOP_NONCE,
 * ERR_INSUFFICIENT_SCOPE (no openid). HOW is for the answer in any case. Only
 * on OK is JSON appended to ANSWER.
 */
enum err userinfo(const struct provider *p, const struct caller *who,
    int64_t now, struct buf *answer, struct possession *how,
    enum reason *reason) MUST_CHECK;

#endif
