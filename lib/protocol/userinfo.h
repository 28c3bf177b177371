/* Userinfo (OpenID Connect Core 5.3), with bearer tokens of RFC 6750. */
#ifndef LK_PROTOCOL_USERINFO_H
#define LK_PROTOCOL_USERINFO_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "protocol/caller.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * The access token comes in the header or in the form; never in the query
 * (OAuth 2.1 5.1). ERR_INVALID_REQUEST: none, or both; *MISSING tells the first
 * (RFC 6750 3.1: then no error code is said). ERR_INVALID_TOKEN,
 * ERR_INSUFFICIENT_SCOPE (no openid). Only on OK is JSON appended to ANSWER.
 */
enum err userinfo(const struct provider *p, const struct caller *who,
    int64_t now, struct buf *answer, bool *missing,
    enum reason *reason) MUST_CHECK;

#endif
