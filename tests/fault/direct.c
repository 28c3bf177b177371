/*
 * An engine across a network would run a step again, when what it asked for has
 * come. The steps of some unit programs check as they go, and run once: each
 * call waits for what it needs. Those programs are linked with this file.
 */
#include "store/engine_host.h"

static const struct engine *kept;

static enum err
begin_waiting(struct engine_db *db, bool write, struct engine_txn **t)
{
	enum err e = kept->begin(db, write, t);

	if (e == OK)
		e = kept->direct(*t);
	return e;
}

const struct engine *
engine_find(const struct store_settings *settings)
{
	static struct engine waiting;

	if (settings->engine == NULL)
		return &engine_lmdb;
	kept = engine_load_pgsql();
	if (kept == NULL)
		return NULL;
	waiting = *kept;
	waiting.begin = begin_waiting;
	return &waiting;
}
