/* Logout tokens (OpenID Connect Back-Channel Logout 1.0 2.4): what an app is
 * told of a session that has ended. */
#ifndef LK_PROTOCOL_LOGOUT_TOKEN_H
#define LK_PROTOCOL_LOGOUT_TOKEN_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/logout_queue.h"
#include "domain/signkey.h"
#include "jose/jwt.h"
#include "protocol/provider.h"

#include <stdint.h>

enum { LOGOUT_TOKEN_LIFETIME_S = 120 };

/* Builds and signs one of L for the client C into TEXT, as it is sent at NOW:
 * as id_token_make with K. */
enum err logout_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct client *c, const struct logout *l, const struct signkey *k,
    int64_t now) MUST_CHECK;

#endif
