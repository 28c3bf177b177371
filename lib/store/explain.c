/* What is wrong with a store, for the administrator, and what to do. */
#include "base/buf.h"
#include "store/engine_host.h"
#include "store/internal.h"

static const char *
advice(enum err e, const struct engine *engine)
{
	static const struct {
		enum err err;
		const char *advice;
	} lines[] = {
	    {ERR_EXISTS, "there is a store already"},
	    {ERR_CORRUPT, "is not a latchkey store, or is damaged; restore a "
			  "backup"},
	    {ERR_VERSION, "was written by a newer latchkey; upgrade this one"},
	    {ERR_OUTDATED, "was written by a latchkey from before the first "
			   "release, which this one does not read; make a new "
			   "data directory with `latchkey init`"},
	    {ERR_NO_SPACE, "has no room; free some space on its disk"},
	    {ERR_NO_MEMORY, "out of memory"},
	    {ERR_UNSUPPORTED, "the engine of this store is not there; install "
			      "the package latchkey-pgsql, of the same version "
			      "(static programs have LMDB alone)"},
	};
	const char *line =
	    engine != NULL ? engine->advice(e) : engine_load_refusal();

	for (size_t i = 0; line == NULL && i < sizeof lines / sizeof *lines;
	     i++)
		if (lines[i].err == e)
			line = lines[i].advice;
	return line != NULL ? line
			    : "cannot be read or written; see the system log";
}

enum err
store_explain(enum err e, const struct engine *engine, const char *name,
    char *message, size_t message_cap)
{
	struct buf b;

	if (e == OK || message_cap == 0)
		return e;
	buf_init(&b, message, message_cap);
	buf_printf(&b, "%s: %s", name, advice(e, engine));
	return e;
}
