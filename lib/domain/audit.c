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

/* AUDIT_BY_USER has the place of the first that is not in the key (store.h). */
static const struct record_field audit_fields[] = {
    FIELD_OF(struct audit, at, TIME, KEY, "at"),
    FIELD_OF(struct audit, number, COUNT, HANDLE, "number"),
    FIELD_OF(struct audit, user_id, UUID, INNER, "sub"),
    FIELD_OF(struct audit, event, TEXT, SHOWN, "event"),
    FIELD_OF(struct audit, user, TEXT, SHOWN, "user"),
    FIELD_OF(struct audit, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct audit, detail, TEXT, SHOWN, "detail"),
    FIELD_OF(struct audit, by, TEXT, SHOWN, "by"),
    FIELD_OF(struct audit, address, TEXT, SHOWN, "address"),
};
const struct record_type audit_record = {
    .table = TABLE_AUDIT,
    .version = 1,
    .expires_at = offsetof(struct audit, expires_at),
    .finish = audit_finish,
    RECORD_FIELDS(struct audit, audit_fields),
    .by_id = {INDEX_AUDIT_BY_USER, offsetof(struct audit, user_id)},
};

static const char counter[] = "audit";

uint32_t
audit_last_number(struct store_txn *t)
{
	struct store_value v;

	return store_get(t, TABLE_META, counter, sizeof counter - 1, &v) ==
			   OK &&
		       v.len == 4
		   ? (uint32_t)big_endian_get(v.bytes, v.len)
		   : 0;
}

/* One more than last time, in every second: the events of a burst need not be
 * counted. */
static uint32_t
next_number(struct store_txn *t)
{
	uint32_t n = audit_last_number(t) + 1;
	uint8_t bytes[4];

	big_endian_put(bytes, sizeof bytes, n);
	store_put(
	    t, TABLE_META, counter, sizeof counter - 1, bytes, sizeof bytes, 0);
	return n;
}

/* The person whom a line names, who may be gone; zeroes if it is no one. */
static void
find_named(struct store_txn *t, struct audit *a)
{
	struct store_value v;
	size_t len = strlen(a->user);

	if (len == 0)
		return;
	if (store_get(t, TABLE_USER_NAMES, a->user, len, &v) == OK &&
	    v.len == USER_ID_LEN)
		memcpy(a->user_id, v.bytes, USER_ID_LEN);
	else if (user_id_of_sub(a->user_id, a->user) != OK)
		memset(a->user_id, 0, USER_ID_LEN);
}

void
audit_want(struct store_txn *t)
{
	store_want(t, TABLE_META, counter, sizeof counter - 1);
}

void
audit_write(struct store_txn *t, int64_t now, const struct audit_line *line)
{
	struct audit a = {.at = now};
	enum err e = str_copy(a.event, sizeof a.event, line->event);

	a.number = next_number(t);
	str_cut(a.user, sizeof a.user, line->user);
	str_cut(a.client_id, sizeof a.client_id, line->client_id);
	str_cut(a.detail, sizeof a.detail, line->detail);
	str_cut(a.by, sizeof a.by, line->by);
	str_cut(a.address, sizeof a.address, line->address);
	if (line->user_id != NULL)
		memcpy(a.user_id, line->user_id, USER_ID_LEN);
	else
		find_named(t, &a);
	audit_finish(&a);
	if (e == OK)
		e = record_save_new(t, &audit_record, &a);
	if (e != OK)
		store_fail(t, e);
}

void
audit_add(struct store_txn *t, int64_t now, const char *event, const char *user,
    const char *client_id, const char *detail)
{
	audit_write(t, now,
	    &(struct audit_line){.event = event,
		.user = user,
		.client_id = client_id,
		.detail = detail});
}

void
audit_change(struct store_txn *t, const struct change *c, const char *event,
    const char *user, const char *client_id, const char *detail)
{
	audit_write(t, c->now,
	    &(struct audit_line){.event = event,
		.user = user,
		.client_id = client_id,
		.detail = detail,
		.by = c->by,
		.address = c->address});
}

void
audit_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct audit a;

	record_each(t, &audit_record, NULL, &a, visit, arg);
}

void
audit_newest(
    struct store_txn *t, const uint8_t *user_id, record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&audit_record, user_id, NULL);
	struct audit a;

	record_each_back(t, &audit_record, &set, &a, visit, arg);
}
