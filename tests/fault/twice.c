/*
 * An engine that runs every step twice, as one across a network may. It undoes
 * the first try of a write and asks for another, and it reads what is read
 * again. What keeps the store is the engine of the settings. The programs that
 * tests run are linked with this file; $LATCHKEY_TEST_TWICE chooses it.
 */
#include "base/str.h"
#include "store/engine_host.h"

#include <stdlib.h>

static bool again; /* of one writer at a time */
static const struct engine *kept;

static enum err
commit_second(struct engine_txn *t)
{
	again = !again;
	if (!again)
		return kept->commit(t);
	kept->abort(t);
	return ERR_AGAIN;
}

static enum err
guard_both(struct engine_txn *t, void (*work)(void *arg), void *arg)
{
	enum err e = kept->guard(t, work, arg);

	return e == OK ? kept->guard(t, work, arg) : e;
}

const struct engine *
engine_find(const struct store_settings *settings)
{
	static struct engine twice;

	kept = &engine_lmdb;
	if (settings->engine != NULL &&
	    str_equal(settings->engine, "postgresql"))
		kept = engine_load_pgsql();
	if (kept == NULL || getenv("LATCHKEY_TEST_TWICE") == NULL)
		return kept;
	twice = *kept;
	twice.name = "twice";
	twice.commit = commit_second;
	twice.guard = guard_both;
	return &twice;
}
