/*
 * Commits without grouping, for `make bench`: each step has a transaction of
 * its own. Linked before the archive, whose store/commit.c is then not taken,
 * it makes a `token` that shows what grouping gives many, and costs one alone.
 */
#include "base/turn.h"
#include "store/lmdb.h"

enum { TRIES_MAX = 16 };

static enum err
attempt(struct store *s, int64_t now, store_step *step, void *arg, int *rc)
{
	struct store_txn t = {.store = s};
	enum err answer;

	*rc = store_begin(s, 0, &t.txn);
	if (*rc != 0)
		return store_err(*rc);
	answer = step(&t, arg);
	store_sweep(&t, now, t.expiring + STORE_SWEEP);
	if (t.failed != OK) {
		mdb_txn_abort(t.txn);
		*rc = t.rc;
		return t.failed;
	}
	*rc = mdb_txn_commit(t.txn);
	return *rc == 0 ? answer : store_err(*rc);
}

enum err
store_write(struct store *s, int64_t now, store_step *step, void *arg)
{
	enum err e = OK;
	int rc;

	turn_pass();
	for (int i = 0; i < TRIES_MAX; i++) {
		pthread_rwlock_rdlock(&s->map);
		e = attempt(s, now, step, arg, &rc);
		pthread_rwlock_unlock(&s->map);
		if (rc == 0 || store_mend(s, rc) != 0)
			return e;
	}
	return e;
}
