#include "web/date.h"

#include "base/date.h"

#include "web/reader.h"

enum { MEMBER_CAP = 64 };

static void
put_both(struct json_build *b, const char *name, int64_t t, struct buf *text)
{
	char member[MEMBER_CAP], iso[32] = "";
	struct buf m;

	buf_init(&m, iso, sizeof iso);
	if (t != 0)
		date_put_iso(&m, t);
	if (!buf_ok(text) || !buf_ok(&m))
		b->failed = true;
	json_put_str(b, name, text->text);
	buf_init(&m, member, sizeof member);
	buf_puts(&m, name);
	buf_puts(&m, "_iso");
	if (buf_ok(&m))
		json_put_str(b, member, iso);
	else
		b->failed = true;
}

/* How a date is written: date_put_time, date_put_day. */
typedef void put_date(
    struct buf *b, const struct catalogue *c, const struct zone *z, int64_t t);

static void
put_as(struct json_build *b, const char *name, int64_t t, const struct page *p,
    put_date *put)
{
	char text[DATE_CAP] = "";
	struct buf d;

	buf_init(&d, text, sizeof text);
	if (t != 0)
		put(&d, p->catalogue, reader_zone(p), t);
	put_both(b, name, t, &d);
}

void
date_put(
    struct json_build *b, const char *name, int64_t t, const struct page *p)
{
	put_as(b, name, t, p, date_put_time);
}

void
date_put_day_of(
    struct json_build *b, const char *name, int64_t t, const struct page *p)
{
	put_as(b, name, t, p, date_put_day);
}
