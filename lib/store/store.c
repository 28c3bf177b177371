/* Steps that read, and what fails in any. */
#include "base/permit.h"
#include "store/internal.h"

struct read_ctx {
	struct store_txn txn;
	store_step *step;
	void *arg;
	enum err answer;
};

static void
run_read_step(void *arg)
{
	struct read_ctx *r = arg;

	r->answer = r->step(&r->txn, r->arg);
}

static enum err
try_read(struct store *s, struct read_ctx *r)
{
	enum err e;

	r->txn = (struct store_txn){.store = s, .engine = s->engine};
	e = s->engine->begin(s->db, false, &r->txn.txn);
	if (e != OK)
		return e;
	e = s->engine->guard(r->txn.txn, run_read_step, r);
	s->engine->abort(r->txn.txn);
	if (e == OK)
		e = r->txn.failed;
	return e;
}

enum err
store_read(struct store *s, store_step *step, void *arg)
{
	struct read_ctx r = {.step = step, .arg = arg};
	enum err e = ERR_AGAIN;

	if (s->engine->fetch != NULL) {
		permit_give_up(); /* it waits for the network */
		return store_read_gathered(s, step, arg);
	}
	for (int i = 0; i < STORE_TRIES_MAX && e == ERR_AGAIN; i++)
		e = try_read(s, &r);
	if (e == ERR_AGAIN)
		return ERR_BUSY;
	return e != OK ? e : r.answer;
}

void
store_fail(struct store_txn *t, enum err e)
{
	if (t->failed == OK)
		t->failed = e;
}

enum err
store_failed(const struct store_txn *t)
{
	return t->failed;
}
