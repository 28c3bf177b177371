#include "store/engine.h"

#include "base/str.h"
#include "store/engine_host.h"

const struct engine *
engine_find(const struct store_settings *settings)
{
	if (settings->engine == NULL ||
	    str_equal(settings->engine, engine_lmdb.name))
		return &engine_lmdb;
	if (str_equal(settings->engine, "postgresql"))
		return engine_load_pgsql();
	return NULL;
}
