/*
 * What the files of the LMDB engine share. Each calls only those after it: the
 * calls of store/engine.h (engine.c), opening (open.c), transactions (txn.c),
 * copies (copy.c), the environment (env.c) with its files (held.c, files.c,
 * fault.c), what fails (fail.c). Nothing outside this folder includes it,
 * except tests.
 */
#ifndef LK_STORE_LMDB_INTERNAL_H
#define LK_STORE_LMDB_INTERNAL_H

#include "store/engine.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#define LMDB_DATA_FILE "data.mdb"
#define LMDB_LOCK_FILE "lock.mdb"

enum {
	LMDB_READERS_MAX = 1024,
	LMDB_IDLE_READERS = 16,
	LMDB_MAP_INITIAL = 16 << 20, /* bytes; grows by itself */
	LMDB_PATH_CAP = 600,

	/* Words of our own beside LMDB's codes (lmdb_err), below all of
	 * those. */
	LMDB_TRUNCATED = -40000,
	LMDB_UNREADABLE = -40001,
	LMDB_REPLACED = -40002,
	LMDB_LOCK_DAMAGED = -40003,
	LMDB_REFUSED = -40004, /* by the check of struct engine_opening */

	LMDB_LOOK_MS = 1000,  /* how often readers look at the directory */
	LMDB_STUCK_MS = 5000, /* a transaction that is still not over; */
	LMDB_STUCK_TRY_MS = 2,
	LMDB_LOCK_HEAD = 8 /* of lock.mdb: by what LMDB knows it */
};

struct engine_cursor {
	struct engine_txn *t;
	MDB_cursor *cursor; /* NULL: not open */
};

struct engine_txn {
	struct engine_db *db;
	MDB_txn *txn;
	bool writes;
	int code; /* LMDB's, or ours, for what failed first; or 0 */
	struct engine_cursor cursors[ENGINE_CURSORS_MAX];
	size_t open; /* of these */
};

struct engine_db {
	MDB_env *env; /* NULL after one that gave up could not be replaced */
	MDB_dbi table[ENGINE_TABLES];
	char dir[LMDB_PATH_CAP];
	char data_path[LMDB_PATH_CAP], lock_path[LMDB_PATH_CAP];
	size_t page_size;

	struct engine_opening opening; /* the settings are not kept */
	enum err refusal;              /* what its check said */

	/* The files as they were opened, and a descriptor of lock.mdb, which is
	 * closed after LMDB's: closing any of a process takes all of its locks
	 * on the file away (fcntl(2)). */
	struct {
		dev_t dev;
		ino_t ino;
	} data_id, lock_id;
	int lock_fd; /* -1: none */
	off_t lock_size;
	uint8_t lock_head[LMDB_LOCK_HEAD];
	_Atomic(int64_t) look_ms; /* monotonic: when to look at them next */
	/* Not 0: they are others now, and nothing is done with them until
	 * renew; a code. */
	atomic_int lost;
	atomic_uint generation;

	/* A file that is shorter than its pages are counted, and may be: with
	 * this size and this last page (files.c). */
	atomic_size_t short_size, short_last;
	atomic_bool told;   /* the log has a line about the files */
	atomic_int told_rc; /* and about this, since the last commit */

	/* Held for reading by all that have a transaction, for writing to
	 * change the map: LMDB does not notice a live transaction by itself. */
	pthread_rwlock_t map;

	/* What made the last transaction fail that wrote, if that can pass: the
	 * next one does first what is to be done. */
	atomic_int to_mend;

	/* Finished read transactions, reset and ready: renewing one takes no
	 * lock, beginning a new one does. */
	_Atomic(struct engine_txn *) idle[LMDB_IDLE_READERS];
	_Atomic(struct engine_txn *) spare; /* the last writer's, over */
};

/* --- txn.c --- */

enum err lmdb_begin(struct engine_db *db, bool write, struct engine_txn **t);
enum err lmdb_commit(struct engine_txn *t);
void lmdb_abort(struct engine_txn *t);
enum err lmdb_run_guarded(
    struct engine_txn *t, void (*work)(void *arg), void *arg);

/* What RC, of a call in T, is to the store; remembers it. */
enum err lmdb_said(struct engine_txn *t, int rc);

/* --- open.c --- */

enum err lmdb_open(struct engine_db **db, const struct engine_opening *how);
void lmdb_close(struct engine_db *db);
enum err lmdb_renew(struct engine_db *db);
enum err lmdb_measure(struct engine_db *db, struct store_figures *f);

/* --- copy.c --- */

enum err lmdb_copy(struct engine_db *db, int fd);
enum err lmdb_claim(
    const struct store_settings *settings, int *fd, int64_t *holder);

/* --- env.c --- */

/* Opens and closes db->env and its tables, from and to nothing; CREATE makes
 * the tables that are not there. A code. */
int lmdb_env_open(struct engine_db *db, bool create);
void lmdb_env_close(struct engine_db *db);

/* --- held.c, files.c --- */

/* 0 if the files of db->env can be used; else a code. Before each transaction;
 * the caller holds db->map for reading. */
int lmdb_check_files(struct engine_db *db);

/* The same, and that they are the files in the directory: before a commit. */
int lmdb_check_held(struct engine_db *db);

/* Whether all pages are there; part of these. */
int lmdb_check_size(struct engine_db *db);

/* Remembers the files that LMDB has just opened, and checks them. */
int lmdb_hold_files(struct engine_db *db);
void lmdb_let_files_go(struct engine_db *db);

/* Why the files could not be opened, RC, or that it is lock.mdb's fault. */
int lmdb_judge_lock(const struct engine_db *db, int rc);

unsigned lmdb_generation(struct engine_db *db);
bool lmdb_is_lost(const struct engine_db *db);

/* --- fault.c --- */

/* From now on this thread touches the map of DB; NULL: no more. What cannot be
 * read in it ends the process with a line that names the file. Returns what it
 * was before. */
const struct engine_db *lmdb_touch(const struct engine_db *db);

/* Runs WORK; false if it was left, because a page could not be read. */
bool lmdb_guard(void (*work)(void *arg), void *arg);

/* The handlers behind these two. */
int lmdb_fault_init(MDB_env *env);

/* --- fail.c --- */

/* LMDB's codes, errno's and ours as errors. */
enum err lmdb_err(int rc);

/* One line in the log about what failed with RC; the first of its kind since
 * the last commit. */
void lmdb_tell_failed(struct engine_db *db, int rc);

const char *lmdb_advice(enum err e);

#endif
