/*
 * Group commit. A commit is two flushes of the disk, whatever is in it, and
 * LMDB has one writer: so all steps that wait share the next one. The first
 * who finds nobody leading leads: takes the whole queue, runs it in one
 * transaction, commits, and wakes the others with their answers. Who comes
 * meanwhile waits for the next, which the first of them leads. There is no
 * timer and no thread of our own; a step that is alone goes straight through.
 *
 * A step sees the changes of those before it, as if each had a transaction of
 * its own. One that makes the transaction fail harms no other: the batch is
 * undone and each of its steps runs again alone (store.h: a step may be run
 * more than once). No answer is given before its commit is on disk.
 */
#include "base/turn.h"
#include "store/lmdb.h"
#include "store/newest.h"

#include <errno.h>

enum { BATCH_MAX = 256, TRIES_MAX = 16 };

/* Commits. For a short write, which only a full disk makes, the engine says
 * EIO; where it is the system that says so, errno does too. */
static int
commit(MDB_txn *txn)
{
	int rc;

	errno = 0;
	rc = mdb_txn_commit(txn);
	return rc == EIO && errno != EIO ? ENOSPC : rc;
}

/*
 * Runs the COUNT steps from FIRST in one transaction. OK once it is on disk;
 * else why nothing of it is kept, and in *RC the engine's word for it, if it
 * was the engine.
 */
static enum err
attempt(struct store *s, struct waiter *first, size_t count, int *rc)
{
	struct store_txn t = {.store = s};
	struct waiter *w = first;

	*rc = store_begin(s, 0, &t.txn);
	if (*rc != 0)
		return store_err(*rc);
	for (size_t i = 0; i < count && t.failed == OK; i++, w = w->next)
		w->answer = w->step(&t, w->arg);
	/* More than was added, or the expired would pile up; and last, so that
	 * the work is not lost to a step that fails. */
	if (t.failed == OK)
		store_sweep(&t, first->now, t.expiring + count * STORE_SWEEP);
	if (t.failed == OK)
		store_note_time(&t, first->now);
	if (t.failed != OK) {
		mdb_txn_abort(t.txn);
		*rc = t.rc;
		return t.failed;
	}
	/* With the lock held: who comes after sees what we saw. */
	*rc = store_check_held(s);
	if (*rc != 0) {
		mdb_txn_abort(t.txn);
		return store_err(*rc);
	}
	*rc = commit(t.txn);
	return store_err(*rc);
}

/* The same, again and again while what failed can be mended. */
static enum err
insist(struct store *s, struct waiter *first, size_t count)
{
	enum err e = OK;
	int mended, rc = 0;

	for (int i = 0; i < TRIES_MAX; i++) {
		pthread_rwlock_rdlock(&s->map);
		store_touch(s);
		e = attempt(s, first, count, &rc);
		store_touch(NULL);
		pthread_rwlock_unlock(&s->map);
		if (e == OK || rc == 0)
			break;
		mended = store_mend(s, rc);
		if (mended != 0) {
			rc = mended;
			e = store_err(rc);
			break;
		}
	}
	if (e == OK)
		s->told_rc = 0;
	else if (rc != 0)
		store_tell_failed(s, rc);
	return e;
}

/* One commit for all, or, if that fails, one for each. */
static void
run_batch(struct store *s, struct waiter *first, size_t count)
{
	enum err e = insist(s, first, count);

	if (e == OK)
		return;
	if (count == 1) {
		first->answer = e;
		return;
	}
	for (struct waiter *w = first; count > 0; count--, w = w->next) {
		e = insist(s, w, 1);
		if (e != OK)
			w->answer = e;
	}
}

/* Takes up to BATCH_MAX waiters off the queue, the oldest first. */
static struct waiter *
take_batch(struct store *s, size_t *count)
{
	struct waiter *first = s->first, *w = first;

	for (*count = 1; *count < BATCH_MAX && w->next != NULL; ++*count)
		w = w->next;
	s->first = w->next;
	if (s->first == NULL)
		s->last = NULL;
	return first;
}

static void
append(struct store *s, struct waiter *w)
{
	if (s->last != NULL)
		s->last->next = w;
	else
		s->first = w;
	s->last = w;
}

/* Leads one batch. The next one is under way before those of this one are
 * woken: the disk is what everybody waits for. */
static void
lead(struct store *s)
{
	struct waiter *first, *next;
	size_t count;

	pthread_mutex_lock(&s->queue_lock);
	first = take_batch(s, &count);
	pthread_mutex_unlock(&s->queue_lock);
	run_batch(s, first, count);
	pthread_mutex_lock(&s->queue_lock);
	s->leading = s->first != NULL;
	if (s->leading)
		sem_post(&s->first->told);
	pthread_mutex_unlock(&s->queue_lock);
	for (; count > 0; count--, first = next) {
		/* Once it is told, it may be gone. */
		next = first->next;
		first->done = true;
		sem_post(&first->told);
	}
}

enum err
store_write(struct store *s, int64_t now, store_step *step, void *arg)
{
	struct waiter w = {.step = step, .arg = arg, .now = now};
	bool wait;

	if (sem_init(&w.told, 0, 0) != 0)
		return ERR_NO_MEMORY;
	turn_pass(); /* who leads waits for the disk, too */
	pthread_mutex_lock(&s->queue_lock);
	append(s, &w);
	wait = s->leading;
	s->leading = true;
	pthread_mutex_unlock(&s->queue_lock);
	while (wait && sem_wait(&w.told) != 0)
		; /* a signal */
	if (!w.done)
		lead(s);
	sem_destroy(&w.told);
	return w.answer;
}
