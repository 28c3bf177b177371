/*
 * What the administrator has set about a person beside the profile: attributes,
 * which apps get by claims of their own (domain/own_claim.h). One is a line
 * KEY=VALUE, each key once.
 */
#ifndef LK_DOMAIN_ATTRIBUTE_H
#define LK_DOMAIN_ATTRIBUTE_H

#include "base/err.h"
#include "domain/user.h"

#include <stdbool.h>

enum { ATTRIBUTE_KEY_CAP = 33, ATTRIBUTE_VALUE_CAP = 257 };

/* NULL if S may be a key: [a-z0-9_.-]+, 32 of them. Else what is wrong, for
 * people. */
const char *attribute_key_refusal(const char *s);

/* The same of a line; an empty value takes the attribute away. */
const char *attribute_refusal(const char *line);

/* Sets the attribute of LINE, which may be one; ERR_NO_SPACE, and nothing has
 * changed. */
enum err attribute_set(struct user *u, const char *line) MUST_CHECK;

/* The value of KEY; false: there is none. */
bool attribute_get(char value[static ATTRIBUTE_VALUE_CAP], const struct user *u,
    const char *key);

/* Sets those of TYPED, one a line, and no others. NULL, or what is wrong, for
 * people; U then has some of them. */
const char *attributes_read(struct user *u, const char *typed) MUST_CHECK;

/* NULL, or what is wrong with the attributes that U has as a whole. */
const char *attributes_refusal(const struct user *u);

#endif
