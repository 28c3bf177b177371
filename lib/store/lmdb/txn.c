/* Transactions, and what is done about failures that can pass: the map grows,
 * an environment that gave up is opened again, slots of readers that have ended
 * are cleared. */
#include "base/log.h"
#include "store/lmdb/internal.h"

#include <errno.h>
#include <stdlib.h>

/* --- what can pass ---------------------------------------------------------
 */

/* LMDB lets go of the map it has before it makes the other. If there is no room
 * for that it has none, and would touch it all the same: so it is closed, and
 * opened as it was by who comes next. */
static int
set_map(struct engine_db *db, size_t size)
{
	int rc = mdb_env_set_mapsize(db->env, size);

	if (rc != 0)
		lmdb_env_close(db);
	return rc;
}

/* Another process grew the map: take over its size. */
static int
follow_map(struct engine_db *db)
{
	return db->env != NULL ? set_map(db, 0) : 0;
}

/* Doubles the map. Another process may have done so in the meantime. */
static int
grow_map(struct engine_db *db)
{
	MDB_envinfo info;
	size_t before;
	int rc;

	if (db->env == NULL)
		return ENOMEM;
	rc = mdb_env_info(db->env, &info);
	before = info.me_mapsize;
	if (rc == 0)
		rc = set_map(db, 0);
	if (rc == 0)
		rc = mdb_env_info(db->env, &info);
	if (rc == 0 && info.me_mapsize <= before)
		rc = before > SIZE_MAX / 2 ? MDB_MAP_FULL
					   : set_map(db, 2 * before);
	return rc;
}

/* After a failed write of the meta page LMDB refuses all further work on the
 * environment; a new one starts from what is on disk. There is none if it
 * could not be opened: that is tried again by the next who comes. */
static int
reopen_env(struct engine_db *db)
{
	lmdb_env_close(db);
	return lmdb_env_open(db, false);
}

/* Runs REPAIR while no transaction is open. */
static int
repair_alone(struct engine_db *db, int (*repair)(struct engine_db *db))
{
	int rc;

	pthread_rwlock_wrlock(&db->map);
	rc = repair(db);
	pthread_rwlock_unlock(&db->map);
	return rc;
}

/* The same for one who holds the map lock for reading, but has not begun. */
static int
repair_between(struct engine_db *db, int (*repair)(struct engine_db *db))
{
	int rc;

	pthread_rwlock_unlock(&db->map);
	rc = repair_alone(db, repair);
	pthread_rwlock_rdlock(&db->map);
	return rc;
}

static int
mend_what_failed(struct engine_db *db)
{
	switch (atomic_exchange(&db->to_mend, 0)) {
	case MDB_MAP_FULL:
		return repair_alone(db, grow_map);
	case MDB_PANIC:
		return repair_alone(db, reopen_env);
	default:
		return 0;
	}
}

static bool
can_be_mended(int rc)
{
	return rc == MDB_MAP_FULL || rc == MDB_PANIC;
}

/* A transaction is over that failed with RC. */
static void
note_failure(struct engine_db *db, bool writes, int rc)
{
	if (writes && can_be_mended(rc))
		db->to_mend = rc;
	else if (rc != 0)
		lmdb_tell_failed(db, rc);
}

enum err
lmdb_said(struct engine_txn *t, int rc)
{
	if (rc == 0)
		return OK;
	if (rc == MDB_NOTFOUND)
		return ERR_NOT_FOUND;
	if (t->code == 0)
		t->code = rc;
	return t->writes && can_be_mended(rc) ? ERR_AGAIN : lmdb_err(rc);
}

/* --- begin -----------------------------------------------------------------
 */

static int
begin_new(struct engine_db *db, unsigned flags, MDB_txn **txn)
{
	int cleared, rc;

	for (int i = 0; i < 4; i++) {
		rc = MDB_PANIC;
		if (db->env != NULL)
			rc = mdb_txn_begin(db->env, NULL, flags, txn);
		if (rc == MDB_MAP_RESIZED)
			rc = repair_between(db, follow_map);
		else if (rc == MDB_PANIC)
			rc = repair_between(db, reopen_env);
		else if (rc == MDB_READERS_FULL)
			rc = mdb_reader_check(db->env, &cleared);
		else
			return rc;
		if (rc != 0)
			return rc;
	}
	return MDB_READERS_FULL;
}

/* A read transaction that is kept ready; NULL if there is none. */
static struct engine_txn *
renew_idle(struct engine_db *db)
{
	for (size_t i = 0; i < LMDB_IDLE_READERS; i++) {
		struct engine_txn *t = atomic_exchange(&db->idle[i], NULL);

		if (t == NULL)
			continue;
		if (mdb_txn_renew(t->txn) == 0)
			return t;
		mdb_txn_abort(t->txn);
		free(t);
	}
	return NULL;
}

static int
begin_any(struct engine_db *db, bool write, struct engine_txn **t)
{
	int rc = lmdb_check_files(db);

	*t = NULL;
	if (rc == 0 && !write)
		*t = renew_idle(db);
	if (rc != 0 || *t != NULL)
		return rc;
	*t = write ? atomic_exchange(&db->spare, NULL) : NULL;
	if (*t == NULL)
		*t = calloc(1, sizeof **t);
	if (*t == NULL)
		return ENOMEM;
	(*t)->db = db;
	(*t)->writes = write;
	rc = begin_new(db, write ? 0 : MDB_RDONLY, &(*t)->txn);
	if (rc != 0)
		free(*t);
	return rc;
}

enum err
lmdb_begin(struct engine_db *db, bool write, struct engine_txn **t)
{
	int rc = write ? mend_what_failed(db) : 0;

	if (rc != 0) {
		lmdb_tell_failed(db, rc);
		return lmdb_err(rc);
	}
	pthread_rwlock_rdlock(&db->map);
	lmdb_touch(db);
	rc = begin_any(db, write, t);
	if (rc == 0)
		return OK;
	*t = NULL;
	lmdb_touch(NULL);
	pthread_rwlock_unlock(&db->map);
	note_failure(db, write, rc);
	return write && can_be_mended(rc) ? ERR_AGAIN : lmdb_err(rc);
}

/* --- the end ---------------------------------------------------------------
 */

static void
close_cursors(struct engine_txn *t)
{
	for (size_t i = 0; t->open > 0 && i < ENGINE_CURSORS_MAX; i++)
		if (t->cursors[i].cursor != NULL) {
			mdb_cursor_close(t->cursors[i].cursor);
			t->cursors[i].cursor = NULL;
			t->open--;
		}
}

/* Of a writer. */
static void
keep_spare(struct engine_db *db, struct engine_txn *t)
{
	t->code = 0;
	free(atomic_exchange(&db->spare, t));
}

/* Puts T, which is reset, where a reader will find it; false: no room. */
static bool
lay_ready(struct engine_db *db, struct engine_txn *t)
{
	for (size_t i = 0; i < LMDB_IDLE_READERS; i++) {
		struct engine_txn *none = NULL;

		if (atomic_compare_exchange_strong(&db->idle[i], &none, t))
			return true;
	}
	return false;
}

static void
end_txn(struct engine_db *db, bool writes, int rc)
{
	lmdb_touch(NULL);
	pthread_rwlock_unlock(&db->map);
	note_failure(db, writes, rc);
}

void
lmdb_abort(struct engine_txn *t)
{
	struct engine_db *db = t->db;
	bool writes = t->writes, ready = false;
	int rc = t->code;

	close_cursors(t);
	if (!writes && rc != LMDB_UNREADABLE) {
		mdb_txn_reset(t->txn);
		t->code = 0;
		ready = lay_ready(db, t);
	}
	if (!ready)
		mdb_txn_abort(t->txn);
	if (writes)
		keep_spare(db, t);
	else if (!ready)
		free(t);
	end_txn(db, writes, rc);
}

/* For a short write, which only a full disk makes, LMDB says EIO; where it is
 * the system that says so, errno does too. */
static int
commit_synced(MDB_txn *txn)
{
	int rc;

	errno = 0;
	rc = mdb_txn_commit(txn);
	return rc == EIO && errno != EIO ? ENOSPC : rc;
}

enum err
lmdb_commit(struct engine_txn *t)
{
	struct engine_db *db = t->db;
	int rc;

	close_cursors(t);
	/* With the lock held: who comes after sees what we saw. */
	rc = lmdb_check_held(db);
	if (rc != 0)
		mdb_txn_abort(t->txn);
	else
		rc = commit_synced(t->txn);
	if (rc == 0)
		db->told_rc = 0;
	keep_spare(db, t);
	end_txn(db, true, rc);
	return can_be_mended(rc) ? ERR_AGAIN : lmdb_err(rc);
}

enum err
lmdb_run_guarded(struct engine_txn *t, void (*work)(void *arg), void *arg)
{
	if (lmdb_guard(work, arg))
		return OK;
	log_fault(err_name(ERR_UNREADABLE), "file", t->db->data_path, "why",
	    "a page cannot be read: the file is cut short or damaged, or its "
	    "disk fails; run `latchkey check`",
	    NULL);
	t->code = LMDB_UNREADABLE;
	return ERR_UNREADABLE;
}
