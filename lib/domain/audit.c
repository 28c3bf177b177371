#include "domain/audit.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <string.h>

static enum err
audit_finish(void *record)
{
	struct audit *a = record;

	a->expires_at = a->at + AUDIT_LIFETIME_S;
	return OK;
}

static const struct record_field audit_fields[] = {
    FIELD_OF(struct audit, at, TIME, KEY, "at"),
    FIELD_OF(struct audit, number, COUNT, HANDLE, "number"),
    FIELD_OF(struct audit, event, TEXT, SHOWN, "event"),
    FIELD_OF(struct audit, user, TEXT, SHOWN, "user"),
    FIELD_OF(struct audit, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct audit, detail, TEXT, SHOWN, "detail"),
};
const struct record_type audit_record = {
    .table = TABLE_AUDIT,
    .version = 1,
    .expires_at = offsetof(struct audit, expires_at),
    .finish = audit_finish,
    RECORD_FIELDS(struct audit, audit_fields),
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

/* Copies what of S fits, cut at a character's boundary. */
static void
copy_cut(char text[static AUDIT_TEXT_CAP], const char *s)
{
	size_t len = s != NULL ? strnlen(s, AUDIT_TEXT_CAP - 1) : 0;

	while (len > 0 && !str_is_utf8(s, len))
		len--;
	memcpy(text, len > 0 ? s : "", len);
	text[len] = '\0';
}

void
audit_add(struct store_txn *t, int64_t now, const char *event, const char *user,
    const char *client_id, const char *detail)
{
	struct audit a;
	enum err e = str_copy(a.event, sizeof a.event, event);

	a.at = now;
	a.number = next_number(t);
	copy_cut(a.user, user);
	copy_cut(a.client_id, client_id);
	copy_cut(a.detail, detail);
	audit_finish(&a);
	if (e == OK)
		e = record_save(t, &audit_record, &a);
	if (e != OK)
		store_fail(t, e);
}

void
audit_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct audit a;

	record_each(t, &audit_record, NULL, &a, visit, arg);
}
