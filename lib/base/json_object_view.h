/*
 * The members of a JSON object that was sent, asked for by name. Strict:
 * RFC 8259, UTF-8, no name twice (RFC 7515 4, RFC 7519 4), no NUL.
 *
 * Every request reads an object or two, of tokens that we made: no escapes, no
 * nesting, no white space. Such a one is taken apart in place, without an
 * allocation, at a tenth of what a tree costs. Any other is jansson's. What
 * is read the short way jansson would read the same: its unit program and
 * its fuzzer (tests/fuzz) compare.
 */
#ifndef LK_BASE_JSON_OBJECT_VIEW_H
#define LK_BASE_JSON_OBJECT_VIEW_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_OBJECT_VIEW_MAX = 20 }; /* read the short way */

struct json_member {
	const char *name; /* NAME_LEN bytes of the text */
	size_t name_len;
	enum {
		JSON_MEMBER_STR,
		JSON_MEMBER_INT,
		JSON_MEMBER_LIST, /* of strings */
		JSON_MEMBER_FALSE,
		JSON_MEMBER_OTHER
	} kind;
	char *str; /* in the text: NUL-terminated, or between the brackets */
	size_t str_len;
	int64_t number;
};

struct json_object_view {
	json_t *tree; /* owned; NULL for what was read the short way */
	size_t count;
	struct json_member list[JSON_OBJECT_VIEW_MAX];
};

/*
 * Reads the object in LEN bytes at TEXT, which is the caller's, is written to,
 * and must stay as long as M is used. ERR_SYNTAX, and nothing is owned: not an
 * object, or not as strict as above. ERR_NO_MEMORY shows as the same.
 */
enum err json_object_view_read(
    struct json_object_view *m, char *text, size_t len) MUST_CHECK;

/* Frees what M owns; M is empty then. */
void json_object_view_free(struct json_object_view *m);

bool json_object_view_has(const struct json_object_view *m, const char *name);

/* A member that is a string, or NULL: valid as long as M and its text. */
const char *json_object_view_str(
    const struct json_object_view *m, const char *name);

/* A member that is an integer, or FALLBACK. */
int64_t json_object_view_int(
    const struct json_object_view *m, const char *name, int64_t fallback);

/* A member that is a number, cut to its whole part: ERR_NOT_FOUND,
 * ERR_SYNTAX for anything else and for more digits than a double has. */
enum err json_object_view_number(const struct json_object_view *m,
    const char *name, int64_t *number) MUST_CHECK;

/* Whether a member is the string WORD, or a list with it (as `aud` is, RFC 7519
 * 4.1.3). */
bool json_object_view_names(
    const struct json_object_view *m, const char *name, const char *word);

/* A member that is a string or a list of strings, as a word list in CAP bytes:
 * ERR_NOT_FOUND: it is neither; ERR_SYNTAX: one is no word; ERR_NO_SPACE. */
enum err json_object_view_words(char *list, size_t cap,
    const struct json_object_view *m, const char *name) MUST_CHECK;

bool json_object_view_is_false(
    const struct json_object_view *m, const char *name);

/* A member that is an object, or NULL. */
const json_t *json_object_view_object(
    const struct json_object_view *m, const char *name);

#endif
