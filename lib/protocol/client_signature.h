/* Whether a JWT is signed by a client, with one of the keys that it is
 * registered with or publishes. */
#ifndef LK_PROTOCOL_CLIENT_SIGNATURE_H
#define LK_PROTOCOL_CLIENT_SIGNATURE_H

#include "base/err.h"
#include "domain/client.h"
#include "jose/jwt.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether C has keys, or an address where they are. */
bool client_signs(const struct client *c);

/*
 * OK, or ERR_UNSUPPORTED: J has another algorithm than C is registered for, or
 * none of its keys is for it; ERR_INVALID_TOKEN: none of them verifies it;
 * ERR_NOT_FOUND: C's keys could not be fetched yet. Nothing here is done in a
 * transaction.
 */
enum err client_signature_check(const struct provider *p, const struct jwt *j,
    const struct client *c, int64_t now) MUST_CHECK;

#endif
