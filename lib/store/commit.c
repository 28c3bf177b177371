/*
 * Group commit. A commit is a flush of the disk or two, however much is in it,
 * and engines have one writer: so all steps that wait share the next one. The
 * first thread that finds no leader leads: it takes the whole queue, runs it in
 * one transaction, commits, and wakes the others with their answers. Threads
 * that come in the meantime wait for the next commit, which the first of them
 * leads. There is no timer and no thread of our own; a step that is alone goes
 * straight through.
 *
 * A step sees the changes of those before it, as if each had a transaction of
 * its own. One that makes the transaction fail harms no other: the batch is
 * undone and each of its steps runs again alone (store.h: a step may be run
 * more than once). No answer is given before its commit is on disk.
 */
#include "base/permit.h"
#include "store/internal.h"
#include "store/newest.h"

enum { BATCH_MAX = 256 };

/* Runs the COUNT steps from FIRST in one transaction. OK once it is on disk;
 * else why nothing of it is kept. */
static enum err
attempt(struct store *s, struct waiter *first, size_t count)
{
	struct store_txn t = {.store = s, .engine = s->engine};
	struct waiter *w = first;
	enum err e = s->engine->begin(s->db, true, &t.txn);

	if (e != OK)
		return e;
	for (size_t i = 0; i < count && t.failed == OK; i++, w = w->next)
		w->answer = w->step(&t, w->arg);
	/* More than was added, or the expired would pile up; and last, so that
	 * the work is not lost to a step that fails. */
	if (t.failed == OK)
		store_sweep(&t, first->now, t.expiring + count * STORE_SWEEP);
	if (t.failed == OK)
		store_note_time(&t, first->now);
	if (t.failed == OK)
		return s->engine->commit(t.txn);
	s->engine->abort(t.txn);
	return t.failed;
}

static enum err
insist(struct store *s, struct waiter *first, size_t count)
{
	enum err e = ERR_AGAIN;

	for (int i = 0; i < STORE_TRIES_MAX && e == ERR_AGAIN; i++)
		e = attempt(s, first, count);
	return e == ERR_AGAIN ? ERR_BUSY : e;
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
queue_waiter(struct store *s, struct waiter *w)
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
	permit_give_up(); /* who leads waits for the disk, too */
	pthread_mutex_lock(&s->queue_lock);
	queue_waiter(s, &w);
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
