/*
 * The second address of a COPY or MOVE, in the header Destination (RFC 4918
 * 10.3): an address of this site, absolute or as a path. Which rule decides it
 * is site_rule.h's, as for any other.
 */
#ifndef LK_DOMAIN_DESTINATION_H
#define LK_DOMAIN_DESTINATION_H

#include <stdbool.h>

/* Whether METHOD names a second address. In any case, as some programs read
 * it. */
bool destination_is_needed(const char *method);

/*
 * The target ("/path?query") that VALUE names at ORIGIN, a part of VALUE or
 * "/". NULL for another origin, a relative address, one of "//", a user name in
 * it, and for a space, with which servers join the values of two headers.
 */
const char *destination_target(const char *origin, const char *value);

#endif
