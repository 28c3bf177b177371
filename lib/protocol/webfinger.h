/*
 * WebFinger (RFC 7033): which provider a mail domain has (OpenID Connect
 * Discovery 2). Everyone at a domain of ours has the same answer, so that it
 * does not tell who is there.
 */
#ifndef LK_PROTOCOL_WEBFINGER_H
#define LK_PROTOCOL_WEBFINGER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/form.h"
#include "base/reason.h"
#include "domain/conf.h"

/*
 * Writes the answer to QUERY, a JSON Resource Descriptor. Its `resource` is
 * acct:NAME@DOMAIN or the issuer. ERR_INVALID_REQUEST: there is none, or two;
 * ERR_NO_SUCH_PAGE: it is none of ours.
 */
enum err webfinger_answer(const struct conf *conf, const struct form *query,
    struct buf *answer, enum reason *reason) MUST_CHECK;

#endif
