#include "base/zone.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#include <string.h>

#define ZONE_DIR "/usr/share/zoneinfo"

enum {
	HEADER_LEN = 44,
	COUNTS_AT = 20, /* in it */
	DAY_S = 86400,
	OFFSET_MAX_S = 26 * 3600,
	RULE_TIME_MAX_H = 167
};

static const int64_t LAST_TIME = 253402300799; /* of the year 9999 */

/* --- days and dates --------------------------------------------------------*/

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of January. */
static int64_t
days_before_year(int64_t year)
{
	int64_t y = year - 1;

	return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) +
	       floor_div(y, 400) - 477;
}

static int
month_days(int64_t year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static void
civil_of_days(struct civil_time *c, int64_t days)
{
	/* Right, or one too high. */
	c->year = 1970 + floor_div(days * 400, 146097) + 1;
	while (days_before_year(c->year) > days)
		c->year--;
	days -= days_before_year(c->year);
	for (c->month = 1; days >= month_days(c->year, c->month); c->month++)
		days -= month_days(c->year, c->month);
	c->day = (int)days + 1;
}

/* --- the file --------------------------------------------------------------*/

static uint32_t
read_count(const uint8_t *header, int which)
{
	const uint8_t *p = header + COUNTS_AT + 4 * which;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t
read_int(const uint8_t *p, size_t len)
{
	/* Of the sign, which all bytes before the number have. */
	uint64_t n = p[0] & 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < len; i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

static const uint8_t *
find_header(const struct zone *z, size_t at, size_t len)
{
	if (at > len || len - at < HEADER_LEN ||
	    memcmp(z->bytes + at, "TZif", 4) != 0)
		return NULL;
	return z->bytes + at;
}

enum { UT_COUNT, STANDARD_COUNT, LEAP_COUNT, CHANGES, KINDS, LETTERS };

/* How long the data behind HEADER are, where a time has TIME_LEN bytes. */
static size_t
data_length(const uint8_t *header, size_t time_len)
{
	size_t n[6];

	for (int i = 0; i < 6; i++) {
		n[i] = read_count(header, i);
		if (n[i] > ZONE_FILE_MAX)
			return ZONE_FILE_MAX + 1;
	}
	return n[CHANGES] * (time_len + 1) + n[KINDS] * 6 + n[LETTERS] +
	       n[LEAP_COUNT] * (time_len + 4) + n[STANDARD_COUNT] + n[UT_COUNT];
}

static int64_t
kind_offset(const struct zone *z, size_t kind)
{
	return read_int(z->bytes + z->offsets + 6 * kind, 4);
}

/* Whether what zone_offset will read is in the file and in bounds. */
static bool
has_good_changes(const struct zone *z, size_t kinds)
{
	for (size_t i = 0; i < kinds; i++)
		if (kind_offset(z, i) < -OFFSET_MAX_S ||
		    kind_offset(z, i) > OFFSET_MAX_S)
			return false;
	for (size_t i = 0; i < z->count; i++)
		if (z->bytes[z->kinds + i] >= kinds)
			return false;
	return kinds > 0;
}

/* --- the rule behind it (POSIX's TZ) ---------------------------------------*/

static bool
skip_zone_letters(const char **s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(*s, letters);

	if (**s == '<') {
		len = strcspn(*s, ">");
		len += (*s)[len] == '>';
	}
	*s += len;
	return len >= 3;
}

static bool
read_number(const char **s, int64_t max, int64_t *n)
{
	const char *start = *s;

	for (*n = 0; **s >= '0' && **s <= '9' && *n <= max; (*s)++)
		*n = *n * 10 + (**s - '0');
	return *s > start && *n <= max;
}

/* [+-]hh[:mm[:ss]], in seconds. */
static bool
read_rule_time(const char **s, int64_t max_hours, int64_t *seconds)
{
	bool negative = **s == '-';
	int64_t n, unit = 3600;

	*s += **s == '-' || **s == '+';
	*seconds = 0;
	if (!read_number(s, max_hours, &n))
		return false;
	*seconds = n * unit;
	while (**s == ':' && unit > 1) {
		(*s)++;
		unit /= 60;
		if (!read_number(s, 59, &n))
			return false;
		*seconds += n * unit;
	}
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool
read_month_rule(const char **s, struct zone_change *c)
{
	int64_t month, week, day;

	if (!read_number(s, 12, &month) || month < 1 || *(*s)++ != '.' ||
	    !read_number(s, 5, &week) || week < 1 || *(*s)++ != '.' ||
	    !read_number(s, 6, &day))
		return false;
	c->month = (int)month;
	c->week = (int)week;
	c->day = (int)day;
	return true;
}

/* ,Mm.w.d[/time], or a day of the year as Jn or n. */
static bool
read_change(const char **s, struct zone_change *c)
{
	int64_t day;

	if (*(*s)++ != ',')
		return false;
	c->kind = **s == 'M' || **s == 'J' ? *(*s)++ : 'n';
	if (c->kind == 'M') {
		if (!read_month_rule(s, c))
			return false;
	} else if (read_number(s, 365, &day) && (day > 0 || c->kind == 'n')) {
		c->day = (int)day;
	} else {
		return false;
	}
	c->second = 7200;
	if (**s != '/')
		return true;
	(*s)++;
	return read_rule_time(s, RULE_TIME_MAX_H, &c->second);
}

static bool
read_rule(struct zone *z, const char *s)
{
	/* What POSIX has is west of Greenwich. */
	if (!skip_zone_letters(&s) || !read_rule_time(&s, 24, &z->standard))
		return false;
	z->standard = -z->standard;
	z->has_rule = true;
	if (*s == '\0')
		return true;
	if (!skip_zone_letters(&s))
		return false;
	z->summer = z->standard + 3600;
	if (*s != ',') {
		if (!read_rule_time(&s, 24, &z->summer))
			return false;
		z->summer = -z->summer;
	}
	z->has_summer = true;
	return read_change(&s, &z->begins) && read_change(&s, &z->ends) &&
	       *s == '\0';
}

/* The line at AT of LEN bytes, "\nRULE\n"; the rule may be empty. */
static bool
read_footer(struct zone *z, size_t at, size_t len)
{
	char rule[ZONE_RULE_CAP];
	const char *s = (const char *)z->bytes + at;
	const char *end;

	if (len - at < 2 || *s++ != '\n')
		return false;
	end = memchr(s, '\n', len - at - 1);
	if (end == NULL ||
	    str_copy_n(rule, sizeof rule, s, (size_t)(end - s)) != OK)
		return false;
	return rule[0] == '\0' || read_rule(z, rule);
}

static bool
read_zone(struct zone *z, size_t len)
{
	const uint8_t *header = find_header(z, 0, len);
	size_t at;

	/* What is in the first part is in the second one as well, with years
	 * after 2037. */
	if (header == NULL || header[4] < '2')
		return false;
	at = HEADER_LEN + data_length(header, 4);
	header = find_header(z, at, len);
	if (header == NULL)
		return false;
	z->count = read_count(header, CHANGES);
	at += HEADER_LEN;
	if (data_length(header, 8) > len - at)
		return false;
	z->times = at;
	z->kinds = at + 8 * z->count;
	z->offsets = z->kinds + z->count;
	return has_good_changes(z, read_count(header, KINDS)) &&
	       read_footer(z, at + data_length(header, 8), len);
}

/* What is in Z's bytes already. */
static enum err
read_own_bytes(struct zone *z, size_t len)
{
	if (read_zone(z, len))
		return OK;
	*z = (struct zone){.has_rule = true};
	return ERR_SYNTAX;
}

enum err
zone_parse(struct zone *z, const void *file, size_t len)
{
	*z = (struct zone){0};
	if (len > sizeof z->bytes)
		return read_own_bytes(z, 0);
	memcpy(z->bytes, file, len);
	return read_own_bytes(z, len);
}

bool
zone_name_valid(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_+-/";
	size_t len = strlen(name);

	/* Without dots, no part of it leads up. */
	return len > 0 && len < ZONE_NAME_CAP && strspn(name, plain) == len &&
	       name[0] != '/' && name[len - 1] != '/' &&
	       strstr(name, "//") == NULL;
}

enum err
zone_load(struct zone *z, const char *name)
{
	char path[sizeof ZONE_DIR + ZONE_NAME_CAP];
	size_t len = 0;
	enum err e = ERR_NOT_FOUND;

	*z = (struct zone){0};
	if (zone_name_valid(name))
		e = file_path(path, sizeof path, ZONE_DIR, name);
	if (e == OK)
		e = file_read(path, 0022, z->bytes, sizeof z->bytes, &len);
	if (read_own_bytes(z, e == OK ? len : 0) == OK)
		return OK;
	return e != OK ? e : ERR_SYNTAX;
}

const struct zone *
zone_of_name(struct zone_cache *c, const char *name)
{
	if (!str_equal(c->name, name)) {
		if (str_copy(c->name, sizeof c->name, name) != OK)
			return NULL;
		c->is_zone =
		    !str_equal(name, "UTC") && zone_load(&c->zone, name) == OK;
	}
	return c->is_zone ? &c->zone : NULL;
}

/* --- what its clocks show --------------------------------------------------*/

/* The day of the year, from 0, on which C falls. */
static int64_t
change_day(const struct zone_change *c, int64_t year)
{
	int64_t before = 0, first, day;
	int length;

	if (c->kind == 'n')
		return c->day;
	if (c->kind == 'J') /* never the 29th of February */
		return c->day - 1 + (is_leap(year) && c->day >= 60);
	for (int month = 1; month < c->month; month++)
		before += month_days(year, month);
	length = month_days(year, c->month);
	/* 1970-01-01 was a Thursday. */
	first = (days_before_year(year) + before + 4) % 7;
	first = first < 0 ? first + 7 : first;
	day = (c->day - first + 7) % 7 + (c->week - 1) * 7;
	while (day >= length) /* the fifth is the last */
		day -= 7;
	return before + day;
}

/* The Unix second of C in YEAR, when clocks are OFFSET ahead. */
static int64_t
change_time(const struct zone_change *c, int64_t year, int64_t offset)
{
	return (days_before_year(year) + change_day(c, year)) * DAY_S +
	       c->second - offset;
}

static int64_t
rule_offset(const struct zone *z, int64_t t)
{
	struct civil_time c;
	int64_t begins, ends;
	bool summer;

	if (!z->has_summer)
		return z->standard;
	civil_of_days(&c, floor_div(t + z->standard, DAY_S));
	begins = change_time(&z->begins, c.year, z->standard);
	ends = change_time(&z->ends, c.year, z->summer);
	summer =
	    begins < ends ? t >= begins && t < ends : t >= begins || t < ends;
	return summer ? z->summer : z->standard;
}

static int64_t
zone_change_time(const struct zone *z, size_t i)
{
	return read_int(z->bytes + z->times + 8 * i, 8);
}

/* Times that overflow nothing, and whose year has four digits. */
static int64_t
clamp_time(int64_t t)
{
	return earlier(later(t, 0), LAST_TIME);
}

int64_t
zone_offset(const struct zone *z, int64_t t)
{
	size_t low = 0, high;

	if (z == NULL)
		return 0;
	t = clamp_time(t);
	high = z->count;
	if (z->has_rule && (high == 0 || t >= zone_change_time(z, high - 1)))
		return rule_offset(z, t);
	while (low < high) { /* the number of changes up to T */
		size_t i = low + (high - low) / 2;

		if (zone_change_time(z, i) <= t)
			low = i + 1;
		else
			high = i;
	}
	return kind_offset(z, low > 0 ? z->bytes[z->kinds + low - 1] : 0);
}

void
zone_civil(struct civil_time *c, const struct zone *z, int64_t t)
{
	int64_t s;

	t = clamp_time(t);
	t += zone_offset(z, t);
	civil_of_days(c, floor_div(t, DAY_S));
	s = t - floor_div(t, DAY_S) * DAY_S;
	c->hour = (int)(s / 3600);
	c->minute = (int)(s / 60 % 60);
	c->second = (int)(s % 60);
}
