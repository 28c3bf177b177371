/*
 * The pushed authorization request endpoint (RFC 9126): a client sends the
 * parameters of an authorization request by itself, and gets a request_uri,
 * with which the browser comes.
 */
#ifndef LK_PROTOCOL_PUSHED_AUTHORIZATION_H
#define LK_PROTOCOL_PUSHED_AUTHORIZATION_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "protocol/caller.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * Answers WHO with JSON. Clients authenticate as at the token endpoint. What is
 * wrong with the request is refused as the authorization endpoint would. A
 * network may push so many requests of public clients: ERR_TOO_MANY_REQUESTS.
 * CLIENT_ID is what the client calls itself, for the log.
 */
enum err pushed_authorization(const struct provider *p,
    const struct caller *who, int64_t now, struct buf *answer,
    char client_id[static CLIENT_ID_CAP], enum reason *reason) MUST_CHECK;

#endif
