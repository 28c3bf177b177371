/*
 * An engine that is a library of its own (lib/store/pgsql), loaded only where
 * settings ask for it, so that no other program has what it needs in memory.
 * This is what it needs of the program, and how it is found.
 */
#ifndef LK_STORE_ENGINE_HOST_H
#define LK_STORE_ENGINE_HOST_H

#include "store/engine.h"

/* Of struct engine, struct engine_host, and the tables: a library of another
 * build is not used. */
#define ENGINE_VERSION (1000 * 5 + ENGINE_TABLES)

/* base/log.h, base/err.h */
struct engine_host {
	unsigned version; /* ENGINE_VERSION */
	void (*log_fault)(const char *what, ...);
	void (*log_note)(const char *what, ...);
	const char *(*err_name)(enum err e);
};

/* The one name in the library: its engine; NULL if it is of another build.
 * HOST must stay. */
#define ENGINE_SYMBOL "latchkey_engine"
typedef const struct engine *engine_entry(const struct engine_host *host);

/* PostgreSQL's, loaded once; NULL: it is not installed, or not of this build.
 */
const struct engine *engine_load_pgsql(void);

/* Why it is not loaded, and what to install; NULL if it was not wanted. */
const char *engine_load_refusal(void);

#endif
