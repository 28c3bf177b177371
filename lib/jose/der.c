#include "jose/der.h"

#include <string.h>
#include <time.h>

enum {
	TAG_NUMBER = 0x1f, /* all set: the number is in more bytes */
	LENGTH_LONG = 0x80,
	LENGTH_BYTES_MAX = 2, /* certificates are far below 64 KiB */
	YEAR_2000 = 100,      /* as struct tm counts */
	YEAR_TURN = 50        /* a UTCTime from here on is of the 1900s */
};

static bool
take_byte(struct der *from, uint8_t *byte)
{
	if (from->len == 0)
		return false;
	*byte = *from->bytes++;
	from->len--;
	return true;
}

/* Each length has one spelling: the shortest. */
static bool
take_length(struct der *from, size_t *len)
{
	uint8_t first, byte;
	unsigned more;

	if (!take_byte(from, &first))
		return false;
	*len = first;
	if (first < LENGTH_LONG)
		return true;
	more = first & ~(unsigned)LENGTH_LONG;
	if (more == 0 || more > LENGTH_BYTES_MAX)
		return false;
	for (*len = 0; more > 0; more--) {
		if (!take_byte(from, &byte))
			return false;
		*len = *len << 8 | byte;
	}
	return *len >= LENGTH_LONG && (*len > UINT8_MAX || first == 0x81);
}

bool
der_next(struct der *from, uint8_t *tag, struct der *content)
{
	struct der left = *from;
	size_t len;

	if (!take_byte(&left, tag) || (*tag & TAG_NUMBER) == TAG_NUMBER ||
	    !take_length(&left, &len) || len > left.len)
		return false;
	*content = (struct der){left.bytes, len};
	*from = (struct der){left.bytes + len, left.len - len};
	return true;
}

bool
der_take(struct der *from, uint8_t tag, struct der *content)
{
	struct der left = *from;
	uint8_t found;

	if (!der_next(&left, &found, content) || found != tag)
		return false;
	*from = left;
	return true;
}

bool
der_skip_optional(struct der *from, uint8_t tag)
{
	struct der ignored;

	return from->len == 0 || from->bytes[0] != tag ||
	       der_take(from, tag, &ignored);
}

bool
der_is(const struct der *d, const void *bytes, size_t len)
{
	return d->len == len && memcmp(d->bytes, bytes, len) == 0;
}

bool
der_equal(const struct der *a, const struct der *b)
{
	return der_is(a, b->bytes, b->len);
}

/* The next number of an object identifier: seven bits a byte, the first not
 * zero, the last without its highest bit. */
static bool
take_arc(struct der *oid, uint32_t *arc)
{
	uint8_t byte = 0x80;

	if (oid->len == 0 || oid->bytes[0] == byte)
		return false;
	for (*arc = 0; byte & 0x80;) {
		if (!take_byte(oid, &byte) || *arc > UINT32_MAX >> 7)
			return false;
		*arc = *arc << 7 | (byte & 0x7fU);
	}
	return true;
}

bool
der_put_oid(struct buf *b, const struct der *oid)
{
	struct der left = *oid;
	uint32_t arc, first;

	if (!take_arc(&left, &arc))
		return false;
	first = arc < 80 ? arc / 40 : 2;
	buf_put_int(b, first);
	buf_putc(b, '.');
	buf_put_int(b, (int64_t)arc - 40 * (int64_t)first);
	while (left.len > 0) {
		if (!take_arc(&left, &arc))
			return false;
		buf_putc(b, '.');
		buf_put_int(b, arc);
	}
	return true;
}

/* The number of two digits at S; -1: they are none. */
static int
two_digits(const uint8_t *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return 10 * (s[0] - '0') + s[1] - '0';
}

/* "1231235959Z" after the year. A day that its month has not is none. */
static bool
read_time(struct tm *tm, const uint8_t *s)
{
	struct tm given;

	tm->tm_mon = two_digits(s) - 1;
	tm->tm_mday = two_digits(s + 2);
	tm->tm_hour = two_digits(s + 4);
	tm->tm_min = two_digits(s + 6);
	tm->tm_sec = two_digits(s + 8);
	if (tm->tm_mon < 0 || tm->tm_mday < 1 || tm->tm_hour < 0 ||
	    tm->tm_min < 0 || tm->tm_sec < 0 || s[10] != 'Z')
		return false;
	given = *tm;
	(void)timegm(tm);
	return tm->tm_mon == given.tm_mon && tm->tm_mday == given.tm_mday &&
	       tm->tm_hour == given.tm_hour && tm->tm_min == given.tm_min &&
	       tm->tm_sec == given.tm_sec;
}

bool
der_time(uint8_t tag, const struct der *content, int64_t *time)
{
	const uint8_t *s = content->bytes;
	struct tm tm = {0};
	int century, year;

	*time = 0;
	if (tag == DER_UTC_TIME && content->len == 13) {
		year = two_digits(s);
		tm.tm_year = year < YEAR_TURN ? YEAR_2000 + year : year;
		s += 2;
	} else if (tag == DER_GENERALIZED_TIME && content->len == 15) {
		century = two_digits(s);
		year = two_digits(s + 2);
		tm.tm_year = 100 * (century - 19) + year;
		if (century < 0)
			return false;
		s += 4;
	} else {
		return false;
	}
	if (year < 0 || !read_time(&tm, s))
		return false;
	*time = timegm(&tm);
	return true;
}
