/*
 * Commits without grouping, for `make bench`: each step has a transaction of
 * its own. Linked before the archive, whose store/commit.c is then not taken,
 * it makes a `token` that shows what grouping gives many, and costs one alone.
 */
#include "base/permit.h"
#include "store/internal.h"

static enum err
attempt(
    struct store *s, int64_t now, store_step *step, void *arg, enum err *answer)
{
	struct store_txn t = {.store = s, .engine = s->engine};
	enum err e = s->engine->begin(s->db, true, &t.txn);

	if (e != OK)
		return e;
	*answer = step(&t, arg);
	store_sweep(&t, now, t.expiring + STORE_SWEEP);
	if (t.failed == OK)
		return s->engine->commit(t.txn);
	s->engine->abort(t.txn);
	return t.failed;
}

enum err
store_write(struct store *s, int64_t now, store_step *step, void *arg)
{
	enum err answer = OK, e = ERR_AGAIN;

	permit_give_up();
	for (int i = 0; i < STORE_TRIES_MAX && e == ERR_AGAIN; i++)
		e = attempt(s, now, step, arg, &answer);
	return e == OK ? answer : e;
}
