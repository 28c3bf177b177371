/* An engine that is a library of its own. */
#include "base/beside.h"
#include "base/library.h"
#include "base/log.h"
#include "store/engine_host.h"

static const char *refusal;

static const struct engine *
load(const char *library)
{
	static const struct engine_host host = {
	    .version = ENGINE_VERSION,
	    .log_fault = log_fault,
	    .log_note = log_note,
	    .err_name = err_name,
	};
	const struct engine *engine = NULL;
	char path[BESIDE_PATH_CAP];
	engine_entry *entry;
	void *loaded;

	refusal = "the engine for PostgreSQL is not installed; install the "
		  "package latchkey-pgsql";
	if (beside_find_library(path, library) != OK)
		return NULL;
	loaded = library_open(path);
	refusal = "the engine for PostgreSQL cannot be loaded; install the "
		  "package libpq5, and no latchkey that has everything linked "
		  "in";
	if (loaded == NULL || !library_find(loaded, ENGINE_SYMBOL, &entry))
		return NULL;
	engine = entry(&host);
	refusal = engine == NULL
		      ? "the engine for PostgreSQL is of another version; "
			"install the package latchkey-pgsql of this latchkey's"
		      : NULL;
	return engine;
}

const struct engine *
engine_load_pgsql(void)
{
	static const struct engine *engine;

	if (engine == NULL)
		engine = load("latchkey-pgsql.so");
	return engine;
}

const char *
engine_load_refusal(void)
{
	return refusal;
}
