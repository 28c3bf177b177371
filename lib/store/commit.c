/*
 * Group commit. A commit is a flush of the disk or two, however much is in it,
 * and engines have one writer: so all steps that wait share the next one. The
 * first thread that finds no leader leads: it takes the whole queue, runs it in
 * one transaction, commits, and wakes the others with their answers. Threads
 * that come in the meantime wait for the next commit, which the first of them
 * leads. A step that is alone goes straight through.
 *
 * A step sees the changes of those before it, as if each had a transaction of
 * its own. One that makes the transaction fail harms no other: the batch is
 * undone and each of its steps runs again alone (store.h: a step may be run
 * more than once). No answer is given before its commit is on disk.
 *
 * An engine that is far away has not every row here. A step that needs one
 * which is missing ends there, and those after it run all the same, for what
 * they miss is then fetched with it; then all run again. Their number does not
 * add to the flights.
 */
#include "base/permit.h"
#include "store/internal.h"
#include "store/newest.h"

static bool
is_far(const struct store *s)
{
	return s->engine->fetch != NULL;
}

/* Whether T has failed only because something is not here yet; then what comes
 * after may go on, to say what else is not. */
static bool
has_missed(struct store_txn *t)
{
	if (t->failed != ERR_AGAIN || !is_far(t->store))
		return false;
	t->failed = OK;
	return true;
}

static enum err
run_steps(struct store_txn *t, struct waiter *first, size_t count)
{
	struct waiter *w = first;
	bool missed = false;

	t->expiring = 0;
	for (size_t i = 0; i < count && t->failed == OK; i++, w = w->next) {
		w->answer = w->step(t, w->arg);
		missed |= has_missed(t);
		if (missed) /* what follows is not meant */
			t->failed = OK;
	}
	/* More than was added, or the expired would pile up; and last, so that
	 * the work is not lost to a step that fails. */
	if (t->failed == OK && !is_far(t->store))
		store_sweep(t, first->now, t->expiring + count * STORE_SWEEP);
	if (t->failed == OK)
		store_note_time(t, first->now);
	return missed ? ERR_AGAIN : t->failed;
}

/* Runs the COUNT steps from FIRST in T until nothing is missing. */
static enum err
run_all(struct store_txn *t, struct waiter *first, size_t count)
{
	enum err e = run_steps(t, first, count);

	for (int i = 0; e == ERR_AGAIN && is_far(t->store); i++) {
		e = t->engine->fetch(t->txn);
		if (e == OK && i == STORE_FETCHES_MAX)
			e = t->engine->direct(t->txn);
		if (e != OK || i > STORE_FETCHES_MAX + 1)
			return e;
		t->failed = OK;
		e = run_steps(t, first, count);
	}
	return e;
}

/* Runs the COUNT steps from FIRST in one transaction. OK once it is on disk;
 * else why nothing of it is kept. */
static enum err
attempt(struct store *s, struct waiter *first, size_t count)
{
	struct store_txn t = {.store = s, .engine = s->engine};
	enum err e = s->engine->begin(s->db, true, &t.txn);

	if (e != OK)
		return e;
	e = run_all(&t, first, count);
	s->expiring += t.expiring;
	if (e == OK)
		return s->engine->commit(t.txn);
	s->engine->abort(t.txn);
	return e;
}

static enum err
insist(struct store *s, struct waiter *first, size_t count)
{
	int tries = STORE_TRIES_MAX;
	enum err e = ERR_AGAIN;

	if (is_far(s) && count > 1)
		tries = STORE_CONFLICTS_MAX;
	for (; tries > 0 && e == ERR_AGAIN; tries--)
		e = attempt(s, first, count);
	return e == ERR_AGAIN ? ERR_BUSY : e;
}

static void
refuse_all(struct waiter *first, size_t count, enum err e)
{
	for (; count > 0; count--, first = first->next)
		first->answer = e;
}

/* One commit for all, or, if that fails, one for each. */
static void
run_batch(struct store *s, struct waiter *first, size_t count)
{
	enum err e = insist(s, first, count);

	if (e == OK)
		return;
	if (count == 1 || e == ERR_UNAVAILABLE) {
		refuse_all(first, count, e);
		return;
	}
	for (struct waiter *w = first; count > 0; count--, w = w->next) {
		e = insist(s, w, 1);
		if (e != OK)
			w->answer = e;
	}
}

static enum err
sweep_step(struct store_txn *t, void *arg)
{
	store_sweep(t, *(int64_t *)arg,
	    t->store->expiring + STORE_SWEEP_EVERY * STORE_SWEEP);
	return OK;
}

/* Where steps of other hosts would meet at the same oldest records, few batches
 * sweep, in a transaction of its own. One that meets another host's twice
 * leaves it to that. */
static void
sweep_now_and_then(struct store *s, int64_t now)
{
	struct waiter w = {.step = sweep_step, .arg = &now, .now = now};
	enum err e;

	if (!is_far(s) || ++s->batches < STORE_SWEEP_EVERY)
		return;
	s->batches = 0;
	e = attempt(s, &w, 1);
	if (e == ERR_AGAIN)
		e = attempt(s, &w, 1);
	if (e == OK)
		s->expiring = 0;
}

/* Leads one batch. The next one is under way before those of this one are
 * woken: the disk is what everybody waits for. */
static void
lead(struct store *s)
{
	struct waiter *first, *next;
	size_t count;
	int64_t now;

	first = store_queue_take(&s->writes, &count);
	now = first->now;
	run_batch(s, first, count);
	sweep_now_and_then(s, now);
	store_queue_pass_on(&s->writes);
	for (; count > 0; count--, first = next) {
		/* Once it is told, it may be gone. */
		next = first->next;
		store_queue_tell(first);
	}
}

enum err
store_write(struct store *s, int64_t now, store_step *step, void *arg)
{
	struct waiter w = {.step = step, .arg = arg, .now = now};

	permit_give_up(); /* who leads waits for the disk, too */
	if (store_queue_wait(&s->writes, &w)) {
		lead(s);
		sem_destroy(&w.told);
	}
	return w.answer;
}
