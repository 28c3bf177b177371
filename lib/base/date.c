#include "base/date.h"

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
	message_fill(b, c, "date.day",
	    (const struct message_place[]){{"day", day},
		{"month", month != NULL ? month : ""}, {"year", year},
		{NULL, NULL}});
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
	message_fill(b, c, "date.time",
	    (const struct message_place[]){
		{"date", day}, {"time", hours}, {NULL, NULL}});
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
