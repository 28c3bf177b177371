/* The entries of the indexes by a field (store.h). */
#include "store/internal.h"

#include "base/big_endian.h"

#include <string.h>

enum kind { VALUE, VALUE_STRING, KEY_REST };

static const struct index {
	enum store_table table;
	enum kind kind;
	size_t at, len;
} indexes[INDEX_COUNT] = {
#define X(id, table, kind, at, len)                                            \
	[INDEX_##id] = {TABLE_##table, kind, at, len},
    STORE_INDEXES(X)
#undef X
};

enum store_table
store_index_table(enum store_index index)
{
	return indexes[index].table;
}

bool
store_index_field(enum store_index index, const struct engine_bytes *key,
    const struct store_value *value, struct store_value *field)
{
	const struct index *x = &indexes[index];
	const uint8_t *bytes = value->bytes;
	size_t all = value->len, at = x->at, len = x->len;

	if (x->kind == KEY_REST) {
		bytes = key->bytes;
		all = key->len;
		len = all > at ? all - at : 0;
	} else if (x->kind == VALUE_STRING && all >= at + 2) {
		len = (size_t)big_endian_get(bytes + at, 2);
		at += 2;
	}
	if (len == 0 || all < at + len)
		return false;
	*field = (struct store_value){bytes + at, len};
	return true;
}

/* FNV-1a. Who finds two fields of one hash gains nothing: the field itself is
 * compared before a record counts as found. */
static uint64_t
hash(const struct store_value *field)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < field->len; i++)
		h = (h ^ field->bytes[i]) * 0x100000001b3;
	return h;
}

size_t
store_index_entry(uint8_t entry[static ENTRY_CAP], enum store_index index,
    const struct store_value *field, const struct engine_bytes *key)
{
	entry[0] = (uint8_t)index;
	big_endian_put(entry + 1, 8, hash(field));
	memcpy(entry + ENTRY_HEAD_LEN, key->bytes, key->len);
	return ENTRY_HEAD_LEN + key->len;
}

/* What is to change in one index. */
struct change {
	uint8_t before[ENTRY_CAP], after[ENTRY_CAP];
	size_t before_len, after_len; /* 0: no entry */
};

static void
write_change(struct store_txn *t, const struct change *c)
{
	struct engine_bytes before = {c->before, c->before_len};
	struct engine_bytes after = {c->after, c->after_len};
	uint8_t *room;

	if (c->before_len > 0)
		(void)store_did(
		    t, t->engine->del(t->txn, ENGINE_INDEX, &before));
	if (t->failed == OK && c->after_len > 0)
		(void)store_did(
		    t, t->engine->put(t->txn, ENGINE_INDEX, &after, 0, &room));
}

/* False if nothing is to change: the field is what it was, as it is in nearly
 * all that is put again, or there is none. */
static bool
find_change(struct change *c, enum store_index index,
    const struct engine_bytes *key, const struct store_value *before,
    const struct store_value *after)
{
	struct store_value old = {0}, new = {0};

	if (before != NULL)
		store_index_field(index, key, before, &old);
	if (after != NULL)
		store_index_field(index, key, after, &new);
	if (old.len == new.len &&
	    (new.len == 0 || memcmp(old.bytes, new.bytes, new.len) == 0))
		return false;
	c->before_len = c->after_len = 0;
	if (old.len > 0)
		c->before_len = store_index_entry(c->before, index, &old, key);
	if (new.len > 0)
		c->after_len = store_index_entry(c->after, index, &new, key);
	return true;
}

void
store_index_change(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, const struct store_value *before,
    const struct store_value *after)
{
	struct change changes[INDEXES_A_TABLE];
	size_t count = 0;

	for (size_t i = 0; i < INDEX_COUNT; i++)
		if (indexes[i].table == table)
			count += find_change(&changes[count],
			    (enum store_index)i, key, before, after);
	for (size_t i = 0; i < count && t->failed == OK; i++)
		write_change(t, &changes[i]);
}
