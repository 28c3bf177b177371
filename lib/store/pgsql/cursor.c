/* Cursors over what is here, with what the transaction has changed. */
#include "store/pgsql/internal.h"

#include <string.h>

enum err
pgsql_cursor_open(
    struct engine_txn *t, unsigned table, struct engine_cursor **c)
{
	for (size_t i = 0; i < ENGINE_CURSORS_MAX; i++)
		if (t->cursors[i].t == NULL) {
			*c = &t->cursors[i];
			(*c)->t = t;
			(*c)->table = table;
			(*c)->moved = false;
			(*c)->key_len = 0;
			return OK;
		}
	*c = NULL;
	return ERR_NO_SPACE;
}

void
pgsql_cursor_close(struct engine_cursor *c)
{
	c->t = NULL;
}

/* A place between keys: KEY itself, or just after it. */
struct place {
	uint8_t bytes[ENGINE_KEY_MAX + 2];
	struct engine_bytes key;
};

static void
set_place(struct place *p, const uint8_t *key, size_t len, bool after)
{
	if (len > ENGINE_KEY_MAX + 1)
		len = ENGINE_KEY_MAX + 1;
	if (len > 0)
		memcpy(p->bytes, key, len);
	if (after)
		p->bytes[len++] = 0; /* the least that is */
	p->key = (struct engine_bytes){p->bytes, len};
}

static void
arrive(struct engine_cursor *c, const struct row *row, struct engine_bytes *key,
    struct engine_bytes *value)
{
	c->moved = true;
	c->key_len = row->key_len;
	if (row->key_len > 0)
		memcpy(c->key, row->key, row->key_len);
	*key = (struct engine_bytes){row->key, row->key_len};
	*value = row->change == PUT
		     ? (struct engine_bytes){row->new, row->new_len}
		     : (struct engine_bytes){row->value, row->len};
}

/* The first live row from P on; where it is not known whether there is one, P
 * is moved there, and it is ERR_AGAIN. */
static enum err
look_up(
    const struct engine_cursor *c, struct place *p, const struct row **found)
{
	struct row *before[ROWS_LEVELS];
	const struct row *row =
	    rows_seek(&c->t->rows, c->table, &p->key, before);

	if (!row_is_at(row, c->table, &p->key) && !before[0]->gap)
		return ERR_AGAIN;
	for (; row != NULL && row->table == c->table + 1; row = row->next[0]) {
		*found = row;
		if (row_is_live(row))
			return OK;
		if (!row_is_open(row) && row->gap)
			continue;
		set_place(p, row->key, row->key_len, !row_is_open(row));
		return ERR_AGAIN;
	}
	return ERR_NOT_FOUND;
}

/* The last live row before P, which no bytes put after the last. */
static enum err
look_down(
    const struct engine_cursor *c, struct place *p, const struct row **found)
{
	struct row *before[ROWS_LEVELS];
	const struct row *row;

	for (;;) {
		(void)rows_seek(&c->t->rows,
		    p->key.len == 0 ? c->table + 1 : c->table, &p->key, before);
		row = before[0];
		if (!row->gap)
			return ERR_AGAIN;
		if (row->table != c->table + 1 || row->key_len == 0)
			return ERR_NOT_FOUND;
		*found = row;
		if (row_is_live(row))
			return OK;
		set_place(p, row->key, row->key_len, row_is_open(row));
		if (row_is_open(row))
			return ERR_AGAIN;
	}
}

static enum err
look(struct engine_cursor *c, bool up, struct place *p,
    struct engine_bytes *key, struct engine_bytes *value)
{
	const struct row *row;
	enum err e = OK;

	while (e == OK) {
		e = up ? look_up(c, p, &row) : look_down(c, p, &row);
		if (e == OK) {
			arrive(c, row, key, value);
			return OK;
		}
		if (e == ERR_AGAIN)
			e = fetch_range(c->t, up, c->table, &p->key);
	}
	return e;
}

enum err
pgsql_cursor_move(struct engine_cursor *c, const struct engine_bytes *from,
    struct engine_bytes *key, struct engine_bytes *value)
{
	struct place p;

	if (from != NULL)
		set_place(&p, from->bytes, from->len, false);
	else
		set_place(&p, c->key, c->key_len, c->moved);
	return look(c, true, &p, key, value);
}

enum err
pgsql_cursor_back(struct engine_cursor *c, const struct engine_bytes *before,
    struct engine_bytes *key, struct engine_bytes *value)
{
	struct place p;

	if (before != NULL)
		set_place(&p, before->bytes, before->len, false);
	else
		set_place(&p, c->key, c->key_len, false);
	return look(c, false, &p, key, value);
}
