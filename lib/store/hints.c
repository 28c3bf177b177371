/* What a step says of itself to an engine that is far away: what it will read,
 * what is new, and what its own records belong to. One that has everything at
 * hand, and one writer at a time, need not know. */
#include "store/internal.h"

bool
store_is_far(const struct store_txn *t)
{
	return t->engine->want != NULL;
}

void
store_want(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len)
{
	const struct engine_bytes k = {key, key_len};

	if (t->failed == OK && t->engine->want != NULL && key_len >= 1 &&
	    key_len <= STORE_KEY_MAX)
		t->engine->want(t->txn, table, &k);
}

/* That it is not here is noted, and is no failure. */
void
store_want_count(struct store_txn *t, enum store_table table)
{
	uint64_t count;

	if (t->failed == OK && t->engine->want != NULL)
		(void)!t->engine->count(t->txn, table, &count);
}

void
store_want_first(struct store_txn *t, enum store_table table)
{
	const struct engine_bytes start = {(const uint8_t *)"", 0};
	struct engine_bytes key, value;
	struct engine_cursor *c;

	if (t->failed != OK || t->engine->want == NULL ||
	    t->engine->cursor_open(t->txn, table, &c) != OK)
		return;
	(void)!t->engine->cursor_move(c, &start, &key, &value);
	t->engine->cursor_close(c);
}

void
store_new(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len)
{
	const struct engine_bytes k = {key, key_len};

	if (t->failed == OK && t->engine->expect_none != NULL &&
	    store_key_fits(t, key_len))
		t->engine->expect_none(t->txn, table, &k);
}

void
store_hold(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len)
{
	const struct engine_bytes k = {key, key_len};

	if (t->failed == OK && t->engine->hold != NULL &&
	    store_key_fits(t, key_len))
		(void)store_did(t, t->engine->hold(t->txn, table, &k));
}
