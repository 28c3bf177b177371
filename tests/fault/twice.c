/*
 * An engine that runs every step twice, as an engine across a network may. It
 * undoes the first try of a write and asks for another, and it reads what is
 * read again. The store itself is LMDB. The programs that tests run are linked
 * with this file; $LATCHKEY_TEST_TWICE chooses the engine.
 */
#include "store/engine.h"

#include <stdlib.h>

static bool again; /* of one writer at a time */

static enum err
commit_second(struct engine_txn *t)
{
	again = !again;
	if (!again)
		return engine_lmdb.commit(t);
	engine_lmdb.abort(t);
	return ERR_AGAIN;
}

static enum err
guard_both(struct engine_txn *t, void (*work)(void *arg), void *arg)
{
	enum err e = engine_lmdb.guard(t, work, arg);

	return e == OK ? engine_lmdb.guard(t, work, arg) : e;
}

const struct engine *
engine_find(const struct store_settings *settings)
{
	static struct engine twice;

	(void)settings;
	if (getenv("LATCHKEY_TEST_TWICE") == NULL)
		return &engine_lmdb;
	twice = engine_lmdb;
	twice.name = "twice";
	twice.commit = commit_second;
	twice.guard = guard_both;
	return &twice;
}
