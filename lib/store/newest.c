#include "store/newest.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/record.h"

enum { NEWEST_VERSION = 1, NEWEST_RECORD_CAP = 32, TEXT_CAP = 32 };

static const char key[] = "newest";

static bool
is_behind(const struct newest *n, int64_t now)
{
	return now < n->at - CLOCK_SLACK_S;
}

/* A clock that was ahead once and was set right is believed in the end. */
static bool
note_behind(struct newest *n, int64_t now, bool *tell)
{
	if (n->behind_since == 0 || n->behind_since > now)
		n->behind_since = now;
	if (now - n->behind_since >= CLOCK_BELIEVED_S) {
		*n = (struct newest){.at = now};
		return true;
	}
	*tell = n->told_at == 0 || n->told_at > now ||
		now - n->told_at >= CLOCK_TOLD_S;
	if (*tell)
		n->told_at = now;
	return *tell;
}

bool
newest_note(struct newest *n, int64_t now, bool *tell)
{
	*tell = false;
	if (is_behind(n, now))
		return note_behind(n, now, tell);
	if (n->behind_since == 0 && now < n->at + NEWEST_NOTED_S)
		return false;
	*n = (struct newest){.at = now > n->at ? now : n->at};
	return true;
}

static void
load_newest(struct store_txn *t, struct newest *n)
{
	struct store_value v;
	struct record_reader r;
	enum err e;

	*n = (struct newest){0};
	if (store_get(t, TABLE_META, key, sizeof key - 1, &v) != OK)
		return;
	record_open(&r, v.bytes, v.len, NEWEST_VERSION);
	n->at = record_get_i64(&r);
	n->behind_since = record_get_i64(&r);
	n->told_at = record_get_i64(&r);
	e = record_close(&r);
	if (e != OK)
		store_fail(t, e);
}

static void
put_newest(struct store_txn *t, const struct newest *n)
{
	uint8_t bytes[NEWEST_RECORD_CAP];
	struct record_writer w;

	record_begin(&w, bytes, sizeof bytes, NEWEST_VERSION);
	record_put_i64(&w, n->at);
	record_put_i64(&w, n->behind_since);
	record_put_i64(&w, n->told_at);
	if (record_end(&w) == OK)
		store_put(t, TABLE_META, key, sizeof key - 1, bytes, w.len, 0);
}

static void
tell_behind(int64_t behind_s)
{
	char text[TEXT_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_put_span(&b, behind_s);
	log_fault("clock_behind", "by", text, "why",
	    "the newest record is later; set the clock, and let NTP keep it "
	    "(timedatectl)",
	    NULL);
}

void
store_note_time(struct store_txn *t, int64_t now)
{
	struct newest n;
	bool tell;

	load_newest(t, &n);
	if (!newest_note(&n, now, &tell))
		return;
	put_newest(t, &n);
	if (tell)
		tell_behind(n.at - now);
}

int64_t
store_clock_behind(struct store_txn *t, int64_t now)
{
	struct newest n;

	load_newest(t, &n);
	return is_behind(&n, now) ? n.at - now : 0;
}
