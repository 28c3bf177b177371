/* An engine that is a library of its own. */
#include "base/beside.h"
#include "base/library.h"
#include "base/log.h"
#include "store/engine_host.h"

static const struct engine *
load(const char *library)
{
	static const struct engine_host host = {
	    .version = ENGINE_VERSION,
	    .log_fault = log_fault,
	    .log_note = log_note,
	    .err_name = err_name,
	};
	const char *why = "is not installed";
	const struct engine *engine = NULL;
	char path[BESIDE_PATH_CAP];
	engine_entry *entry;
	void *loaded;

	if (beside_find_library(path, library) == OK) {
		why = "cannot be loaded: what it needs is missing, or this "
		      "latchkey has everything linked in";
		loaded = library_open(path);
		if (loaded != NULL &&
		    library_find(loaded, ENGINE_SYMBOL, &entry)) {
			engine = entry(&host);
			why = "is of another version of latchkey";
		}
	}
	if (engine == NULL)
		log_fault("store_failed", "library", library, "why", why, NULL);
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
