#include "store/newest.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/record_type.h"

#include <string.h>

enum { TEXT_CAP = 32 };

static const char newest_key[] = "newest";

static size_t
put_newest_key(const void *record, uint8_t *key)
{
	(void)record;
	memcpy(key, newest_key, sizeof newest_key - 1);
	return sizeof newest_key - 1;
}

static enum err
get_newest_key(void *record, const void *key, size_t key_len)
{
	(void)record, (void)key, (void)key_len;
	return OK; /* it was asked for by that key */
}

static const struct record_field newest_fields[] = {
    FIELD_OF(struct newest, at, TIME, SHOWN, "at"),
    FIELD_OF(struct newest, behind_since, TIME, SHOWN, "behind_since"),
    FIELD_OF(struct newest, told_at, TIME, SHOWN, "told_at"),
};
static const struct record_type newest_record = {
    .table = TABLE_META,
    .version = 1,
    .put_key = put_newest_key,
    .get_key = get_newest_key,
    RECORD_FIELDS(struct newest, newest_fields),
};

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
newest_load(struct store_txn *t, struct newest *n)
{
	if (record_load(
		t, &newest_record, newest_key, sizeof newest_key - 1, n) != OK)
		*n = (struct newest){0}; /* the first, or T has failed */
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
	enum err e;

	newest_load(t, &n);
	if (!newest_note(&n, now, &tell))
		return;
	e = record_save(t, &newest_record, &n);
	if (e != OK)
		store_fail(t, e);
	if (tell)
		tell_behind(n.at - now);
}

int64_t
store_clock_behind(struct store_txn *t, int64_t now)
{
	struct newest n;

	newest_load(t, &n);
	return is_behind(&n, now) ? n.at - now : 0;
}
