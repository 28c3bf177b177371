/*
 * PostgreSQL as an engine (store/engine.h), for more than one machine: a server
 * that all programs of all hosts connect to. What a transaction needs comes in
 * flights, and its steps run again when it has come.
 */
#include "store/pgsql/internal.h"

#include "store/engine_host.h"

#include <stdlib.h>

static enum err
pgsql_get(struct engine_txn *t, unsigned table, const struct engine_bytes *key,
    struct engine_bytes *value)
{
	struct row *row = rows_place(&t->rows, table, key);
	enum err e = OK;

	if (row == NULL)
		return ERR_NO_MEMORY;
	if (row_is_open(row))
		e = fetch_row(t, row);
	if (e != OK)
		return e;
	if (!row_is_live(row))
		return ERR_NOT_FOUND;
	*value = row->change == PUT
		     ? (struct engine_bytes){row->new, row->new_len}
		     : (struct engine_bytes){row->value, row->len};
	return OK;
}

/* Remembers that ROW is to be written. */
static enum err
list(struct engine_txn *t, struct row *row)
{
	if (row->listed)
		return OK;
	if (t->changed_count == t->changed_cap) {
		const size_t cap =
		    t->changed_cap == 0 ? 64 : 2 * t->changed_cap;
		struct row **more = realloc(t->changed, cap * sizeof *more);

		if (more == NULL)
			return ERR_NO_MEMORY;
		t->changed = more;
		t->changed_cap = cap;
	}
	t->changed[t->changed_count++] = row;
	row->listed = true;
	return OK;
}

static enum err
change(struct engine_txn *t, struct row *row, enum change how)
{
	enum err e = list(t, row);

	if (e == OK)
		row->change = (uint8_t)how;
	return e;
}

static enum err
pgsql_hold(struct engine_txn *t, unsigned table, const struct engine_bytes *key)
{
	struct row *row = rows_place(&t->rows, table, key);
	enum err e = OK;

	if (row == NULL)
		return ERR_NO_MEMORY;
	if (!t->writes)
		return OK;
	if (row_is_open(row))
		e = fetch_row(t, row);
	if (e == OK)
		e = list(t, row);
	if (e == OK)
		row->held = true;
	return e;
}

static enum err
pgsql_put(struct engine_txn *t, unsigned table, const struct engine_bytes *key,
    size_t len, uint8_t **room)
{
	struct row *row = rows_place(&t->rows, table, key);
	uint8_t *bytes = arena_take(&t->rows.own, len);

	*room = bytes;
	if (row == NULL || bytes == NULL)
		return ERR_NO_MEMORY;
	row->new = bytes;
	row->new_len = len;
	return change(t, row, PUT);
}

/* An entry of an index is there if its record says so, which was read: it is
 * not asked for, too. */
static enum err
pgsql_del(struct engine_txn *t, unsigned table, const struct engine_bytes *key)
{
	struct row *row = rows_place(&t->rows, table, key);
	enum err e = OK;

	if (row == NULL)
		return ERR_NO_MEMORY;
	if (row_is_open(row) && table < TABLE_COUNT)
		e = fetch_row(t, row);
	if (e != OK)
		return e;
	if (!row_is_open(row) && !row_is_live(row))
		return ERR_NOT_FOUND;
	return change(t, row, DELETED);
}

static void
pgsql_want(struct engine_txn *t, unsigned table, const struct engine_bytes *key)
{
	struct row *row = rows_place(&t->rows, table, key);

	if (row != NULL && row_is_open(row))
		fetch_later(t, row);
}

static void
pgsql_expect_none(
    struct engine_txn *t, unsigned table, const struct engine_bytes *key)
{
	struct row *row = rows_place(&t->rows, table, key);

	if (row != NULL && row_is_open(row))
		row->known = true;
}

/* By how much what T has changed makes it more. */
static int64_t
count_change(const struct row *row)
{
	return (int64_t)row_is_live(row) - (int64_t)row->exists;
}

static enum err
pgsql_count(struct engine_txn *t, unsigned table, uint64_t *n)
{
	enum err e = OK;
	int64_t more = 0;

	if (!t->counts[table].known)
		e = fetch_count(t, table);
	for (size_t i = 0; e == OK && i < t->changed_count; i++) {
		struct row *row = t->changed[i];

		if (row->table != table + 1)
			continue;
		if (!row->known)
			e = fetch_row(t, row);
		more += count_change(row);
	}
	*n = t->counts[table].n + (uint64_t)more;
	return e;
}

/* Memory is read, no file. */
static enum err
pgsql_guard(struct engine_txn *t, void (*work)(void *arg), void *arg)
{
	(void)t;
	work(arg);
	return OK;
}

static unsigned
pgsql_generation(struct engine_db *db)
{
	return db->generation;
}

static bool
pgsql_is_lost(const struct engine_db *db)
{
	(void)db;
	return false;
}

/* There is no file: who wants one transfers all rows into one. */
static enum err
pgsql_copy(struct engine_db *db, int fd)
{
	(void)db, (void)fd;
	return ERR_UNSUPPORTED;
}

static enum err
pgsql_claim(const struct store_settings *settings, int *fd, int64_t *holder)
{
	(void)settings, (void)fd, (void)holder;
	return ERR_UNSUPPORTED;
}

static const struct engine engine_pgsql = {
    .name = "postgresql",
    .open = pgsql_open,
    .close = pgsql_close,
    .advice = pgsql_advice,
    .generation = pgsql_generation,
    .is_lost = pgsql_is_lost,
    .renew = pgsql_renew,
    .measure = pgsql_measure,
    .copy = pgsql_copy,
    .claim = pgsql_claim,
    .begin = pgsql_begin,
    .commit = pgsql_commit,
    .abort = pgsql_abort,
    .guard = pgsql_guard,
    .get = pgsql_get,
    .put = pgsql_put,
    .hold = pgsql_hold,
    .del = pgsql_del,
    .count = pgsql_count,
    .cursor_open = pgsql_cursor_open,
    .cursor_move = pgsql_cursor_move,
    .cursor_back = pgsql_cursor_back,
    .cursor_close = pgsql_cursor_close,
    .fetch = pgsql_fetch,
    .want = pgsql_want,
    .expect_none = pgsql_expect_none,
    .direct = pgsql_direct,
    .forget = pgsql_forget,
    .replace = pgsql_replace,
    .seclude = pgsql_seclude,
    .retire = pgsql_retire,
};

__attribute__((visibility("default"))) engine_entry latchkey_engine;

const struct engine *
latchkey_engine(const struct engine_host *host)
{
	if (host->version != ENGINE_VERSION)
		return NULL;
	pgsql_host = host;
	return &engine_pgsql;
}
