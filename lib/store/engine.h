/*
 * What the store needs of an engine: tables of keys and values, changed in
 * transactions. Everything above knows an engine by these functions alone; its
 * files, connections and memory are its own affair. LMDB is one
 * (lib/store/lmdb).
 *
 * tests/unit/engine.c holds an engine to what is said here.
 */
#ifndef LK_STORE_ENGINE_H
#define LK_STORE_ENGINE_H

#include "store/store.h"

/* The store's tables, and two of its own, named "expiry" and "index". */
enum { ENGINE_EXPIRY = TABLE_COUNT, ENGINE_INDEX, ENGINE_TABLES };

enum {
	/* The longest key: a record's, and what an index puts before it. */
	ENGINE_KEY_MAX = STORE_KEY_MAX + 16,
	/* The longest value: a record's, and what table.c puts before it. */
	ENGINE_VALUE_MAX = STORE_VALUE_MAX + 16,
	ENGINE_CURSORS_MAX = 4 /* open in one transaction */
};

/* Each engine has its own. */
struct engine_db;
struct engine_txn;
struct engine_cursor;

struct engine_bytes {
	const uint8_t *bytes;
	size_t len;
};

/* All rows of a store, for one that takes its place. */
struct engine_rows {
	/* The next one; the bytes can be read until the next call.
	 * ERR_NOT_FOUND: there is none. */
	enum err (*next)(void *arg, unsigned *table, struct engine_bytes *key,
	    struct engine_bytes *value);
	/* All are in: asked before they are kept. Any other answer than OK
	 * undoes it all. */
	enum err (*ready)(void *ready_arg);
	void *arg, *ready_arg;
	bool replaces; /* a store that is there */
};

struct engine_opening {
	const struct store_settings *settings;
	bool create; /* a new store; else one that must be there */
	/* Asked before anything is changed in a store that was there, with a
	 * transaction that can only read, and only TABLE_META: whether it is
	 * one of ours. Can be asked again as long as the store is open. */
	enum err (*check)(void *arg, struct engine_txn *t);
	void *arg;
};

/*
 * Errors. What can pass if the same is done again, such as a conflict with
 * another process or a file that has to grow first, is ERR_AGAIN: the caller
 * aborts, and begins again. The engine then does first what is to be done
 * about it, and says in begin if it cannot. All other errors are final; the
 * engine logs them, once until it has committed something. Those of the store
 * as a whole: ERR_NO_SPACE, ERR_NO_MEMORY, ERR_IO, ERR_CORRUPT, ERR_TRUNCATED,
 * ERR_UNREADABLE, ERR_REPLACED, ERR_LOCK_DAMAGED, ERR_READERS, ERR_DESCRIPTORS,
 * ERR_PERMISSION.
 */
struct engine {
	const char *name;

	/* The file in its directory without which there is no store; NULL if
	 * the engine keeps none there. */
	const char *file;

	/* Opens or makes a store, once in a process, after any fork. ERR_EXISTS
	 * if it is to be made and there is one, ERR_NOT_FOUND if there is none,
	 * ERR_UNSUPPORTED, what check said, or as above. */
	enum err (*open)(
	    struct engine_db **db, const struct engine_opening *how);
	void (*close)(struct engine_db *db);

	/* What an administrator is to do about E, if that depends on the
	 * engine; else NULL. */
	const char *(*advice)(enum err e);

	/* A number that changes each time the store may have become another:
	 * it was restored, or replaced. LOST says whether it has to be opened
	 * again first, by renew, which is called with no transaction begun. */
	unsigned (*generation)(struct engine_db *db);
	bool (*is_lost)(const struct engine_db *db);
	enum err (*renew)(struct engine_db *db);

	/* The sizes, the findings, and what there is of a server in F. */
	enum err (*measure)(struct engine_db *db, struct store_figures *f);

	/* Writes the store, as it was last committed, to FD from where that is:
	 * the bytes are those of a store's file. Others go on. What they free
	 * in the meantime is not used again before it is over, so the store may
	 * grow by that. ERR_UNSUPPORTED if the engine has no file;
	 * ERR_NO_SPACE, ERR_IO: also of FD. */
	enum err (*copy)(struct engine_db *db, int fd);

	/* Keeps other processes out of the store that SETTINGS name, until FD
	 * is closed: those that want to open it wait. ERR_BUSY if one has it
	 * open, *HOLDER being its number (0: unknown); ERR_NOT_FOUND if none
	 * ever had. */
	enum err (*claim)(
	    const struct store_settings *settings, int *fd, int64_t *holder);

	/* Begins a transaction, for this thread alone. One that does not write
	 * sees the store as it was last committed; of those that write there is
	 * one at a time, in all processes, or conflicts are ERR_AGAIN. */
	enum err (*begin)(
	    struct engine_db *db, bool write, struct engine_txn **t);

	/* OK once the changes are on disk, and every later transaction sees
	 * them; otherwise nothing of them is kept. Ends T. */
	enum err (*commit)(struct engine_txn *t);

	/* Ends T, as well one that only read. Nothing of it is kept. */
	void (*abort)(struct engine_txn *t);

	/* Runs WORK, which reads in T. ERR_UNREADABLE if it was left in the
	 * middle, because what it touched could not be read. */
	enum err (*guard)(
	    struct engine_txn *t, void (*work)(void *arg), void *arg);

	/* The value of KEY, also one put by T; ERR_NOT_FOUND. As all values and
	 * keys that an engine gives it can be read until the next put or del in
	 * T, or T's end. Keys are 1 to ENGINE_KEY_MAX bytes. */
	enum err (*get)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key, struct engine_bytes *value);

	/* Puts or replaces KEY. ROOM for its LEN bytes of value is to be filled
	 * before T is next used. */
	enum err (*put)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key, size_t len, uint8_t **room);

	/* KEY, which T has read, is as if T put what it has, but only if T
	 * changes something else: so that of two that hold or change it one is
	 * refused, and begins after the other. One that is not there is not
	 * held. NULL: there is one writer at a time. */
	enum err (*hold)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key);

	/* Removes KEY; ERR_NOT_FOUND. */
	enum err (*del)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key);

	/* How many keys TABLE has. */
	enum err (*count)(struct engine_txn *t, unsigned table, uint64_t *n);

	/* A cursor, before the first key; the end of T closes those that are
	 * still open. ERR_NO_SPACE: one more than ENGINE_CURSORS_MAX. */
	enum err (*cursor_open)(
	    struct engine_txn *t, unsigned table, struct engine_cursor **c);

	/* Moves to the first key that is not before FROM, or, FROM being NULL,
	 * to the next one. FROM may be KEY. Keys are ordered by their bytes, as
	 * memcmp does, a key before those it begins. ERR_NOT_FOUND: there is
	 * none. What T has changed is seen. The key it is at may be removed:
	 * the next is then that which follows. */
	enum err (*cursor_move)(struct engine_cursor *c,
	    const struct engine_bytes *from, struct engine_bytes *key,
	    struct engine_bytes *value);

	/* Moves to the last key that is before BEFORE, or, BEFORE being NULL,
	 * to the one before that where it is; before one of no bytes, to the
	 * last of all. The rest as above. */
	enum err (*cursor_back)(struct engine_cursor *c,
	    const struct engine_bytes *before, struct engine_bytes *key,
	    struct engine_bytes *value);
	void (*cursor_close)(struct engine_cursor *c);

	/*
	 * For an engine that is far away; NULL for one that has everything at
	 * hand. There get, del, count and the moves of a cursor may be
	 * ERR_AGAIN: what is asked for is not here yet, and T notes it. Then
	 * fetch brings all that was noted, in one flight, and undoes what T has
	 * changed: the caller runs its work again in the same T. ERR_AGAIN: T
	 * has failed, as above, and is to be aborted.
	 */
	enum err (*fetch)(struct engine_txn *t);

	/* Notes that the value of KEY will be asked for, if it is not here. Not
	 * all that is noted so has to be needed. */
	void (*want)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key);

	/* KEY was made at random: it need not be asked for, there is none. If
	 * there is one all the same, T's commit is ERR_AGAIN. */
	void (*expect_none)(struct engine_txn *t, unsigned table,
	    const struct engine_bytes *key);

	/* From now on each call in T waits for what it needs: for one that
	 * would be run again too often. */
	enum err (*direct)(struct engine_txn *t);

	/* What was read in T, which has changed nothing, is not held any more:
	 * for one that reads all there is. Keys and values are gone, cursors
	 * stay. */
	enum err (*forget)(struct engine_txn *t);

	/*
	 * Puts ROWS where the store of SETTINGS is, whole or not at all. What
	 * was there is kept, in the place of what was kept so before, and all
	 * that have it open notice (generation). ERR_EXISTS: there is a store,
	 * and ROWS is not to replace it; ERR_BUSY: others have it open.
	 */
	enum err (*replace)(const struct store_settings *settings,
	    const struct engine_rows *rows);

	/*
	 * For an engine that other hosts have open; NULL for one whose file is
	 * taken away. From now on, before it has read, T keeps all others from
	 * writing. Then retire, in the place of commit or abort, makes the
	 * store refuse all use: its rows are elsewhere. In a later transaction,
	 * if it RETURNS, it can be used again.
	 */
	enum err (*seclude)(struct engine_txn *t);
	enum err (*retire)(struct engine_txn *t, bool returns);
};

extern const struct engine engine_lmdb;

/* The engine that SETTINGS ask for; NULL if there is none of that name. */
const struct engine *engine_find(const struct store_settings *settings);

#endif
