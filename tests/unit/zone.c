#include "base/zone.h"

#include "base/date.h"
#include "base/str.h"
#include "check.h"

#include <string.h>
#include <sys/stat.h>

enum { HOUR = 3600 };

static struct zone zone;

/* What the C library, and tables of the zone, say. */
static const struct {
	const char *zone;
	int64_t t, offset;
} offsets[] = {
    {"Europe/Berlin", 1795964400, 1 * HOUR}, /* 2026-11-29 */
    {"Europe/Berlin", 1782000000, 2 * HOUR},
    {"Europe/Berlin", 1792889999, 2 * HOUR}, /* 2026-10-25, 01:00 UTC */
    {"Europe/Berlin", 1792890000, 1 * HOUR},
    {"Europe/Berlin", 4118950799, 2 * HOUR}, /* 2100-07-10 */
    {"Europe/Berlin", 315532800, 1 * HOUR},
    {"Europe/Dublin", 1782000000, 1 * HOUR}, /* standard time in summer */
    {"Europe/Dublin", 4102444800, 0},
    {"Australia/Sydney", 4102444800, 11 * HOUR},
    {"Australia/Sydney", 4118950799, 10 * HOUR},
    {"Asia/Kolkata", 1795964400, 5 * HOUR + HOUR / 2},
    {"Asia/Tokyo", 4118950799, 9 * HOUR},
    {"America/New_York", 1793512799, -4 * HOUR}, /* 2026-11-01, 06:00 UTC */
    {"America/New_York", 1793512800, -5 * HOUR},
    {"America/Nuuk", 4102444800, -2 * HOUR},
    {"America/Nuuk", 4118950799, -1 * HOUR},
    {"Africa/Casablanca", 1593561600,
	1 * HOUR}, /* of later years its tables differ */
    {"Pacific/Chatham", 4102444800, 13 * HOUR + 3 * HOUR / 4},
    {"Etc/GMT+12", 1795964400, -12 * HOUR},
    {"UTC", 1795964400, 0},
};

static const char *const bad_names[] = {"", "/etc/passwd", "../shadow",
    "Europe/../UTC", "Europe//Berlin", "Europe/", "Europe/Ber lin", ".", "a.b",
    "Europe/Berlin\n", "éa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

static void
offsets_of_zones(void)
{
	bool right = true;

	for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
		if (zone_load(&zone, offsets[i].zone) != OK ||
		    zone_offset(&zone, offsets[i].t) != offsets[i].offset) {
			printf("# %s %lld %lld\n", offsets[i].zone,
			    (long long)offsets[i].t,
			    (long long)zone_offset(&zone, offsets[i].t));
			right = false;
		}
	CHECK(right, "zone: clocks are ahead of UTC as the zone's tables say, "
		     "and as its rule says after them");
	right = zone_offset(NULL, 1795964400) == 0;
	for (size_t i = 0; i < sizeof bad_names / sizeof *bad_names; i++)
		if (zone_name_valid(bad_names[i]) ||
		    zone_load(&zone, bad_names[i]) != ERR_NOT_FOUND ||
		    zone_offset(&zone, 1782000000) != 0) {
			printf("# %s\n", bad_names[i]);
			right = false;
		}
	CHECK(right, "zone: a name that leads elsewhere is none, and UTC");
	CHECK(zone_load(&zone, "Europe/Nowhere") == ERR_NOT_FOUND &&
		  zone_load(&zone, "Europe") != OK &&
		  zone_load(&zone, "zone1970-tab") == ERR_NOT_FOUND &&
		  zone_load(&zone, "leapseconds") == ERR_SYNTAX &&
		  zone_offset(&zone, 1782000000) == 0,
	    "zone: what is no zone is UTC");
}

/* A file of version 2 without changes, whose rule is RULE. */
static enum err
parse_rule(const char *rule)
{
	static const char no_type[] = "\0\0\0\0\0\0";
	uint8_t file[512] = "TZif2";
	size_t at = 44;

	file[39] = file[43] = 1; /* one kind, one letter */
	memcpy(file + at, no_type, 6);
	at += 7;
	memcpy(file + at, file, 44);
	at += 44 + 7;
	file[at++] = '\n';
	memcpy(file + at, rule, strlen(rule));
	at += strlen(rule);
	file[at++] = '\n';
	return zone_parse(&zone, file, at);
}

static const char *const bad_rules[] = {"A", "AB-1", "ABC", "ABC-25", "<A-1",
    "ABC-1DEF", "ABC-1DEF,M3.5.0", "ABC-1DEF,M13.5.0,M10.5.0",
    "ABC-1DEF,M3.0.0,M10.5.0", "ABC-1DEF,M3.5.7,M10.5.0",
    "ABC-1DEF,M3.5.0/168,M10.5.0", "ABC-1DEF,J0,J300", "ABC-1DEF,J366,400",
    "ABC-1DEF,M3.5.0,M10.5.0,", "ABC-1:60", "ABC-99999999999999999999"};

static void
rules(void)
{
	bool refused = true;

	CHECK(parse_rule("") == OK && zone_offset(&zone, 0) == 0,
	    "zone: a file may have no rule");
	CHECK(parse_rule("<+0330>-3:30:15") == OK &&
		  zone_offset(&zone, 0) == 12615,
	    "zone: a rule without summer");
	CHECK(
	    parse_rule("ABC5DEF,J60,J365/0") == OK &&
		zone_offset(&zone, 1709280000) == -4 * HOUR && /* 2024-03-01 */
		zone_offset(&zone, 1709197200) == -5 * HOUR &&
		zone_offset(&zone, 1735617599) == -4 * HOUR,
	    "zone: a rule by days of the year, leap days not counted");
	CHECK(parse_rule("ABC0DEF,59/2,365/25") == OK &&
		  zone_offset(&zone, 1709172000) == 1 * HOUR && /* 2024-02-29 */
		  zone_offset(&zone, 1709171999) == 0,
	    "zone: a rule by days of the year, from 0");
	for (size_t i = 0; i < sizeof bad_rules / sizeof *bad_rules; i++)
		if (parse_rule(bad_rules[i]) != ERR_SYNTAX ||
		    zone_offset(&zone, 0) != 0) {
			printf("# %s\n", bad_rules[i]);
			refused = false;
		}
	CHECK(refused, "zone: a bad rule is refused");
}

static void
damage(void)
{
	static struct zone whole, cut;
	bool bounded = true;
	uint8_t bytes[ZONE_FILE_MAX];

	CHECK(zone_load(&whole, "Europe/Berlin") == OK, "zone: a whole file");
	memcpy(bytes, whole.bytes, sizeof bytes);
	for (size_t len = 0; len < 4000; len++)
		if (zone_parse(&cut, bytes, len) == OK &&
		    zone_offset(&cut, 1782000000) != 2 * HOUR)
			bounded = false;
	for (size_t i = 0; i < 200; i++) {
		bytes[i] ^= 0xff;
		if (zone_parse(&cut, bytes, sizeof bytes) == OK)
			(void)zone_offset(&cut, 1782000000);
		bytes[i] ^= 0xff;
	}
	CHECK(bounded && zone_parse(&cut, bytes, sizeof bytes + 1) != OK,
	    "zone: a damaged file is refused, or read within its bounds");
}

static bool
shows(int64_t t, const char *want)
{
	char text[64];
	struct buf b;

	buf_init(&b, text, sizeof text);
	date_put_iso(&b, t);
	return buf_ok(&b) && str_equal(text, want);
}

static bool
reads(const char *in, int64_t t, const char *want)
{
	char text[DATE_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	if (in != NULL && zone_load(&zone, in) != OK)
		return false;
	date_put_time(&b, catalogues, in != NULL ? &zone : NULL, t);
	return buf_ok(&b) && str_equal(text, want);
}

static void
dates(void)
{
	CHECK(shows(0, "1970-01-01T00:00:00Z") &&
		  shows(951782399, "2000-02-28T23:59:59Z") &&
		  shows(951782400, "2000-02-29T00:00:00Z") &&
		  shows(4107542399, "2100-02-28T23:59:59Z") &&
		  shows(4107542400, "2100-03-01T00:00:00Z") &&
		  shows(1798761599, "2026-12-31T23:59:59Z") &&
		  shows(-1, "1970-01-01T00:00:00Z") &&
		  shows(INT64_MAX, "9999-12-31T23:59:59Z"),
	    "date: the day of any time");
	CHECK(reads("Europe/Berlin", 1795993440, "30 November 2026, 00:04") &&
		  reads("America/New_York", 1798770000,
		      "31 December 2026, 21:20") &&
		  reads(NULL, 1795993440, "29 November 2026, 23:04 UTC"),
	    "date: as clocks where the person is show it");
}

int
main(void)
{
	offsets_of_zones();
	rules();
	damage();
	dates();
	return check_done();
}
