#include "invariants.h"

#include "domain/records.h"
#include "domain/site.h"
#include "domain/user.h"
#include "store/internal.h"
#include "store/lmdb/internal.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_CAP = 65536 };

struct look {
	const char *broken;
	size_t indexed;
};

static int64_t
time_at(const uint8_t *at)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | at[i];
	return (int64_t)n;
}

/* Whether the index has the record K of TABLE under TIME. */
static bool
is_indexed(struct store_txn *t, unsigned table, const struct engine_bytes *k,
    int64_t time)
{
	uint8_t bytes[9 + STORE_KEY_MAX];
	struct engine_bytes entry = {bytes, 9 + k->len}, nothing;

	bytes[0] = table == TABLE_FAMILIES ? 255 : (uint8_t)table;
	for (size_t i = 0; i < 8; i++)
		bytes[1 + i] = (uint8_t)((uint64_t)time >> (56 - 8 * i));
	memcpy(bytes + 9, k->bytes, k->len);
	return t->engine->get(t->txn, ENGINE_EXPIRY, &entry, &nothing) == OK;
}

static const char *
look_at_record(struct store_txn *t, struct look *l, unsigned table,
    const struct engine_bytes *k, const struct engine_bytes *v)
{
	int64_t expires_at, indexed_at;

	if (k->len > STORE_KEY_MAX || v->len < ENVELOPE_LEN)
		return "a record has no envelope";
	expires_at = time_at(v->bytes);
	indexed_at = time_at(v->bytes + 8);
	if ((expires_at == 0) != (indexed_at == 0) || indexed_at > expires_at)
		return "a record is to be found in the index too late";
	if (indexed_at == 0)
		return NULL;
	l->indexed++;
	return is_indexed(t, table, k, indexed_at)
		   ? NULL
		   : "a record that expires is not in the index";
}

static void
look_at_table(struct store_txn *t, struct look *l, unsigned table)
{
	struct engine_cursor *c;
	struct engine_bytes k, v;
	enum err e;

	if (t->engine->cursor_open(t->txn, table, &c) != OK) {
		l->broken = "a table cannot be opened";
		return;
	}
	while (l->broken == NULL &&
	       (e = t->engine->cursor_move(c, NULL, &k, &v)) == OK)
		l->broken = look_at_record(t, l, table, &k, &v);
	if (l->broken == NULL && e != ERR_NOT_FOUND)
		l->broken = "a table cannot be read to its end";
	t->engine->cursor_close(c);
}

/* Decoding is what is looked for: a record that does not decode fails the
 * transaction. */
static bool
seen_record(void *arg, const void *record)
{
	(void)arg, (void)record;
	return true;
}

static void
look_at_indexes(struct store_txn *t, struct look *l)
{
	struct store_index_faults f;

	store_check_indexes(t, &f);
	if (f.stray > 0 || f.missing > 0)
		l->broken = "the indexes do not agree with the records";
}

static enum err
look_step(struct store_txn *t, void *arg)
{
	static _Alignas(max_align_t) uint8_t record[RECORD_CAP];
	struct look *l = arg;
	uint64_t entries;

	if (t->engine->direct != NULL && t->engine->direct(t->txn) != OK)
		return ERR_UNAVAILABLE;
	for (unsigned i = 0; i < TABLE_COUNT && l->broken == NULL; i++)
		look_at_table(t, l, i);
	/* As many entries as records, and each record has one: no other. */
	if (l->broken == NULL &&
	    (t->engine->count(t->txn, ENGINE_EXPIRY, &entries) != OK ||
		entries != l->indexed))
		l->broken = "the index has entries without a record";
	if (l->broken == NULL)
		look_at_indexes(t, l);
	for (const struct record_kind *k = record_kinds; k->name != NULL; k++)
		record_each(t, k->type, NULL, record, seen_record, NULL);
	user_each(t, seen_record, NULL);
	site_each(t, seen_record, NULL);
	if (l->broken == NULL && store_failed(t) != OK)
		l->broken = "a record does not decode";
	return OK;
}

/* A compact copy adds up all pages that are used or free, and says when there
 * are others. Other engines have none. */
static const char *
look_at_pages(struct store *s)
{
	int fd, rc;

	if (s->engine != &engine_lmdb)
		return NULL;
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	rc = mdb_env_copyfd2(s->db->env, fd, MDB_CP_COMPACT);
	close(fd);
	return rc == 0 ? NULL : "a page is neither used nor free";
}

const char *
invariants_broken(struct store *s)
{
	struct look l = {0};

	if (store_read(s, look_step, &l) != OK)
		return "the store cannot be read";
	return l.broken != NULL ? l.broken : look_at_pages(s);
}

static enum err
write_step(struct store_txn *t, void *arg)
{
	int64_t now = *(const int64_t *)arg;

	store_put(t, TABLE_REVOKED, "an invariant", 12, "", 0, now + 1);
	return OK;
}

const char *
invariants_broken_by_write(struct store *s, int64_t now)
{
	if (store_write(s, now, write_step, &now) != OK)
		return "the store cannot be written";
	return invariants_broken(s);
}
