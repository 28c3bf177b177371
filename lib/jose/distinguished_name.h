/*
 * Distinguished names as text (RFC 4514), in one spelling: the last RDN first,
 * a comma without a blank between two, and of each value what it holds, for
 * strings of every kind. `openssl x509 -nameopt RFC2253,utf8,-esc_msb` writes
 * the same of all except a few old kinds of strings. Names that have the same
 * text differ in nothing except the kinds of their strings.
 */
#ifndef LK_JOSE_DISTINGUISHED_NAME_H
#define LK_JOSE_DISTINGUISHED_NAME_H

#include "base/buf.h"
#include "jose/der.h"

#include <stdbool.h>

enum { DISTINGUISHED_NAME_CAP = 1025 };

/* Appends NAME, the content of a Name (RFC 5280 4.1.2.4): UTF-8 without control
 * characters. False: it is none, or has more than 32 RDNs, or 8
 * values in one. */
bool distinguished_name_put(struct buf *b, const struct der *name);

/* NULL if TEXT may be one as it is written here, else what is wrong, for
 * people. */
const char *distinguished_name_refusal(const char *text);

#endif
