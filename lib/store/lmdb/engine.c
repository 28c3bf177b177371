/*
 * LMDB as an engine (store/engine.h): a B-tree in a file that all processes
 * have in memory, with one writer at a time, and readers that never wait.
 */
#include "store/lmdb/internal.h"

static MDB_val
val_of(const struct engine_bytes *b)
{
	return (MDB_val){b->len, (void *)(uintptr_t)b->bytes};
}

static struct engine_bytes
bytes_of(const MDB_val *v)
{
	return (struct engine_bytes){v->mv_data, v->mv_size};
}

static enum err
lmdb_get(struct engine_txn *t, unsigned table, const struct engine_bytes *key,
    struct engine_bytes *value)
{
	MDB_val k = val_of(key), v;
	int rc = mdb_get(t->txn, t->db->table[table], &k, &v);

	if (rc != 0)
		return lmdb_said(t, rc);
	*value = bytes_of(&v);
	return OK;
}

static enum err
lmdb_put(struct engine_txn *t, unsigned table, const struct engine_bytes *key,
    size_t len, uint8_t **room)
{
	MDB_val k = val_of(key), v = {len, NULL};
	int rc = mdb_put(t->txn, t->db->table[table], &k, &v, MDB_RESERVE);

	*room = v.mv_data;
	/* A damaged page may have no room, and LMDB does not say so. */
	if (rc == MDB_SUCCESS && v.mv_data == NULL)
		rc = MDB_CORRUPTED;
	return lmdb_said(t, rc);
}

static enum err
lmdb_del(struct engine_txn *t, unsigned table, const struct engine_bytes *key)
{
	MDB_val k = val_of(key);

	return lmdb_said(t, mdb_del(t->txn, t->db->table[table], &k, NULL));
}

static enum err
lmdb_count(struct engine_txn *t, unsigned table, uint64_t *n)
{
	MDB_stat stat = {0};
	int rc = mdb_stat(t->txn, t->db->table[table], &stat);

	*n = stat.ms_entries;
	return lmdb_said(t, rc);
}

static enum err
lmdb_cursor_open(struct engine_txn *t, unsigned table, struct engine_cursor **c)
{
	int rc;

	*c = NULL;
	for (size_t i = 0; i < ENGINE_CURSORS_MAX && *c == NULL; i++)
		if (t->cursors[i].cursor == NULL)
			*c = &t->cursors[i];
	if (*c == NULL)
		return ERR_NO_SPACE;
	(*c)->t = t;
	rc = mdb_cursor_open(t->txn, t->db->table[table], &(*c)->cursor);
	t->open += rc == 0;
	return lmdb_said(t, rc);
}

static enum err
lmdb_cursor_at(struct engine_cursor *c, MDB_cursor_op op, MDB_val *k,
    struct engine_bytes *key, struct engine_bytes *value)
{
	MDB_val v;
	int rc = mdb_cursor_get(c->cursor, k, &v, op);

	if (rc != 0)
		return lmdb_said(c->t, rc);
	*key = bytes_of(k);
	*value = bytes_of(&v);
	return OK;
}

static enum err
lmdb_cursor_move(struct engine_cursor *c, const struct engine_bytes *from,
    struct engine_bytes *key, struct engine_bytes *value)
{
	MDB_cursor_op op = MDB_NEXT;
	MDB_val k = {0, NULL};

	if (from != NULL) {
		op = from->len > 0 ? MDB_SET_RANGE : MDB_FIRST;
		k = val_of(from);
	}
	return lmdb_cursor_at(c, op, &k, key, value);
}

static enum err
lmdb_cursor_back(struct engine_cursor *c, const struct engine_bytes *before,
    struct engine_bytes *key, struct engine_bytes *value)
{
	MDB_cursor_op op = MDB_PREV;
	MDB_val k = {0, NULL}, v;
	int rc;

	if (before != NULL && before->len > 0) {
		k = val_of(before);
		rc = mdb_cursor_get(c->cursor, &k, &v, MDB_SET_RANGE);
		if (rc == MDB_NOTFOUND)
			op = MDB_LAST;
		else if (rc != 0)
			return lmdb_said(c->t, rc);
	} else if (before != NULL) {
		op = MDB_LAST;
	}
	return lmdb_cursor_at(c, op, &k, key, value);
}

static void
lmdb_cursor_close(struct engine_cursor *c)
{
	mdb_cursor_close(c->cursor);
	c->cursor = NULL;
	c->t->open--;
}

const struct engine engine_lmdb = {
    .name = "lmdb",
    .file = LMDB_DATA_FILE,
    .open = lmdb_open,
    .close = lmdb_close,
    .advice = lmdb_advice,
    .generation = lmdb_generation,
    .is_lost = lmdb_is_lost,
    .renew = lmdb_renew,
    .measure = lmdb_measure,
    .copy = lmdb_copy,
    .claim = lmdb_claim,
    .begin = lmdb_begin,
    .commit = lmdb_commit,
    .abort = lmdb_abort,
    .guard = lmdb_run_guarded,
    .get = lmdb_get,
    .put = lmdb_put,
    .del = lmdb_del,
    .count = lmdb_count,
    .cursor_open = lmdb_cursor_open,
    .cursor_move = lmdb_cursor_move,
    .cursor_back = lmdb_cursor_back,
    .cursor_close = lmdb_cursor_close,
};
