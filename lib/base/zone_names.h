/* The names of the time zones that people live in, to choose from. */
#ifndef LK_BASE_ZONE_NAMES_H
#define LK_BASE_ZONE_NAMES_H

#include "base/err.h"

#include <stddef.h>

enum { ZONE_NAMES_MAX = 640, ZONE_NAMES_BYTES = 32768 };

struct zone_names {
	const char *name[ZONE_NAMES_MAX]; /* sorted; in TEXT */
	size_t count;
	char text[ZONE_NAMES_BYTES];
};

/* Reads the system's list of them. ERR_NOT_FOUND, or what files fail with: Z is
 * empty then. */
enum err zone_names_read(struct zone_names *z) MUST_CHECK;

/* The same from the LEN bytes of Z->text, which are the file (zone.tab: lines
 * whose third column is the name). Lines that are none are left out. */
void zone_names_parse(struct zone_names *z, size_t len);

#endif
