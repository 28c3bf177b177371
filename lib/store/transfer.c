/*
 * All that a store has is put into another, of the same engine or another: row
 * by row, its own indexes as well, so that both are the same.
 *
 * What is read is read in a transaction that writes, if only by its name: so
 * no one else changes it in the meantime, where an engine has one writer; where
 * it has more, those are kept out of a store that is left.
 */
#include "store/internal.h"

#include <string.h>

enum { ROWS_AT_ONCE = 1000 };

struct transfer {
	struct store *to;
	struct store_txn *from;
	unsigned table;
	struct engine_cursor *cursor;
	struct engine_bytes key, value; /* the row to be put next */
	uint64_t rows;
};

/* Puts the rows from the cursor's on. ERR_NOT_FOUND: these were the last. */
static enum err
put_rows(struct transfer *x, struct engine_txn *to)
{
	enum err e = OK;
	uint8_t *room;

	for (int n = 0; n < ROWS_AT_ONCE && e == OK; n++) {
		e = x->to->engine->put(
		    to, x->table, &x->key, x->value.len, &room);
		if (e != OK)
			return e;
		memcpy(room, x->value.bytes, x->value.len);
		e = x->from->engine->cursor_move(
		    x->cursor, NULL, &x->key, &x->value);
	}
	return e;
}

/* One transaction of the other's. If it is to be done again, the cursor goes
 * back to where it began. */
static enum err
put_batch(struct transfer *x)
{
	const struct engine *engine = x->to->engine;
	uint8_t bytes[ENGINE_KEY_MAX];
	struct engine_bytes first = {bytes, x->key.len};
	struct engine_txn *to;
	enum err e, last;

	memcpy(bytes, x->key.bytes, x->key.len);
	e = engine->begin(x->to->db, true, &to);
	if (e != OK)
		return e;
	last = put_rows(x, to);
	if (last == OK || last == ERR_NOT_FOUND)
		e = engine->commit(to);
	else {
		engine->abort(to);
		e = last;
	}
	if (e == OK)
		return last;
	if (e == ERR_AGAIN && x->from->engine->cursor_move(
				  x->cursor, &first, &x->key, &x->value) != OK)
		e = ERR_CORRUPT;
	return e;
}

/* What was read so far need not be held: all of it may be more than there is
 * memory. The row to be put next is read again. */
static enum err
forget_rows(struct transfer *x)
{
	const struct engine *engine = x->from->engine;
	uint8_t bytes[ENGINE_KEY_MAX];
	const struct engine_bytes first = {bytes, x->key.len};
	enum err e;

	if (engine->forget == NULL)
		return OK;
	memcpy(bytes, x->key.bytes, x->key.len);
	e = engine->forget(x->from->txn);
	return e == OK
		   ? engine->cursor_move(x->cursor, &first, &x->key, &x->value)
		   : e;
}

static enum err
transfer_rows(struct transfer *x)
{
	int tries = 0;
	enum err e =
	    x->from->engine->cursor_move(x->cursor, NULL, &x->key, &x->value);

	while (e == OK || (e == ERR_AGAIN && tries < STORE_TRIES_MAX)) {
		tries = e == OK ? 0 : tries + 1;
		e = put_batch(x);
		if (e == OK)
			e = forget_rows(x);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Whether the other has as many now. */
static enum err
compare_counts(struct transfer *x)
{
	const struct engine *engine = x->to->engine;
	uint64_t here = 0, there = 0;
	struct engine_txn *to;
	enum err e = engine->begin(x->to->db, false, &to);

	if (e != OK)
		return e;
	if (engine->direct != NULL)
		e = engine->direct(to);
	if (e == OK)
		e = engine->count(to, x->table, &there);
	engine->abort(to);
	if (e == OK)
		e = x->from->engine->count(x->from->txn, x->table, &here);
	x->rows += here;
	return e == OK && here != there ? ERR_CORRUPT : e;
}

static enum err
transfer_table(struct transfer *x)
{
	enum err e;

	x->cursor = store_cursor_open(x->from, x->table);
	if (x->cursor == NULL)
		return x->from->failed;
	e = transfer_rows(x);
	x->from->engine->cursor_close(x->cursor);
	return e == OK ? compare_counts(x) : e;
}

static void
transfer_all(void *arg)
{
	struct transfer *x = arg;
	enum err e = OK;

	for (x->table = 0; e == OK && x->table < ENGINE_TABLES; x->table++)
		e = transfer_table(x);
	if (e != OK)
		store_fail(x->from, e);
}

/* Begins, and if it is to be left, what no other writes to in the meantime. */
static enum err
begin_transfer(struct store *from, bool leaves, struct engine_txn **t)
{
	const struct engine *engine = from->engine;
	enum err e = engine->begin(from->db, true, t);

	if (e != OK)
		return e;
	if (leaves && engine->seclude != NULL)
		e = engine->seclude(*t);
	if (e == OK && engine->direct != NULL)
		e = engine->direct(*t);
	if (e != OK)
		engine->abort(*t);
	return e;
}

/* Ends T with the store it is of. */
static enum err
end_moved(struct store *from, struct engine_txn *t, uint64_t rows,
    store_moved *moved, void *arg)
{
	const struct engine *engine = from->engine;
	enum err e = engine->retire(t, false);

	if (e == OK)
		e = moved(arg, rows);
	if (e != OK && engine->begin(from->db, true, &t) == OK)
		(void)!engine->retire(t, true);
	return e;
}

static enum err
transfer(struct store *from, struct store *to, bool leaves, store_moved *moved,
    void *arg)
{
	struct store_txn t = {.store = from, .engine = from->engine};
	struct transfer x = {.to = to, .from = &t};
	enum err e = begin_transfer(from, leaves, &t.txn);

	if (e != OK)
		return e;
	e = from->engine->guard(t.txn, transfer_all, &x);
	if (e == OK)
		e = t.failed;
	if (e == OK && leaves && from->engine->retire != NULL)
		return end_moved(from, t.txn, x.rows, moved, arg);
	if (e == OK)
		e = moved(arg, x.rows);
	from->engine->abort(t.txn);
	return e;
}

enum err
store_transfer(
    struct store *from, struct store *to, store_moved *moved, void *arg)
{
	return transfer(from, to, false, moved, arg);
}

enum err
store_move(struct store *from, struct store *to, store_moved *moved, void *arg)
{
	return transfer(from, to, true, moved, arg);
}
