/*
 * The settings of a store of a test's own. $LATCHKEY_TEST_STORE, if it is
 * "postgresql:" and a connection string, says where it is; else it is in the
 * scratch directory.
 */
#ifndef LK_TESTS_SCRATCH_SETTINGS_H
#define LK_TESTS_SCRATCH_SETTINGS_H

#include "scratch.h"
#include "store/store.h"

#include <string.h>

/* Those of process PID, whose directory is DIR. */
static inline const struct store_settings *
scratch_settings_of(const char *dir, pid_t pid)
{
	static struct store_settings settings;
	static char where[512];
	const char *store = getenv("LATCHKEY_TEST_STORE");
	const char *colon = store != NULL ? strchr(store, ':') : NULL;

	settings.dir = dir;
	if (colon == NULL)
		return &settings;
	snprintf(where, sizeof where, "%s options='-c search_path=unit_%d'",
	    colon + 1, (int)pid);
	settings.engine = "postgresql";
	settings.where = where;
	return &settings;
}

static inline const struct store_settings *
scratch_settings(void)
{
	return scratch_settings_of(scratch_dir(), getpid());
}

#endif
