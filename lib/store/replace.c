/*
 * All that a store has takes the place of another, whose engine can be given
 * all rows at once. Its own indexes go with them, as in transfer.c.
 */
#include "store/internal.h"

struct replacing {
	struct store_txn *from;
	const struct store_settings *settings;
	unsigned table;               /* the one that is read */
	struct engine_cursor *cursor; /* in it; NULL: not begun */
	struct engine_rows rows;
	enum err answer;
	bool done;
};

/* ERR_NOT_FOUND: that table has no more. */
static enum err
next_in_table(
    struct replacing *r, struct engine_bytes *key, struct engine_bytes *value)
{
	enum err e;

	if (r->cursor == NULL)
		r->cursor = store_cursor_open(r->from, r->table);
	if (r->cursor == NULL)
		return r->from->failed;
	e = r->from->engine->cursor_move(r->cursor, NULL, key, value);
	if (e == ERR_NOT_FOUND) {
		r->from->engine->cursor_close(r->cursor);
		r->cursor = NULL;
	}
	return e;
}

static enum err
next_row(void *arg, unsigned *table, struct engine_bytes *key,
    struct engine_bytes *value)
{
	struct replacing *r = arg;
	enum err e = ERR_NOT_FOUND;

	for (; r->table < ENGINE_TABLES; r->table++) {
		*table = r->table;
		e = next_in_table(r, key, value);
		if (e != ERR_NOT_FOUND)
			break;
	}
	return e;
}

/* Where an engine reads twice to be sure, this is not done twice. */
static void
give_all_rows(void *arg)
{
	struct replacing *r = arg;
	const struct engine *engine = engine_find(r->settings);

	if (r->done)
		return;
	r->answer = engine != NULL && engine->replace != NULL
			? engine->replace(r->settings, &r->rows)
			: ERR_UNSUPPORTED;
	r->done = true;
}

enum err
store_replace(struct store *from, const struct store_settings *settings,
    bool replaces, store_ready *ready, void *arg, char *message,
    size_t message_cap)
{
	struct store_txn t = {.store = from, .engine = from->engine};
	struct replacing r = {.from = &t, .settings = settings};
	enum err e = from->engine->begin(from->db, true, &t.txn);

	if (e != OK)
		return store_explain(
		    e, from->engine, from->name, message, message_cap);
	r.rows = (struct engine_rows){next_row, ready, &r, arg, replaces};
	if (from->engine->direct != NULL)
		e = from->engine->direct(t.txn);
	if (e == OK)
		e = from->engine->guard(t.txn, give_all_rows, &r);
	from->engine->abort(t.txn);
	if (e == OK)
		e = r.answer;
	return store_explain(
	    e, engine_find(settings), settings->dir, message, message_cap);
}
