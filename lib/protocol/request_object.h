/*
 * Request objects by value (RFC 9101, OpenID Connect Core 6.1): the parameters
 * of an authorization request as a JWT that the client signs with one of its
 * registered keys. Unsigned ones, and those signed with a secret, are refused.
 */
#ifndef LK_PROTOCOL_REQUEST_OBJECT_H
#define LK_PROTOCOL_REQUEST_OBJECT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * Appends the parameters in TEXT, which C has signed for us, to FORM, as a
 * form's text. ERR_INVALID_REQUEST_OBJECT, or ERR_REQUEST_NOT_SUPPORTED: C has
 * no keys.
 */
enum err request_object_read(struct buf *form, const struct provider *p,
    const struct client *c, const char *text, int64_t now,
    enum reason *reason) MUST_CHECK;

#endif
