#include "base/date.h"

#include "base/str.h"

struct date_part {
	const char *place, *text;
};

/* The text KEY with PARTS in its places. */
static void
put_parts(struct buf *b, const struct catalogue *c, const char *key,
    const struct date_part *parts, size_t count)
{
	const char *text = message_text(c, key);
	struct message_piece piece;

	if (text == NULL)
		b->failed = true;
	while (text != NULL && message_next(&text, &piece)) {
		buf_put(b, piece.plain, piece.len);
		for (size_t i = 0; i < count; i++)
			if (str_equal(parts[i].place, piece.place))
				buf_puts(b, parts[i].text);
	}
}

static void
put_civil_day(
    struct buf *b, const struct catalogue *c, const struct civil_time *civil)
{
	char day[8], year[24], key[16];
	const char *month;
	struct buf part;

	buf_init(&part, day, sizeof day);
	buf_put_int(&part, civil->day);
	buf_init(&part, year, sizeof year);
	buf_put_int(&part, civil->year);
	buf_init(&part, key, sizeof key);
	buf_put_int(&part, civil->month);
	month = message_part(c, "month", key, NULL);
	put_parts(b, c, "date.day",
	    (const struct date_part[]){{"day", day},
		{"month", month != NULL ? month : ""}, {"year", year}},
	    3);
}

static void
put_two_digits(struct buf *b, int n)
{
	buf_putc(b, (char)('0' + n / 10));
	buf_putc(b, (char)('0' + n % 10));
}

void
date_put_day(
    struct buf *b, const struct catalogue *c, const struct zone *z, int64_t t)
{
	struct civil_time civil;

	zone_civil(&civil, z, t);
	put_civil_day(b, c, &civil);
}

void
date_put_time(
    struct buf *b, const struct catalogue *c, const struct zone *z, int64_t t)
{
	char day[DATE_CAP], hours[16];
	struct civil_time civil;
	struct buf part;

	zone_civil(&civil, z, t);
	buf_init(&part, day, sizeof day);
	put_civil_day(&part, c, &civil);
	if (!buf_ok(&part))
		b->failed = true;
	buf_init(&part, hours, sizeof hours);
	put_two_digits(&part, civil.hour);
	buf_putc(&part, ':');
	put_two_digits(&part, civil.minute);
	if (z == NULL)
		buf_puts(&part, " UTC");
	put_parts(b, c, "date.time",
	    (const struct date_part[]){{"date", day}, {"time", hours}}, 2);
}

void
date_put_iso(struct buf *b, int64_t t)
{
	struct civil_time c;

	zone_civil(&c, NULL, t);
	buf_put_int(b, c.year);
	buf_putc(b, '-');
	put_two_digits(b, c.month);
	buf_putc(b, '-');
	put_two_digits(b, c.day);
	buf_putc(b, 'T');
	put_two_digits(b, c.hour);
	buf_putc(b, ':');
	put_two_digits(b, c.minute);
	buf_putc(b, ':');
	put_two_digits(b, c.second);
	buf_putc(b, 'Z');
}
