/*
 * The issuer: the provider's address as everybody is told it, byte for byte
 * (RFC 8414 2, OpenID Connect Discovery 3).
 */
#ifndef LK_BASE_ISSUER_H
#define LK_BASE_ISSUER_H

#include <stdbool.h>
#include <stddef.h>

enum { ISSUER_CAP = 256 };

/* Whether ISSUER may be one: https, or http on a loopback address, in lower
 * case; no query, fragment, user information or trailing slash. */
bool issuer_valid(const char *issuer);

/* Its parts, borrowed from ISSUER; false if it has not the form. */
struct issuer_parts {
	bool https;
	const char *host; /* with brackets, where it is an IPv6 address */
	size_t host_len;
	const char *path; /* "" or "/idp" */
};
bool issuer_split(const char *issuer, struct issuer_parts *p);

#endif
