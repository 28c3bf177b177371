/*
 * The certificate of who asks (RFC 8705), for what needs one: its client, or
 * the token that it has.
 */
#ifndef LK_PROTOCOL_CALLER_CERTIFICATE_H
#define LK_PROTOCOL_CALLER_CERTIFICATE_H

#include "base/err.h"
#include "base/reason.h"
#include "jose/certificate.h"
#include "protocol/caller.h"

#include <stdint.h>

/* The certificate that WHO (or NULL) shows, and which is good at NOW. IF_NOT is
 * what it is otherwise. */
enum err caller_certificate(struct certificate *c, const struct caller *who,
    int64_t now, enum err if_not, enum reason *reason) MUST_CHECK;

#endif
