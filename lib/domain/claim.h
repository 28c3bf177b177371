/*
 * The claims that tell of a person (OpenID Connect Core 5.1), and the scopes
 * that open them (5.4).
 */
#ifndef LK_DOMAIN_CLAIM_H
#define LK_DOMAIN_CLAIM_H

#include <stdbool.h>

enum { CLAIM_LIST_CAP = 256 /* all of them, as a word list */ };

struct claim {
	const char *name, *scope;
};

/* Ends with a NULL name. */
extern const struct claim claims_known[];

#endif
