#include "domain/audit.h"

#include "base/big_endian.h"
#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum {
	AUDIT_VERSION = 1,
	AUDIT_KEY_LEN = 12, /* seconds, then a number that goes up */
	AUDIT_RECORD_CAP = 1024
};

/* One more than last time, in every second: the events of a burst need not be
 * counted. */
static uint32_t
next_number(struct store_txn *t)
{
	static const char counter[] = "audit";
	struct store_value v;
	uint8_t bytes[4];
	uint32_t n = 0;

	if (store_get(t, TABLE_META, counter, sizeof counter - 1, &v) == OK &&
	    v.len == sizeof bytes)
		n = (uint32_t)big_endian_get(v.bytes, v.len);
	big_endian_put(bytes, sizeof bytes, ++n);
	store_put(
	    t, TABLE_META, counter, sizeof counter - 1, bytes, sizeof bytes, 0);
	return n;
}

/* S cut to what fits, at a character's boundary. */
static void
put_cut(struct record_writer *w, const char *s)
{
	char text[AUDIT_TEXT_CAP];
	size_t len = s != NULL ? strnlen(s, sizeof text - 1) : 0;

	while (len > 0 && !str_is_utf8(s, len))
		len--;
	memcpy(text, len > 0 ? s : "", len);
	text[len] = '\0';
	record_put_str(w, text);
}

void
audit_add(struct store_txn *t, int64_t now, const char *event, const char *user,
    const char *client_id, const char *detail)
{
	uint8_t key[AUDIT_KEY_LEN], bytes[AUDIT_RECORD_CAP];
	struct record_writer w;

	big_endian_put(key, 8, (uint64_t)now);
	big_endian_put(key + 8, 4, next_number(t));
	record_begin(&w, bytes, sizeof bytes, AUDIT_VERSION);
	record_put_str(&w, event);
	put_cut(&w, user);
	put_cut(&w, client_id);
	put_cut(&w, detail);
	if (record_end(&w) == OK)
		store_put(t, TABLE_AUDIT, key, sizeof key, bytes, w.len,
		    now + AUDIT_LIFETIME_S);
}

struct each {
	struct store_txn *t;
	audit_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct record_reader r;
	struct audit a = {0};
	enum err e;

	record_open(&r, value->bytes, value->len, AUDIT_VERSION);
	record_get_str(&r, a.event, sizeof a.event);
	record_get_str(&r, a.user, sizeof a.user);
	record_get_str(&r, a.client_id, sizeof a.client_id);
	record_get_str(&r, a.detail, sizeof a.detail);
	e = key_len == AUDIT_KEY_LEN ? record_close(&r) : ERR_CORRUPT;
	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	a.at = (int64_t)big_endian_get(key, 8);
	return each->visit(each->arg, &a);
}

void
audit_each(struct store_txn *t, audit_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_AUDIT, NULL, 0, each_record, &each);
}
