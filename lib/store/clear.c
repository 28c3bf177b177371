/* A table is emptied, with its entries in the indexes: each of these has them
 * in one place. */
#include "store/internal.h"

#include <string.h>

/* Removes what begins with the LEN bytes at PREFIX, one after the other. */
static void
clear_from(
    struct store_txn *t, unsigned table, const uint8_t *prefix, size_t len)
{
	struct engine_bytes from = {prefix, len}, key, value;
	struct engine_cursor *c = store_cursor_open(t, table);
	uint8_t copy[ENGINE_KEY_MAX];
	enum err e;

	if (c == NULL)
		return;
	e = t->engine->cursor_move(c, &from, &key, &value);
	while (store_did(t, e) && key.len >= len && key.len <= sizeof copy &&
	       (len == 0 || memcmp(key.bytes, prefix, len) == 0)) {
		memcpy(copy, key.bytes, key.len);
		key.bytes = copy;
		if (!store_did(t, t->engine->del(t->txn, table, &key)))
			break;
		e = t->engine->cursor_move(c, NULL, &key, &value);
	}
	t->engine->cursor_close(c);
}

void
store_clear(struct store_txn *t, enum store_table table)
{
	const uint8_t section = store_expiry_section(table);

	if (t->failed != OK)
		return;
	clear_from(t, table, NULL, 0);
	clear_from(t, ENGINE_EXPIRY, &section, 1);
	for (uint8_t i = 0; i < INDEX_COUNT; i++)
		if (store_index_table((enum store_index)i) == table)
			clear_from(t, ENGINE_INDEX, &i, 1);
}
