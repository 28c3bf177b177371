/*
 * An engine that is tried by its own functions alone, its store, and one
 * transaction in it, which must go well. The engine is the one that settings
 * choose when they name none, or that of $LATCHKEY_TEST_STORE.
 */
#ifndef LK_TESTS_ENGINE_TRIED_H
#define LK_TESTS_ENGINE_TRIED_H

#include "check.h"
#include "scratch_settings.h"
#include "store/engine.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE = TABLE_CODES, OTHER = TABLE_AUDIT };

static const struct engine *engine;
static struct engine_db *db;
static struct engine_txn *txn;
static struct store_settings settings;

static inline _Noreturn void
bail_out(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static inline void
choose_engine(void)
{
	settings = *scratch_settings();
	engine = engine_find(&settings);
	settings.engine = engine->name;
}

/* --- in one transaction, which must go well ------------------------------ */

/* One that is far away would bring nothing before it is told to. */
static inline enum err
begin_direct(bool write, struct engine_txn **t)
{
	enum err e = engine->begin(db, write, t);

	if (e == OK && engine->direct != NULL)
		e = engine->direct(*t);
	return e;
}

static inline void
begin(bool write)
{
	if (begin_direct(write, &txn) != OK)
		bail_out("no transaction");
}

static inline struct engine_bytes
key_of(const char *key)
{
	return (struct engine_bytes){(const uint8_t *)key, strlen(key)};
}

static inline enum err
put_bytes(unsigned table, const struct engine_bytes *key, const void *value,
    size_t len)
{
	uint8_t *room;
	enum err e = engine->put(txn, table, key, len, &room);

	if (e == OK && len > 0)
		memcpy(room, value, len);
	return e;
}

static inline bool
put(const char *key, const char *value)
{
	const struct engine_bytes k = key_of(key);

	return put_bytes(TABLE, &k, value, strlen(value)) == OK;
}

static inline enum err
del(const char *key)
{
	const struct engine_bytes k = key_of(key);

	return engine->del(txn, TABLE, &k);
}

/* Whether KEY has VALUE; NULL: it has none. */
static inline bool
has(const char *key, const char *value)
{
	const struct engine_bytes k = key_of(key);
	struct engine_bytes v;
	enum err e = engine->get(txn, TABLE, &k, &v);

	if (value == NULL)
		return e == ERR_NOT_FOUND;
	return e == OK && v.len == strlen(value) &&
	       memcmp(v.bytes, value, v.len) == 0;
}

static inline uint64_t
count(unsigned table)
{
	uint64_t n = UINT64_MAX;

	return engine->count(txn, table, &n) == OK ? n : UINT64_MAX;
}

/* Whether the cursor, moved to FROM or to the next, is then at KEY. */
static inline bool
moves_to(struct engine_cursor *c, const char *from, const char *key)
{
	struct engine_bytes f, k, v;
	enum err e;

	if (from != NULL)
		f = key_of(from);
	e = engine->cursor_move(c, from != NULL ? &f : NULL, &k, &v);
	if (key == NULL)
		return e == ERR_NOT_FOUND;
	return e == OK && k.len == strlen(key) &&
	       memcmp(k.bytes, key, k.len) == 0;
}

/* A store without records, and a transaction in it that writes. */
static inline void
begin_empty(void)
{
	struct engine_cursor *c;
	struct engine_bytes k, v;

	begin(true);
	if (engine->cursor_open(txn, TABLE, &c) != OK)
		bail_out("no cursor");
	while (engine->cursor_move(c, NULL, &k, &v) == OK)
		if (engine->del(txn, TABLE, &k) != OK)
			bail_out("not empty");
	engine->cursor_close(c);
}

/* --- opening ------------------------------------------------------------- */

static int checks; /* how often a store was asked whether it is ours */

static inline enum err
check_ours(void *arg, struct engine_txn *t)
{
	const struct engine_bytes k = key_of("schema");
	struct engine_bytes v;

	checks++;
	return engine->get(t, TABLE_META, &k, &v) == OK ? *(enum err *)arg
							: ERR_CORRUPT;
}

static inline enum err
open_it(bool create, enum err checked)
{
	return engine->open(&db,
	    &(struct engine_opening){&settings, create, check_ours, &checked});
}

/* A store of ours, and open. */
static inline void
make_store(void)
{
	const struct engine_bytes k = key_of("schema");

	if (open_it(true, OK) != OK)
		bail_out("no store");
	begin(true);
	if (put_bytes(TABLE_META, &k, "x", 1) != OK ||
	    engine->commit(txn) != OK)
		bail_out("no record");
}

#endif
