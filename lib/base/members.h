/*
 * The members of a JSON object that somebody sent, asked for by name. Strict:
 * RFC 8259, UTF-8, no name twice (RFC 7515 4, RFC 7519 4), no NUL.
 *
 * Every request reads an object or two, of tokens that we made: no escapes, no
 * nesting, no white space. Such a one is taken apart where it lies, without an
 * allocation, at a tenth of what a tree costs. Any other is jansson's. What
 * is read the short way jansson would read the same: tests/unit/members.c
 * compares.
 */
#ifndef LK_BASE_MEMBERS_H
#define LK_BASE_MEMBERS_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMBERS_MAX = 20 }; /* read the short way */

struct member {
	const char *name; /* NAME_LEN bytes of the text */
	size_t name_len;
	enum { MEMBER_STR, MEMBER_INT, MEMBER_OTHER } kind;
	char *str; /* in the text, NUL-terminated */
	size_t str_len;
	int64_t number;
};

struct members {
	json_t *tree; /* owned; NULL for what was read the short way */
	size_t count;
	struct member list[MEMBERS_MAX];
};

/*
 * Reads the object in LEN bytes at TEXT, which is the caller's, is written to,
 * and must stay as long as M is used. ERR_SYNTAX, and nothing is owned: not an
 * object, or not as strict as above. ERR_NO_MEMORY shows as the same.
 */
enum err members_read(struct members *m, char *text, size_t len) MUST_CHECK;

/* Lets go; M is empty then. */
void members_free(struct members *m);

bool members_has(const struct members *m, const char *name);

/* A member that is a string, or NULL: valid as long as M and its text. */
const char *members_str(const struct members *m, const char *name);

/* A member that is an integer, or FALLBACK. */
int64_t members_int(
    const struct members *m, const char *name, int64_t fallback);

/* A member that is an object, or NULL. */
const json_t *members_object(const struct members *m, const char *name);

#endif
