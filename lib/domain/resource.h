/*
 * Resource indicators (RFC 8707): the addresses of APIs, as `resource` names
 * them in a request and `aud` in an access token. Lists of them are word lists.
 * Two are the same if they are byte-equal; clients add the slash to an address
 * that is a host alone, so https://h and https://h/ are the same, too.
 */
#ifndef LK_DOMAIN_RESOURCE_H
#define LK_DOMAIN_RESOURCE_H

#include "base/err.h"
#include "base/reason.h"

#include <stdbool.h>

enum {
	AUDIENCE_CAP = 257,       /* one */
	RESOURCES_CAP = 2048,     /* those of a client */
	RESOURCE_LIST_CAP = 1025, /* those of a token */
	RESOURCE_LIST_MAX = 4
};

/* NULL if S may be one, else what is wrong, for people. */
const char *resource_refusal(const char *s);

/* RESOURCE as all that are the same are written: without the slash. */
void resource_key(char key[static AUDIENCE_CAP], const char *resource);

bool resource_same(const char *a, const char *b);

/* The one of LIST that is the same as RESOURCE, as it is written there, into
 * FOUND ("" if there is none). */
bool resource_find(
    char found[static AUDIENCE_CAP], const char *list, const char *resource);

bool resource_listed(const char *list, const char *resource);

/*
 * ASKED, each as GRANTED has it, into NARROWED; all of GRANTED if ASKED is "".
 * ERR_INVALID_TARGET: one is not granted (RFC 8707 2.2).
 */
enum err resource_narrow(char narrowed[static RESOURCE_LIST_CAP],
    const char *asked, const char *granted) MUST_CHECK;

/* Whether a client whose tokens are for AUDIENCE may have one for ASKED (NULL
 * or
 * "": all) of what it was granted: GRANTED, or AUDIENCE if that is "". */
enum err resources_check(const char *asked, const char *granted,
    const char *audience, enum reason *reason) MUST_CHECK;

#endif
