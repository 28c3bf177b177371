/*
 * The URIs clients register: redirect URIs (RFC 6749 3.1.2, RFC 9700 2.1 and
 * 4.1) and where to go after signing out. What is refused here never gets into
 * a Location header, a form's action or a Content-Security-Policy.
 */
#ifndef LK_DOMAIN_URI_H
#define LK_DOMAIN_URI_H

#include "base/err.h"

#include <stdbool.h>

enum { URI_CAP = 1025, ORIGIN_CAP = 300 };

/* NULL if URI may be registered, else what is wrong, for people. Absolute,
 * printable ASCII, the scheme in lower case, a port of 1 to 65535 if any, no
 * fragment, no user information; http only on a loopback address or localhost;
 * any other scheme but those that browsers run or read as files. */
const char *uri_refusal(const char *uri);

/* NULL if URI is one to send a request to: http or https with a host, no user
 * name and no fragment; else what is wrong, for people. */
const char *uri_web_refusal(const char *uri);

/* Whether URI is http on a loopback address (127.0.0.0/8, [::1]) or on
 * localhost, where a public client may use any port. localhost is a name (RFC
 * 8252 8.3 advises against it), but widely used tools register it without a
 * port and send one. */
bool uri_is_loopback(const char *uri);

bool uri_is_https(const char *uri);

/* Whether GIVEN is REGISTERED, or both are loopback and differ in the port
 * only (RFC 8252 7.3, OAuth 2.1 8.4.2). */
bool uri_matches_any_port(const char *registered, const char *given);

/* scheme://host[:port] of an http or https URI as browsers spell it: lower
 * case, no default port. ERR_SYNTAX for others, which have no origin. */
enum err uri_origin(char origin[static ORIGIN_CAP], const char *uri) MUST_CHECK;

/* Whether A and B, http or https, name the same place: scheme and host in any
 * case, the default port or none, a character percent-encoded or not where that
 * means the same (RFC 3986 6.2.2, 6.2.3). Query and fragment make no
 * difference. */
bool uri_same_place(const char *a, const char *b);

/* The host of a URI, for people, or its scheme if it has none. */
enum err uri_place(char place[static ORIGIN_CAP], const char *uri) MUST_CHECK;

#endif
