/*
 * The device authorization endpoint (RFC 8628 3.1): a device asks for a device
 * code, and for a user code to show.
 */
#ifndef LK_PROTOCOL_DEVICE_AUTHORIZATION_H
#define LK_PROTOCOL_DEVICE_AUTHORIZATION_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "protocol/caller.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * Answers WHO with JSON. Clients authenticate as at the token endpoint. A
 * public one may ask so many times from one network:
 * ERR_TOO_MANY_REQUESTS.
 */
enum err device_authorization(const struct provider *p,
    const struct caller *who, int64_t now, struct buf *answer,
    enum reason *reason) MUST_CHECK;

#endif
