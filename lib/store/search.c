/* The records that have a field: by the entries of its index, each with its
 * record, in which the field itself is compared. */
#include "store/lmdb.h"

#include <string.h>

struct search {
	struct store_txn *t;
	enum store_index index;
	struct store_value field;
	MDB_cursor *cursor;
	uint8_t entry[ENTRY_CAP]; /* none before it is looked at again */
	size_t len;
	MDB_val key; /* of the record found: the end of ENTRY */
	struct store_value value;
};

static bool
search_begin(struct search *s, struct store_txn *t, enum store_index index,
    const void *field, size_t len)
{
	MDB_val no_key = {0, (void *)(uintptr_t) ""};

	*s = (struct search){.t = t, .index = index, .field = {field, len}};
	s->len = store_index_entry(s->entry, index, &s->field, &no_key);
	s->cursor = store_cursor_begin(t, t->store->index);
	return s->cursor != NULL;
}

/* Copies the entry at or after S->ENTRY, of whatever field. */
static bool
next_entry(struct search *s)
{
	MDB_val k = {s->len, s->entry}, v;
	int rc = mdb_cursor_get(s->cursor, &k, &v, MDB_SET_RANGE);

	if (rc != 0 && rc != MDB_NOTFOUND)
		store_fail_rc(s->t, rc);
	if (rc != 0)
		return false;
	if (k.mv_size <= ENTRY_HEAD_LEN || k.mv_size >= ENTRY_CAP) {
		store_fail(s->t, ERR_CORRUPT);
		return false;
	}
	memcpy(s->entry, k.mv_data, k.mv_size);
	s->len = k.mv_size;
	s->key = (MDB_val){s->len - ENTRY_HEAD_LEN, s->entry + ENTRY_HEAD_LEN};
	return true;
}

/* Whether the record of the entry is there; its field into FIELD. */
static bool
find_record(struct search *s, struct store_value *field)
{
	return store_get(s->t, store_index_table(s->index), s->key.mv_data,
		   s->key.mv_size, &s->value) == OK &&
	       store_index_field(s->index, &s->key, &s->value, field);
}

/* The next record that has the field. An entry without a record is damage:
 * and then entries of other records may be missing as well. */
static bool
search_next(struct search *s)
{
	uint8_t head[ENTRY_HEAD_LEN];
	struct store_value found;

	memcpy(head, s->entry, sizeof head);
	while (s->t->failed == OK && next_entry(s)) {
		if (memcmp(s->entry, head, sizeof head) != 0)
			return false;
		if (!find_record(s, &found)) {
			store_fail(s->t, ERR_CORRUPT);
			return false;
		}
		s->entry[s->len++] = 0; /* the least that is after it */
		if (found.len == s->field.len &&
		    memcmp(found.bytes, s->field.bytes, found.len) == 0)
			return true;
	}
	return false;
}

void
store_scan_by(struct store_txn *t, enum store_index index, const void *field,
    size_t len, store_visit *visit, void *arg)
{
	struct search s;

	if (!search_begin(&s, t, index, field, len))
		return;
	while (search_next(&s))
		if (!visit(arg, s.key.mv_data, s.key.mv_size, &s.value))
			break;
	store_cursor_end(t, s.cursor);
}

size_t
store_prune_by(struct store_txn *t, enum store_index index, const void *field,
    size_t len, store_visit *match, void *arg)
{
	struct search s;
	size_t removed = 0;

	if (!search_begin(&s, t, index, field, len))
		return 0;
	while (search_next(&s)) {
		if (!match(arg, s.key.mv_data, s.key.mv_size, &s.value))
			continue;
		store_del(
		    t, store_index_table(index), s.key.mv_data, s.key.mv_size);
		removed++;
	}
	store_cursor_end(t, s.cursor);
	return removed;
}

/* --- the check of all of them -------------------------------------------- */

struct count {
	struct store_txn *t;
	enum store_index index;
	uint64_t missing;
};

static bool
count_missing(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct count *c = arg;
	MDB_val k = {key_len, (void *)(uintptr_t)key}, v;
	uint8_t entry[ENTRY_CAP];
	struct store_value field;
	int rc;

	if (!store_index_field(c->index, &k, value, &field))
		return true;
	k = (MDB_val){store_index_entry(entry, c->index, &field, &k), entry};
	rc = mdb_get(c->t->txn, c->t->store->index, &k, &v);
	if (rc == MDB_NOTFOUND)
		c->missing++;
	else if (rc != 0)
		store_fail_rc(c->t, rc);
	return c->t->failed == OK;
}

/* Whether S is at an entry that its record would have. */
static bool
is_sound(struct search *s)
{
	uint8_t entry[ENTRY_CAP];
	struct store_value field;

	if (s->entry[0] >= INDEX_COUNT)
		return false;
	s->index = s->entry[0];
	return find_record(s, &field) &&
	       store_index_entry(entry, s->index, &field, &s->key) == s->len &&
	       memcmp(entry, s->entry, s->len) == 0;
}

static uint64_t
count_stray(struct store_txn *t)
{
	struct search s = {.t = t, .len = 1};
	uint64_t stray = 0;

	s.cursor = store_cursor_begin(t, t->store->index);
	if (s.cursor == NULL)
		return 0;
	while (t->failed == OK && next_entry(&s)) {
		stray += !is_sound(&s);
		s.entry[s.len++] = 0;
	}
	store_cursor_end(t, s.cursor);
	return stray;
}

void
store_check_indexes(struct store_txn *t, struct store_index_faults *f)
{
	*f = (struct store_index_faults){0};
	for (size_t i = 0; i < INDEX_COUNT && t->failed == OK; i++) {
		struct count c = {t, (enum store_index)i, 0};

		store_scan(
		    t, store_index_table(c.index), NULL, 0, count_missing, &c);
		f->missing += c.missing;
	}
	f->stray = count_stray(t);
}
