#include "base/log.h"
#include "store/lmdb.h"

#include <errno.h>

/* Runs MEND with nobody in a transaction. */
static int
mend_alone(struct store *s, int (*mend)(struct store *s))
{
	int rc;

	pthread_rwlock_wrlock(&s->map);
	rc = mend(s);
	pthread_rwlock_unlock(&s->map);
	return rc;
}

/* The same for one who holds the map lock for reading, but has not begun. */
static int
mend_between(struct store *s, int (*mend)(struct store *s))
{
	int rc;

	pthread_rwlock_unlock(&s->map);
	rc = mend_alone(s, mend);
	pthread_rwlock_rdlock(&s->map);
	return rc;
}

/* LMDB lets go of the map it has before it makes the other. If there is no room
 * for that it has none, and would touch it all the same: so it is closed, and
 * opened as it was by who comes next. */
static int
set_map(struct store *s, size_t size)
{
	int rc = mdb_env_set_mapsize(s->env, size);

	if (rc != 0)
		store_env_close(s);
	return rc;
}

/* Another process grew the map: take over its size. */
static int
follow_map(struct store *s)
{
	return s->env != NULL ? set_map(s, 0) : 0;
}

/* After a failed write of the meta page LMDB refuses all further work on the
 * environment; a new one starts from what is on disk. There is none if it
 * could not be opened: that is tried again by the next who comes. */
static int
reopen(struct store *s)
{
	store_env_close(s);
	return store_env_open(s, false);
}

/*
 * Begins a transaction with the map lock held for reading. What can pass is
 * mended here: a map that another process grew, an environment that gave up,
 * reader slots left by the dead.
 */
int
store_begin(struct store *s, unsigned flags, MDB_txn **txn)
{
	int dead, rc = store_check_files(s);

	if (rc != 0)
		return rc;
	for (int i = 0; i < 4; i++) {
		rc = MDB_PANIC;
		if (s->env != NULL)
			rc = mdb_txn_begin(s->env, NULL, flags, txn);
		if (rc == MDB_MAP_RESIZED)
			rc = mend_between(s, follow_map);
		else if (rc == MDB_PANIC)
			rc = mend_between(s, reopen);
		else if (rc == MDB_READERS_FULL)
			rc = mdb_reader_check(s->env, &dead);
		else
			return rc;
		if (rc != 0)
			return rc;
	}
	return MDB_READERS_FULL;
}

struct run {
	struct store_txn *txn;
	store_step *step;
	void *arg;
	enum err answer;
};

static void
run_step(void *arg)
{
	struct run *r = arg;

	r->answer = r->step(r->txn, r->arg);
}

/* Left in the middle, a step of a reader leaves nothing but its cursors. */
static void
run_guarded(struct run *r)
{
	struct store_txn *t = r->txn;

	if (store_guard(run_step, r))
		return;
	while (t->scans > 0)
		mdb_cursor_close(t->scan[--t->scans]);
	log_fault(err_name(ERR_UNREADABLE), "file", t->store->data_path, "why",
	    "a page cannot be read: the file is cut short or damaged, or its "
	    "disk fails; run `latchkey check`",
	    NULL);
	/* Whatever it has come to. */
	t->failed = OK;
	store_fail_rc(t, STORE_UNREADABLE);
}

/* A read transaction: one that lies ready, or a new one. */
static int
begin_read(struct store *s, MDB_txn **txn)
{
	int rc = store_check_files(s);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < STORE_IDLE_READERS; i++) {
		*txn = atomic_exchange(&s->idle[i], NULL);
		if (*txn == NULL)
			continue;
		if (mdb_txn_renew(*txn) == 0)
			return 0;
		mdb_txn_abort(*txn);
	}
	return store_begin(s, MDB_RDONLY, txn);
}

static void
end_read(struct store *s, MDB_txn *txn)
{
	mdb_txn_reset(txn);
	for (size_t i = 0; i < STORE_IDLE_READERS; i++) {
		MDB_txn *none = NULL;

		if (atomic_compare_exchange_strong(&s->idle[i], &none, txn))
			return;
	}
	mdb_txn_abort(txn);
}

enum err
store_read(struct store *s, store_step *step, void *arg)
{
	struct store_txn t = {.store = s};
	struct run r = {&t, step, arg, OK};
	int rc;

	pthread_rwlock_rdlock(&s->map);
	store_touch(s);
	rc = begin_read(s, &t.txn);
	if (rc == 0) {
		run_guarded(&r);
		if (t.rc == STORE_UNREADABLE)
			mdb_txn_abort(t.txn);
		else
			end_read(s, t.txn);
	} else {
		store_fail_rc(&t, rc);
	}
	if (t.rc != 0)
		store_tell_failed(s, t.rc);
	store_touch(NULL);
	pthread_rwlock_unlock(&s->map);
	return t.failed != OK ? t.failed : r.answer;
}

/* Doubles the map. Another process may have done so meanwhile. */
static int
grow_map(struct store *s)
{
	MDB_envinfo info;
	size_t before;
	int rc;

	if (s->env == NULL)
		return ENOMEM;
	rc = mdb_env_info(s->env, &info);
	before = info.me_mapsize;
	if (rc == 0)
		rc = set_map(s, 0);
	if (rc == 0)
		rc = mdb_env_info(s->env, &info);
	if (rc == 0 && info.me_mapsize <= before)
		rc = before > SIZE_MAX / 2 ? MDB_MAP_FULL
					   : set_map(s, 2 * before);
	return rc;
}

int
store_mend(struct store *s, int rc)
{
	if (rc == MDB_MAP_FULL)
		return mend_alone(s, grow_map);
	if (rc == MDB_PANIC)
		return mend_alone(s, reopen);
	return rc;
}
