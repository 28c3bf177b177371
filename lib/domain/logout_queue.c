#include "domain/logout_queue.h"

#include "base/str.h"

#include <stdatomic.h>
#include <string.h>

enum { KEPT_S = LOGOUT_GIVE_UP_S + 3600 };

static const struct record_field logout_fields[] = {
    FIELD_OF(struct logout, due_at, TIME, KEY, "due_at"),
    FIELD_OF(struct logout, id, BYTES, KEY, "id"),
    FIELD_OF(struct logout, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct logout, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct logout, everywhere, BOOL, SHOWN, "everywhere"),
    FIELD_OF(struct logout, sid, BYTES, SHOWN, "sid"),
    FIELD_OF(struct logout, queued_at, TIME, SHOWN, "queued_at"),
    FIELD_OF(struct logout, tries, COUNT, SHOWN, "tries"),
    FIELD_OF(struct logout, problem, TEXT, SHOWN, "problem"),
    FIELD_OF(struct logout, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type logout_record = {
    .table = TABLE_LOGOUTS,
    .version = 1,
    .expires_at = offsetof(struct logout, expires_at),
    RECORD_FIELDS(struct logout, logout_fields),
};

/* Of a step that may be run again, or not be kept: then who looks finds
 * nothing. */
static atomic_bool filled;

bool
logout_queue_was_filled(void)
{
	return atomic_load_explicit(&filled, memory_order_relaxed) &&
	       atomic_exchange(&filled, false);
}

enum err
logout_queue_put(struct store_txn *t, const char *client_id,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *sid, int64_t now)
{
	struct logout l = {.due_at = now,
	    .queued_at = now,
	    .everywhere = sid == NULL,
	    .expires_at = now + KEPT_S};

	random_bytes(l.id, sizeof l.id);
	memcpy(l.user_id, user_id, USER_ID_LEN);
	if (sid != NULL)
		memcpy(l.sid, sid, SID_LEN);
	if (str_copy(l.client_id, sizeof l.client_id, client_id) != OK)
		return ERR_NO_SPACE;
	atomic_store(&filled, true);
	return record_save(t, &logout_record, &l);
}

void
logout_queue_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct logout l;

	record_each(t, &logout_record, NULL, &l, visit, arg);
}

static bool
take_due(void *arg, const void *record)
{
	const struct logout *l = record;

	*(int64_t *)arg = l->due_at;
	return false;
}

enum err
logout_queue_first(struct store_txn *t, int64_t *due_at)
{
	*due_at = -1;
	logout_queue_each(t, take_due, due_at);
	return *due_at >= 0 ? OK : ERR_NOT_FOUND;
}

void
logout_queue_del(struct store_txn *t, const struct logout *l)
{
	struct record_bytes bytes = {.value = NULL};
	uint8_t value[512];

	bytes.value = value;
	bytes.cap = sizeof value;
	if (record_encode(&logout_record, l, &bytes) == OK)
		store_del(t, TABLE_LOGOUTS, bytes.key, bytes.key_len);
}

void
logout_queue_del_client(struct store_txn *t, const char *client_id)
{
	const struct record_set set = {
	    .text = client_id, .at = offsetof(struct logout, client_id)};
	struct logout l;

	record_prune(t, &logout_record, &set, &l, NULL, NULL);
}

/* How long after the Nth try the next one is. */
static int64_t
pause_after(uint32_t tries)
{
	static const int64_t pauses[] = {5, 30, 120, 600, 3600};
	const uint32_t last = sizeof pauses / sizeof *pauses - 1;

	return pauses[tries > last ? last : tries];
}

enum err
logout_queue_postpone(struct store_txn *t, const struct logout *l,
    const char *problem, int64_t now)
{
	struct logout next = *l;

	logout_queue_del(t, l);
	next.due_at = now + pause_after(l->tries);
	next.tries++;
	str_cut(next.problem, sizeof next.problem, problem);
	if (next.due_at > l->queued_at + LOGOUT_GIVE_UP_S)
		return ERR_NOT_FOUND;
	return record_save(t, &logout_record, &next);
}
