#include "domain/tries.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

static const struct record_field tries_fields[] = {
    FIELD_OF(struct tries, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct tries, count, COUNT, SHOWN, "count"),
    FIELD_OF(struct tries, since, TIME, SHOWN, "since"),
    FIELD_OF(struct tries, last_at, TIME, SHOWN, "last_at"),
    FIELD_OF(struct tries, address, TEXT, SHOWN, "address"),
};
const struct record_type tries_record = {
    .table = TABLE_TRIES,
    .version = 1,
    RECORD_FIELDS(struct tries, tries_fields),
};

enum err
tries_get(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    struct tries *tries)
{
	return record_load(t, &tries_record, user_id, USER_ID_LEN, tries);
}

void
tries_want(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	store_want(t, tries_record.table, user_id, USER_ID_LEN);
}

static void
tries_put(struct store_txn *t, const struct tries *tries)
{
	enum err e = record_save(t, &tries_record, tries);

	if (e != OK)
		store_fail(t, e);
}

/* Whether N is 10, 100, 1000, ... */
static bool
is_told(uint32_t n)
{
	while (n >= 100 && n % 10 == 0)
		n /= 10;
	return n == 10;
}

static void
note_failures(struct store_txn *t, const struct tries *tries,
    const struct user *u, int64_t now)
{
	bool known = u->name[0] != '\0';
	char detail[64];
	struct buf b;

	buf_init(&b, detail, sizeof detail);
	buf_put_int(&b, tries->count);
	buf_puts(&b, known ? " since the last sign-in"
			   : " under names that do not exist");
	audit_write(t, now,
	    &(struct audit_line){.event = "sign_ins_failed",
		.user = known ? u->name : NULL,
		.user_id = known ? u->user_id : NULL,
		.detail = detail,
		.address = tries->address});
}

void
tries_add(
    struct store_txn *t, const struct user *u, const char *address, int64_t now)
{
	struct tries tries;
	enum err e = tries_get(t, u->user_id, &tries);

	if (e == ERR_NOT_FOUND) {
		memcpy(tries.user_id, u->user_id, USER_ID_LEN);
		tries.since = now;
	} else if (e != OK) {
		return;
	}
	if (tries.count < UINT32_MAX)
		tries.count++;
	tries.last_at = now;
	str_cut(tries.address, sizeof tries.address, address);
	tries_put(t, &tries);
	/* The one before is known to have failed. */
	if (is_told(tries.count))
		note_failures(t, &tries, u, now);
}

void
tries_take_back(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	struct tries tries;

	if (tries_get(t, user_id, &tries) != OK || tries.count == 0)
		return;
	tries.count--;
	tries_put(t, &tries);
}

uint32_t
tries_settle(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    uint32_t own)
{
	struct tries tries;

	if (tries_get(t, user_id, &tries) != OK)
		return 0;
	store_del(t, tries_record.table, user_id, USER_ID_LEN);
	return tries.count > own ? tries.count - own : 0;
}
