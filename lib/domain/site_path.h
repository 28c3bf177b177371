/*
 * The path of a request to a site, as programs read it. Servers and apps do not
 * agree: some decode %2F before they split a path into segments and some after,
 * some decode twice, some take what follows ";" for a parameter, some merge
 * slashes, some take "\" for one. Which of them is behind the gate it does not
 * know, so it looks at every reading.
 *
 * A reading is what any of these steps makes of the path, in any order and any
 * number: decoding the escapes of one reserved character, or all; dropping
 * what ";" begins in a segment, or what "?" or "#" begins; "\" to "/"; merging
 * slashes; dropping a host ("//host/path"); resolving dot segments. The escape
 * of a character that is not reserved is that character in all of them
 * (RFC 3986 2.3).
 */
#ifndef LK_DOMAIN_SITE_PATH_H
#define LK_DOMAIN_SITE_PATH_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The gate's own, below a site's origin. */
#define SITE_OWN_PATH "/.latchkey"

enum {
	SITE_PATH_CAP = 4096,
	SITE_PATH_READINGS = 96,
	SITE_PATH_READINGS_CAP = 32768 /* bytes, of all together */
};

/*
 * The path of TARGET ("/path?query"), decoded once, slashes merged, if it has
 * one reading only. ERR_INVALID_REQUEST for others: dot segments, raw or
 * encoded; an encoded slash or backslash; "\", "#"; control characters; broken
 * or double encoding; not UTF-8.
 */
enum err site_path_read(
    char path[static SITE_PATH_CAP], const char *target) MUST_CHECK;

struct site_path_readings {
	char text[SITE_PATH_READINGS_CAP];
	size_t at[SITE_PATH_READINGS]; /* where each begins */
	size_t len, count;
};

/*
 * All readings of TARGET's path, at least one, each once. Bytes that are no
 * UTF-8 stay as they are. ERR_INVALID_REQUEST for a path that is none in some
 * reading: not from "/"; too long; a control character; "#"; broken encoding;
 * overlong UTF-8; dot segments that lead above the root; or more readings than
 * there is room for.
 */
enum err site_path_readings(
    struct site_path_readings *r, const char *target) MUST_CHECK;
const char *site_path_reading(const struct site_path_readings *r, size_t i);

/* Whether PREFIX, a rule's path, covers PATH: itself and all below it. */
bool site_path_covers(const char *prefix, const char *path);

/* The same without regard to the case of ASCII letters. */
bool site_path_covers_folded(const char *prefix, const char *path);

#endif
