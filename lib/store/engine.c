#include "store/engine.h"

#include "base/str.h"

const struct engine *
engine_find(const struct store_settings *settings)
{
	static const struct engine *const engines[] = {&engine_lmdb};

	if (settings->engine == NULL)
		return engines[0];
	for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
		if (str_equal(engines[i]->name, settings->engine))
			return engines[i];
	return NULL;
}
