/* How a store is known to be ours, and which form its records have. */
#include "store/internal.h"

#include <string.h>

static const uint8_t schema_key[] = "schema";
static const uint8_t schema[] = {
    'l', 'a', 't', 'c', 'h', 'k', 'e', 'y', STORE_SCHEMA};

/* Whether LEN bytes are what one of us writes as its schema. */
static bool
is_schema(const uint8_t *bytes, size_t len)
{
	return len == sizeof schema &&
	       memcmp(bytes, schema, sizeof schema - 1) == 0;
}

enum err
store_write_schema(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, TABLE_META, schema_key, sizeof schema_key - 1, schema,
	    sizeof schema, 0);
	return OK;
}

/* It is always there, and no one changes it. */
void
store_hold_all(struct store_txn *t)
{
	store_hold(t, TABLE_META, schema_key, sizeof schema_key - 1);
}

enum err
store_check_schema(struct store_txn *t)
{
	struct store_value v;

	if (store_get(t, TABLE_META, schema_key, sizeof schema_key - 1, &v) !=
		OK ||
	    !is_schema(v.bytes, v.len))
		return ERR_CORRUPT;
	if (v.bytes[v.len - 1] > STORE_SCHEMA)
		return ERR_VERSION;
	return v.bytes[v.len - 1] < STORE_SCHEMA ? ERR_OUTDATED : OK;
}
