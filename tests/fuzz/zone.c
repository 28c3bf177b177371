/*
 * A file of a time zone, and the same bytes as the rule at the end of one: what
 * is refused is UTC, and what is read says how far its clocks are ahead, for
 * any time.
 */
#include "base/zone.h"

#include "fuzz.h"

#include <string.h>

static void
ask_zone(const struct zone *z, bool is_good)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, 951782400, 1795964400,
	    4118950799, 253402300799, INT64_MAX};
	struct civil_time c;

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		zone_civil(&c, z, times[i]);
		PROMISE(c.month >= 1 && c.month <= 12 && c.day >= 1 &&
			c.day <= 31 && c.hour >= 0 && c.hour < 24);
		PROMISE(is_good || zone_offset(z, c.year) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct zone z;
	uint8_t file[512] = "TZif2";
	size_t at = 44 + 7;
	char name[ZONE_NAME_CAP];

	ask_zone(&z, zone_parse(&z, bytes, len) == OK);
	if (len < sizeof name) {
		memcpy(name, bytes, len);
		name[len] = '\0';
		if (zone_name_valid(name))
			PROMISE(strstr(name, "..") == NULL && name[0] != '/');
	}
	if (len > 256)
		return 0;
	file[39] = file[43] = 1;
	memcpy(file + at, file, 44);
	at += 44 + 7;
	file[at++] = '\n';
	memcpy(file + at, bytes, len);
	at += len;
	file[at++] = '\n';
	ask_zone(&z, zone_parse(&z, file, at) == OK);
	return 0;
}
