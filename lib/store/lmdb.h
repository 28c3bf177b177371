/*
 * What the files of the store share. Each calls only those after it: a store
 * is opened (open.c), commits (commit.c), transactions (store.c), the
 * environment (env.c) with its files (held.c, files.c, fault.c), the search by
 * a field (search.c), the tables with their expiry index (table.c), the entries
 * of the other indexes (index.c), what fails (explain.c, fail.c). Nothing above
 * this floor includes it.
 */
#ifndef LK_STORE_LMDB_H
#define LK_STORE_LMDB_H

#include "store/store.h"

#include <lmdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/types.h>

enum {
	STORE_READERS_MAX = 1024,
	STORE_IDLE_READERS = 16,
	STORE_MAP_INITIAL = 16 << 20, /* bytes; grows by itself */
	STORE_PATH_CAP = 600,

	/* Words of our own beside the engine's codes (store_err), below all of
	 * those. */
	STORE_TRUNCATED = -40000,
	STORE_UNREADABLE = -40001,
	STORE_REPLACED = -40002,
	STORE_LOCK_DAMAGED = -40003,

	STORE_SCANS_MAX = 4,   /* one in the other */
	STORE_LOOK_MS = 1000,  /* how often readers look at the directory */
	STORE_STUCK_MS = 5000, /* a transaction that is still not over; */
	STORE_STUCK_TRY_MS = 2,
	STORE_LOCK_HEAD = 8, /* of lock.mdb: by what the engine knows it */

	/* Each value begins with two times: when the record expires, and under
	 * which time it stands in the expiry index (0: it does not). */
	ENVELOPE_LEN = 16,

	/* An entry of an index: which (1 byte), a hash of the field (8), the
	 * key. All fields make keys that are equally short. */
	ENTRY_HEAD_LEN = 1 + 8,
	ENTRY_CAP = ENTRY_HEAD_LEN + STORE_KEY_MAX + 1,
	INDEXES_A_TABLE = 3 /* one more than any has */
};

/* One step that waits to be part of a commit; on its caller's stack. */
struct waiter {
	store_step *step;
	void *arg;
	int64_t now;
	enum err answer;
	bool done;
	sem_t told; /* done, or first in the queue and to lead */
	struct waiter *next;
};

struct store {
	MDB_env *env; /* NULL after one that gave up could not be replaced */
	MDB_dbi table[TABLE_COUNT];
	MDB_dbi expiry; /* table, expires_at, key -> nothing */
	MDB_dbi index;  /* index, hash of the field, key -> nothing */
	char dir[STORE_PATH_CAP];
	char data_path[STORE_PATH_CAP], lock_path[STORE_PATH_CAP];
	size_t page_size;

	/* The files as they were opened, and a descriptor of lock.mdb, which is
	 * closed after the engine's: closing any of a process takes all of its
	 * locks on the file away (fcntl(2)). */
	struct {
		dev_t dev;
		ino_t ino;
	} data_id, lock_id;
	int lock_fd; /* -1: none */
	off_t lock_size;
	uint8_t lock_head[STORE_LOCK_HEAD];
	_Atomic(int64_t) look_ms; /* monotonic: when to look at them next */
	/* Not 0: they are others now, and nothing is done with them until
	 * store_renew; an engine code. */
	atomic_int lost;
	atomic_uint generation;

	/* A file that is shorter than its pages are counted, and may be: with
	 * this size and this last page (files.c). */
	atomic_size_t short_size, short_last;
	atomic_bool told;   /* the log has a line about the files */
	atomic_int told_rc; /* and about this, since the last commit */

	/* Held for reading by whoever has a transaction, for writing to change
	 * the map: LMDB does not notice a live transaction by itself. */
	pthread_rwlock_t map;

	/* Finished read transactions, reset and ready: renewing one takes no
	 * lock, beginning a new one does. */
	_Atomic(MDB_txn *) idle[STORE_IDLE_READERS];

	/* Group commit (commit.c): who waits, and whether somebody leads. */
	pthread_mutex_t queue_lock;
	struct waiter *first, *last;
	bool leading;
};

struct store_txn {
	struct store *store;
	MDB_txn *txn;
	MDB_cursor *scan[STORE_SCANS_MAX]; /* in scans that are under way */
	size_t scans;
	size_t expiring; /* entries of the expiry index that are new */
	int rc;          /* the engine's word for why it failed, or 0 */
	enum err failed;
};

/* Foreign codes stop here. */
enum err store_err(int rc);

/* Opens and closes s->env and its tables, from and to nothing; CREATE makes
 * the tables that are not there. An engine code. */
int store_env_open(struct store *s, bool create);
void store_env_close(struct store *s);

/* The schema as the meta table has it: MDB_INVALID if META is no such table. */
int store_check_meta(MDB_txn *txn, MDB_dbi meta);

/* Steps: writes it; ERR_VERSION, ERR_OUTDATED, ERR_CORRUPT if it is another. */
enum err store_write_schema(struct store_txn *t, void *arg);
enum err store_check_schema(struct store_txn *t, void *arg);

/* 0 if the files of s->env can be used; else an engine code, or ours. Before
 * each transaction; the caller holds s->map for reading. */
int store_check_files(struct store *s);

/* The same, and that they are the files in the directory: before a commit. */
int store_check_held(struct store *s);

/* Whether all pages are there; part of these. */
int store_check_size(struct store *s);

/* Remembers the files that the engine has just opened, and checks them. */
int store_hold_files(struct store *s);
void store_let_files_go(struct store *s);

/* Why the files could not be opened, RC, or that it is lock.mdb's fault. */
int store_judge_lock(const struct store *s, int rc);

/* One line in the log about what failed with RC; the first of its kind since
 * the last commit. */
void store_tell_failed(struct store *s, int rc);

/* Whether DIR holds the engine's file, and for its owner alone, as we made it:
 * OK, ERR_NOT_FOUND, ERR_PERMISSION, ERR_CORRUPT, ERR_TRUNCATED. */
enum err store_find(const char *dir);

/* Returns E, and writes a line about DIR. */
enum err store_explain(enum err e, const char *dir, char *why, size_t why_cap);

/* From now on this thread touches the map of S; NULL: no more. What cannot be
 * read in it ends the process with a line that names the file. Returns what it
 * was before. */
const struct store *store_touch(const struct store *s);

/* Runs RUN; false if it was left, because a page could not be read. */
bool store_guard(void (*run)(void *arg), void *arg);

/* The handlers behind these two. */
int store_fault_init(MDB_env *env);

/* Begins a transaction; the caller holds s->map for reading. What can pass is
 * mended before: s->env may be another afterwards. */
int store_begin(struct store *s, unsigned flags, MDB_txn **txn);

/* Mends what made a write fail with RC: a full map grows, an environment that
 * gave up is opened anew. 0: worth another try; else an engine code. */
int store_mend(struct store *s, int rc);

/* The field of INDEX in the record KEY with VALUE; false if it has none. */
bool store_index_field(enum store_index index, const MDB_val *key,
    const struct store_value *value, struct store_value *field);

enum store_table store_index_table(enum store_index index);

/* The entry of such a field; returns its length. */
size_t store_index_entry(uint8_t entry[static ENTRY_CAP],
    enum store_index index, const struct store_value *field,
    const MDB_val *key);

/* The record KEY has the value AFTER where it had BEFORE (either may be NULL:
 * there is none): writes the entries in which these differ. Both are read
 * before anything is written. */
void store_index_change(struct store_txn *t, enum store_table table,
    const MDB_val *key, const struct store_value *before,
    const struct store_value *after);

/* A cursor that is closed when a step is left in the middle; NULL: failed. */
MDB_cursor *store_cursor_begin(struct store_txn *t, MDB_dbi dbi);
void store_cursor_end(struct store_txn *t, MDB_cursor *c);

/* Removes up to LIMIT records that had expired at NOW. */
void store_sweep(struct store_txn *t, int64_t now, size_t limit);

/* Fails the transaction with an engine code. */
void store_fail_rc(struct store_txn *t, int rc);

#endif
