/*
 * Time zones by their names ("Europe/Berlin"), from the files that systems have
 * for them (RFC 9636, TZif). They are read here, since the C library's own
 * reader knows one zone a process.
 */
#ifndef LK_BASE_ZONE_H
#define LK_BASE_ZONE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ZONE_NAME_CAP = 64,
	ZONE_FILE_MAX = 8192, /* the longest are under 4 KiB */
	ZONE_RULE_CAP = 96
};

/* When summer time begins or ends, each year. */
struct zone_change {
	char kind;            /* 'M', 'J', or 'n' for a day counted from 0 */
	int month, week, day; /* M: as POSIX has them; else the day alone */
	int64_t second;       /* after midnight; may be negative */
};

struct zone {
	/* Of the file: TIMES is at 8 bytes a change, KINDS at one, and OFFSETS
	 * at 6 bytes a kind. */
	uint8_t bytes[ZONE_FILE_MAX];
	size_t count, times, kinds, offsets;
	/* What holds after the last of them. */
	bool has_rule, has_summer;
	int64_t standard, summer; /* seconds east of Greenwich */
	struct zone_change begins, ends;
};

/* Whether NAME may be one: no path leads out of the directory. */
bool zone_name_valid(const char *name);

/* Reads the zone NAME: ERR_NOT_FOUND, ERR_SYNTAX, or what files fail with. Z is
 * UTC then. */
enum err zone_load(struct zone *z, const char *name) MUST_CHECK;

/* The same from the LEN bytes of a file. */
enum err zone_parse(struct zone *z, const void *file, size_t len) MUST_CHECK;

/* By how many seconds the clocks of Z (NULL: UTC) are ahead of UTC at T, Unix
 * seconds. */
int64_t zone_offset(const struct zone *z, int64_t t);

/* A zone that is kept from one use to the next. Zeroes at first. */
struct zone_cache {
	char name[ZONE_NAME_CAP];
	bool is_zone;
	struct zone zone;
};

/* The zone NAME; NULL, which is UTC, if it is "UTC" or cannot be read. Until
 * the next call. */
const struct zone *zone_of_name(struct zone_cache *c, const char *name);

struct civil_time {
	int64_t year;
	int month, day, hour, minute, second; /* from 1, 1, 0, 0, 0 */
};

/* T as the clocks of Z show it. */
void zone_civil(struct civil_time *c, const struct zone *z, int64_t t);

#endif
