/* The records that have a field: by the entries of its index, each with its
 * record, in which the field itself is compared. */
#include "store/internal.h"

#include <string.h>

struct search {
	struct store_txn *t;
	enum store_index index;
	struct store_value field;
	bool back; /* from the last to the first */
	struct engine_cursor *cursor;
	uint8_t head[ENTRY_HEAD_LEN]; /* of the entries of this field */
	uint8_t entry[ENTRY_CAP];     /* none before it is looked at again */
	size_t len;
	struct engine_bytes key; /* of the record found: the end of ENTRY */
	struct store_value value;
};

enum { AHEAD_MAX = 256 };

/* An engine that is far away is told which records will be asked for, so that
 * it brings them all at once. */
static void
want_records(struct search *s)
{
	const struct engine *engine = s->t->engine;
	const struct engine_bytes start = {s->entry, s->len};
	const struct engine_bytes *from = &start;
	struct engine_bytes k, v;
	enum err e;

	for (int i = 0; engine->want != NULL && i < AHEAD_MAX; i++) {
		e = s->back ? engine->cursor_back(s->cursor, from, &k, &v)
			    : engine->cursor_move(s->cursor, from, &k, &v);
		if (e != OK || k.len <= ENTRY_HEAD_LEN || k.len >= ENTRY_CAP ||
		    memcmp(k.bytes, s->head, ENTRY_HEAD_LEN) != 0)
			return;
		from = NULL;
		k.bytes += ENTRY_HEAD_LEN;
		k.len -= ENTRY_HEAD_LEN;
		engine->want(s->t->txn, store_index_table(s->index), &k);
	}
}

static bool
search_begin(struct search *s, struct store_txn *t, enum store_index index,
    const void *field, size_t len, bool back)
{
	const struct engine_bytes no_key = {(const uint8_t *)"", 0};
	const struct engine_bytes head = {s->head, ENTRY_HEAD_LEN};

	*s = (struct search){
	    .t = t, .index = index, .field = {field, len}, .back = back};
	s->len = store_index_entry(s->entry, index, &s->field, &no_key);
	memcpy(s->head, s->entry, ENTRY_HEAD_LEN);
	if (back)
		s->len = store_prefix_end(s->entry, &head);
	s->cursor = store_cursor_open(t, ENGINE_INDEX);
	if (s->cursor == NULL)
		return false;
	want_records(s);
	return true;
}

/* What it wants that is not here is noted, and is no failure. */
void
store_want_by(
    struct store_txn *t, enum store_index index, const void *field, size_t len)
{
	struct search s;

	if (t->failed == OK && t->engine->want != NULL &&
	    search_begin(&s, t, index, field, len, false))
		t->engine->cursor_close(s.cursor);
}

/* Copies the entry at or after S->ENTRY, or that before it, of any field. */
static bool
next_entry(struct search *s)
{
	const struct engine *engine = s->t->engine;
	struct engine_bytes k = {s->entry, s->len}, v;
	enum err e = s->back ? engine->cursor_back(s->cursor, &k, &k, &v)
			     : engine->cursor_move(s->cursor, &k, &k, &v);

	if (!store_did(s->t, e))
		return false;
	if (k.len <= ENTRY_HEAD_LEN || k.len >= ENTRY_CAP) {
		store_fail(s->t, ERR_CORRUPT);
		return false;
	}
	memcpy(s->entry, k.bytes, k.len);
	s->len = k.len;
	s->key = (struct engine_bytes){
	    s->entry + ENTRY_HEAD_LEN, s->len - ENTRY_HEAD_LEN};
	return true;
}

/* Whether the record of the entry is there; its field into FIELD. */
static bool
find_entry_record(struct search *s, struct store_value *field)
{
	return store_get(s->t, store_index_table(s->index), s->key.bytes,
		   s->key.len, &s->value) == OK &&
	       store_index_field(s->index, &s->key, &s->value, field);
}

/* The next record that has the field. An entry without a record is damage:
 * and then entries of other records may be missing as well. */
static bool
search_next(struct search *s)
{
	struct store_value found;

	while (s->t->failed == OK && next_entry(s)) {
		if (memcmp(s->entry, s->head, ENTRY_HEAD_LEN) != 0)
			return false;
		if (!find_entry_record(s, &found)) {
			store_fail(s->t, ERR_CORRUPT);
			return false;
		}
		if (!s->back) /* the least that is after it */
			s->entry[s->len++] = 0;
		if (found.len == s->field.len &&
		    memcmp(found.bytes, s->field.bytes, found.len) == 0)
			return true;
	}
	return false;
}

static void
scan_by(struct store_txn *t, enum store_index index, const void *field,
    size_t len, bool back, store_visit *visit, void *arg)
{
	struct search s;

	if (!search_begin(&s, t, index, field, len, back))
		return;
	while (search_next(&s))
		if (!visit(arg, s.key.bytes, s.key.len, &s.value))
			break;
	t->engine->cursor_close(s.cursor);
}

void
store_scan_by(struct store_txn *t, enum store_index index, const void *field,
    size_t len, store_visit *visit, void *arg)
{
	scan_by(t, index, field, len, false, visit, arg);
}

void
store_scan_back_by(struct store_txn *t, enum store_index index,
    const void *field, size_t len, store_visit *visit, void *arg)
{
	scan_by(t, index, field, len, true, visit, arg);
}

size_t
store_prune_by(struct store_txn *t, enum store_index index, const void *field,
    size_t len, store_visit *match, void *arg)
{
	struct search s;
	size_t removed = 0;

	if (!search_begin(&s, t, index, field, len, false))
		return 0;
	while (search_next(&s)) {
		if (!match(arg, s.key.bytes, s.key.len, &s.value))
			continue;
		store_del(t, store_index_table(index), s.key.bytes, s.key.len);
		removed++;
	}
	t->engine->cursor_close(s.cursor);
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
	struct engine_bytes k = {key, key_len}, v;
	uint8_t entry[ENTRY_CAP];
	struct store_value field;

	if (!store_index_field(c->index, &k, value, &field))
		return true;
	k.len = store_index_entry(entry, c->index, &field, &k);
	k.bytes = entry;
	c->missing += !store_did(
	    c->t, c->t->engine->get(c->t->txn, ENGINE_INDEX, &k, &v));
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
	return find_entry_record(s, &field) &&
	       store_index_entry(entry, s->index, &field, &s->key) == s->len &&
	       memcmp(entry, s->entry, s->len) == 0;
}

static uint64_t
count_stray(struct store_txn *t)
{
	struct search s = {.t = t, .len = 1};
	uint64_t stray = 0;

	s.cursor = store_cursor_open(t, ENGINE_INDEX);
	if (s.cursor == NULL)
		return 0;
	while (t->failed == OK && next_entry(&s)) {
		stray += !is_sound(&s);
		s.entry[s.len++] = 0;
	}
	t->engine->cursor_close(s.cursor);
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
