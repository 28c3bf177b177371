#include "domain/client_index.h"

#include "base/str.h"

#include <string.h>

/* The key of an entry, into KEY; its length, or 0 if it cannot be one. */
static size_t
index_key(
    char key[static STORE_KEY_MAX], const char *text, const char *client_id)
{
	size_t len = strlen(text) + 1, id_len = strlen(client_id);

	if (id_len > STORE_KEY_MAX || len > STORE_KEY_MAX - id_len)
		return 0;
	memcpy(key, text, len);
	memcpy(key + len, client_id, id_len);
	return len + id_len;
}

void
client_index_put(struct store_txn *t, enum store_table table, const char *text,
    const char *client_id, const char *value, int64_t expires_at)
{
	char key[STORE_KEY_MAX];
	size_t len = index_key(key, text, client_id);

	if (len > 0)
		store_put(t, table, key, len, value, strlen(value), expires_at);
}

void
client_index_del(struct store_txn *t, enum store_table table, const char *text,
    const char *client_id)
{
	char key[STORE_KEY_MAX];
	size_t len = index_key(key, text, client_id);

	if (len > 0)
		store_del(t, table, key, len);
}

struct index_scan {
	size_t text_len;
	client_index_visit *visit;
	void *arg;
};

static bool
visit_entry(
    void *arg, const void *key, size_t key_len, const struct store_value *v)
{
	const struct index_scan *s = arg;
	char id[STORE_KEY_MAX + 1], value[STORE_KEY_MAX + 1];

	if (str_copy_n(id, sizeof id, (const char *)key + s->text_len,
		key_len - s->text_len) != OK ||
	    str_copy_n(value, sizeof value, (const char *)v->bytes, v->len) !=
		OK)
		return true;
	return s->visit(s->arg, id, value);
}

void
client_index_each(struct store_txn *t, enum store_table table, const char *text,
    client_index_visit *visit, void *arg)
{
	struct index_scan s = {strlen(text) + 1, visit, arg};

	if (s.text_len <= STORE_KEY_MAX)
		store_scan(t, table, text, s.text_len, visit_entry, &s);
}
