/*
 * What the files of the store share. Each calls only those after it: a store
 * is opened (open.c), commits (commit.c), reads (store.c), reads for many at
 * once (gather.c), puts all it has into another (transfer.c), or in the place
 * of another (replace.c), the steps that wait (queue.c), the schema (schema.c),
 * the time of the newest commit (newest.c), the search by a field (search.c),
 * tables that are emptied (clear.c), what a step says of itself
 * (hints.c), the tables with their expiry index (table.c), the entries of the
 * other indexes (index.c), the engine (engine.h). Nothing above this floor
 * includes it.
 */
#ifndef LK_STORE_INTERNAL_H
#define LK_STORE_INTERNAL_H

#include "store/engine.h"

#include <pthread.h>
#include <semaphore.h>

enum {
	STORE_TRIES_MAX = 16, /* of what is to be done again (ERR_AGAIN) */

	/* Of an engine that is far away (struct engine.fetch): how often a
	 * batch fetches before it waits for each row, how often it meets
	 * another host's before its steps run one by one, and how many batches
	 * there are for one that sweeps. */
	STORE_FETCHES_MAX = 8,
	STORE_CONFLICTS_MAX = 3,
	STORE_SWEEP_EVERY = 16,

	/* Each value begins with two times: when the record expires, and under
	 * which time the expiry index has it (0: it does not). */
	ENVELOPE_LEN = 16,

	/* An entry of an index: which (1 byte), a hash of the field (8), the
	 * key. All fields make keys that are equally short. */
	ENTRY_HEAD_LEN = 1 + 8,
	ENTRY_CAP = ENTRY_HEAD_LEN + STORE_KEY_MAX + 1,
	INDEXES_A_TABLE = 3,      /* one more than any has */
	EXPIRY_SECTION_LAST = 255 /* of families; of any other its number */
};

/* One step that waits to be part of a transaction; on its caller's stack. */
struct waiter {
	store_step *step;
	void *arg;
	int64_t now;
	enum err answer;
	bool done;
	sem_t told; /* done, or first in the queue and to lead */
	struct waiter *next;
};

/* The threads that wait for the next transaction, and whether one leads. */
struct store_queue {
	pthread_mutex_t lock;
	struct waiter *first, *last;
	bool leading;
};

struct store {
	const struct engine *engine;
	struct engine_db *db;
	char name[STORE_NAME_CAP]; /* for people: its directory */

	struct store_queue writes; /* commit.c */

	/* Of an engine that is far away. */
	struct store_queue reads; /* gather.c */
	size_t batches, expiring; /* since the last sweep; the leader's */
};

struct store_txn {
	struct store *store;
	const struct engine *engine; /* the store's */
	struct engine_txn *txn;
	size_t expiring; /* entries of the expiry index that are new */
	enum err failed;
};

/* --- queue.c: one thread leads, and does the work of all that wait -------- */

enum err store_queue_init(struct store_queue *q);
void store_queue_destroy(struct store_queue *q);

/* Waits in Q with W. True if the caller is to lead now; false once another has
 * done W. ERR_NO_MEMORY is then W's answer. */
bool store_queue_wait(struct store_queue *q, struct waiter *w);

/* For a leader: takes COUNT waiters off Q, the oldest first. */
struct waiter *store_queue_take(struct store_queue *q, size_t *count);

/* Hands the lead to the first that waits. */
void store_queue_pass_on(struct store_queue *q);

/* W is done: its thread goes on, and W may be gone. */
void store_queue_tell(struct waiter *w);

/* --- gather.c */

/* store_read of an engine that is far away. */
enum err store_read_gathered(struct store *s, store_step *step, void *arg);

/* A step: writes the schema. */
enum err store_write_schema(struct store_txn *t, void *arg);

/* ERR_VERSION, ERR_OUTDATED, ERR_CORRUPT: the schema is not ours. */
enum err store_check_schema(struct store_txn *t);

/* Returns E, and writes a line about the store NAME of ENGINE. */
enum err store_explain(enum err e, const struct engine *engine,
    const char *name, char *message, size_t message_cap);

/* The field of INDEX in the record KEY with VALUE; false if it has none. */
bool store_index_field(enum store_index index, const struct engine_bytes *key,
    const struct store_value *value, struct store_value *field);

enum store_table store_index_table(enum store_index index);

/* The entry of such a field; returns its length. */
size_t store_index_entry(uint8_t entry[static ENTRY_CAP],
    enum store_index index, const struct store_value *field,
    const struct engine_bytes *key);

/* The record KEY has the value AFTER where it had BEFORE (either may be NULL:
 * there is none): writes the entries in which these differ. Both are read
 * before anything is written. */
void store_index_change(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, const struct store_value *before,
    const struct store_value *after);

/* The first key after all those that begin with PREFIX, into END; returns its
 * length, 0 if there is none. */
size_t store_prefix_end(
    uint8_t end[static STORE_KEY_MAX], const struct engine_bytes *prefix);

/* A cursor, which the caller closes; NULL: failed. */
struct engine_cursor *store_cursor_open(struct store_txn *t, unsigned table);

/* Removes up to LIMIT records that had expired at NOW. */
void store_sweep(struct store_txn *t, int64_t now, size_t limit);

/* Where the expiry index has the entries of a table: families, by far the most,
 * are last. Each new entry comes after all others, so that pages are filled to
 * their end, and the index is half as large. */
static inline uint8_t
store_expiry_section(enum store_table table)
{
	return table == TABLE_FAMILIES ? EXPIRY_SECTION_LAST : (uint8_t)table;
}

/* Fails the transaction if no key can be so long. */
static inline bool
store_key_fits(struct store_txn *t, size_t key_len)
{
	if (key_len >= 1 && key_len <= STORE_KEY_MAX)
		return true;
	store_fail(t, ERR_NO_SPACE);
	return false;
}

/* Whether E is OK; fails the transaction with any other except
 * ERR_NOT_FOUND. */
static inline bool
store_did(struct store_txn *t, enum err e)
{
	if (e != OK && e != ERR_NOT_FOUND)
		store_fail(t, e);
	return e == OK;
}

#endif
