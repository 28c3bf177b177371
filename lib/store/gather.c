/*
 * Reads of an engine that is far away, for all that wait at once, as group
 * commit does: one transaction, so that all see one moment, and what each step
 * misses is fetched with what the others do. A step that has what it needs is
 * answered at once. One that misses again and again, for it reads much, does
 * not hold up the others: it goes on alone, and waits for each of its rows.
 */
#include "store/internal.h"

/* What W says instead of an answer: it is to be run alone. */
enum { TO_BE_ALONE = ERR_AGAIN };

struct gathered {
	struct store_txn txn;
	struct waiter *w;
};

static void
run_gathered(void *arg)
{
	struct gathered *g = arg;

	g->w->answer = g->w->step(&g->txn, g->w->arg);
}

/* Runs W's step in TXN; what it failed with. */
static enum err
run_one(struct store *s, struct engine_txn *txn, struct waiter *w)
{
	struct gathered g = {
	    .txn = {.store = s, .engine = s->engine, .txn = txn}, .w = w};
	enum err e = s->engine->guard(txn, run_gathered, &g);

	if (e == OK)
		e = g.txn.failed;
	if (e != OK)
		w->answer = e;
	return e;
}

/* Runs those from FIRST, and tells those that are done, except the leader
 * itself; the rest, in their order. */
static struct waiter *
run_round(struct store *s, struct engine_txn *txn, struct waiter *first,
    const struct waiter *leader)
{
	struct waiter *rest = NULL, **end = &rest, *next;

	for (; first != NULL; first = next) {
		next = first->next;
		if (run_one(s, txn, first) == ERR_AGAIN) {
			first->next = NULL;
			*end = first;
			end = &first->next;
		} else if (first != leader) {
			store_queue_tell(first);
		}
	}
	return rest;
}

static void
answer_rest(struct waiter *rest, const struct waiter *leader, enum err answer)
{
	struct waiter *next;

	for (; rest != NULL; rest = next) {
		next = rest->next;
		rest->answer = answer;
		if (rest != leader)
			store_queue_tell(rest);
	}
}

static void
lead_reads(struct store *s, struct waiter *leader)
{
	struct engine_txn *txn;
	struct waiter *rest, *last;
	size_t count;
	enum err e;

	rest = last = store_queue_take(&s->reads, &count);
	while (--count > 0)
		last = last->next;
	last->next = NULL;
	e = s->engine->begin(s->db, false, &txn);
	if (e == OK) {
		for (int i = 0; rest != NULL && i < STORE_FETCHES_MAX; i++) {
			rest = run_round(s, txn, rest, leader);
			if (rest != NULL && s->engine->fetch(txn) != OK)
				break;
		}
		s->engine->abort(txn);
	}
	store_queue_pass_on(&s->reads);
	answer_rest(rest, leader, e == OK ? (enum err)TO_BE_ALONE : e);
}

static enum err
read_alone(struct store *s, struct waiter *w)
{
	struct engine_txn *txn;
	enum err e = s->engine->begin(s->db, false, &txn);

	if (e != OK)
		return e;
	e = s->engine->direct(txn);
	if (e == OK)
		e = run_one(s, txn, w);
	s->engine->abort(txn);
	return e;
}

enum err
store_read_gathered(struct store *s, store_step *step, void *arg)
{
	struct waiter w = {.step = step, .arg = arg};
	enum err e = ERR_AGAIN;

	if (store_queue_wait(&s->reads, &w)) {
		lead_reads(s, &w);
		sem_destroy(&w.told);
	}
	if (w.answer != (enum err)TO_BE_ALONE)
		return w.answer;
	for (int i = 0; i < STORE_TRIES_MAX && e == ERR_AGAIN; i++)
		e = read_alone(s, &w);
	if (e == ERR_AGAIN)
		return ERR_BUSY;
	return e != OK ? e : w.answer;
}
