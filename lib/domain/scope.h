/*
 * Scopes: word lists (base/str.h) with a meaning. The ones of OpenID Connect
 * Core 5.4 and 11 and `groups` are known to everybody; any other is known to
 * the clients registered for it.
 */
#ifndef LK_DOMAIN_SCOPE_H
#define LK_DOMAIN_SCOPE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCOPE_CAP = 1024, SCOPE_WORD_CAP = 128 };

/* Ends with NULL. What each means is the text scope.NAME (base/message.h). */
extern const char *const scopes_known[];

bool scope_is_known(const char *name);

/* Whether S has scope-token's form (RFC 6749 3.3): 1*NQCHAR, and fits. */
bool scope_word_valid(const char *s);

/*
 * The part of REQUESTED that ALLOWED has, in the order asked for, each once:
 * unknown scopes are ignored and the answer tells what was granted (RFC 6749
 * 3.3). ERR_INVALID_SCOPE if REQUESTED is malformed or too long.
 */
enum err scope_intersect(char granted[static SCOPE_CAP], const char *requested,
    const char *allowed) MUST_CHECK;

#endif
