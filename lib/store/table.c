#include "store/lmdb.h"

#include "base/big_endian.h"

#include <string.h>

/*
 * An entry of the expiry index: which table (1 byte), the time (8), the key.
 * Families, by far the most, are last: each new entry comes after all others,
 * so that pages are filled to their end, and the index is half as large.
 */
enum {
	EXPIRY_HEAD_LEN = 1 + 8,
	EXPIRY_KEY_CAP = EXPIRY_HEAD_LEN + STORE_KEY_MAX,
	SECTION_LAST = 255 /* of families; of any other its number */
};

struct envelope {
	int64_t expires_at; /* 0: never */
	int64_t indexed_at; /* 0: not in the index; never after expires_at */
};

/* Takes a stored value apart; fails the transaction if it has no envelope. */
static bool
open_envelope(struct store_txn *t, const MDB_val *v, struct envelope *e)
{
	const uint8_t *bytes = v->mv_data;

	if (v->mv_size < ENVELOPE_LEN) {
		store_fail(t, ERR_CORRUPT);
		return false;
	}
	e->expires_at = (int64_t)big_endian_get(bytes, 8);
	e->indexed_at = (int64_t)big_endian_get(bytes + 8, 8);
	return true;
}

static bool
key_fits(struct store_txn *t, size_t key_len)
{
	if (key_len >= 1 && key_len <= STORE_KEY_MAX)
		return true;
	store_fail(t, ERR_NO_SPACE);
	return false;
}

enum err
store_get(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, struct store_value *value)
{
	MDB_val k = {key_len, (void *)(uintptr_t)key}, v;
	struct envelope e;
	int rc;

	*value = (struct store_value){0};
	if (t->failed != OK)
		return t->failed;
	if (key_len < 1 || key_len > STORE_KEY_MAX)
		return ERR_NOT_FOUND;
	rc = mdb_get(t->txn, t->store->table[table], &k, &v);
	if (rc == MDB_NOTFOUND)
		return ERR_NOT_FOUND;
	if (rc != 0)
		store_fail_rc(t, rc);
	else if (open_envelope(t, &v, &e)) {
		value->bytes = (const uint8_t *)v.mv_data + ENVELOPE_LEN;
		value->len = v.mv_size - ENVELOPE_LEN;
	}
	return t->failed;
}

static uint8_t
section_of(enum store_table table)
{
	return table == TABLE_FAMILIES ? SECTION_LAST : (uint8_t)table;
}

static size_t
expiry_key(uint8_t bytes[static EXPIRY_KEY_CAP], int64_t time,
    enum store_table table, const void *key, size_t key_len)
{
	bytes[0] = section_of(table);
	big_endian_put(bytes + 1, 8, (uint64_t)time);
	memcpy(bytes + EXPIRY_HEAD_LEN, key, key_len);
	return EXPIRY_HEAD_LEN + key_len;
}

static void
index_put(struct store_txn *t, int64_t time, enum store_table table,
    const void *key, size_t key_len)
{
	uint8_t bytes[EXPIRY_KEY_CAP];
	MDB_val k = {expiry_key(bytes, time, table, key, key_len), bytes};
	MDB_val v = {0, NULL};
	int rc = mdb_put(t->txn, t->store->expiry, &k, &v, 0);

	if (rc != 0)
		store_fail_rc(t, rc);
}

static void
index_del(struct store_txn *t, int64_t time, enum store_table table,
    const void *key, size_t key_len)
{
	uint8_t bytes[EXPIRY_KEY_CAP];
	MDB_val k = {expiry_key(bytes, time, table, key, key_len), bytes};
	int rc;

	if (time == 0)
		return;
	rc = mdb_del(t->txn, t->store->expiry, &k, NULL);
	if (rc != 0 && rc != MDB_NOTFOUND)
		store_fail_rc(t, rc);
}

/* The value inside what is stored. */
static struct store_value
opened(const MDB_val *v)
{
	return (struct store_value){(const uint8_t *)v->mv_data + ENVELOPE_LEN,
	    v->mv_size - ENVELOPE_LEN};
}

/* The record of KEY as it stands, its envelope in E; false, and E zeroes, if
 * there is none. */
static bool
find_record(struct store_txn *t, enum store_table table, MDB_val *k,
    struct envelope *e, struct store_value *value)
{
	MDB_val v;
	int rc = mdb_get(t->txn, t->store->table[table], k, &v);

	*e = (struct envelope){0};
	if (rc != 0 && rc != MDB_NOTFOUND)
		store_fail_rc(t, rc);
	if (rc != 0 || !open_envelope(t, &v, e))
		return false;
	*value = opened(&v);
	return true;
}

static void
put_enveloped(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, const void *value, size_t value_len,
    const struct envelope *e)
{
	MDB_val k = {key_len, (void *)(uintptr_t)key};
	MDB_val v = {ENVELOPE_LEN + value_len, NULL};
	uint8_t *at;
	int rc = mdb_put(t->txn, t->store->table[table], &k, &v, MDB_RESERVE);

	if (rc != 0) {
		store_fail_rc(t, rc);
		return;
	}
	at = v.mv_data;
	big_endian_put(at, 8, (uint64_t)e->expires_at);
	big_endian_put(at + 8, 8, (uint64_t)e->indexed_at);
	if (value_len > 0)
		memcpy(at + ENVELOPE_LEN, value, value_len);
}

/*
 * A record that lives longer than it stands in the index for stays where it
 * is there: the sweep will move it on. So a family that is rotated every
 * quarter of an hour costs the index one write a month.
 */
void
store_put(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, const void *value, size_t value_len, int64_t expires_at)
{
	MDB_val k = {key_len, (void *)(uintptr_t)key};
	struct store_value before, after = {value, value_len};
	struct envelope e;
	bool found;

	if (t->failed != OK || !key_fits(t, key_len))
		return;
	if (value_len > STORE_VALUE_MAX) {
		store_fail(t, ERR_NO_SPACE);
		return;
	}
	found = find_record(t, table, &k, &e, &before);
	store_index_change(t, table, &k, found ? &before : NULL, &after);
	e.expires_at = expires_at;
	if (expires_at == 0 || e.indexed_at == 0 || e.indexed_at > expires_at) {
		if (e.indexed_at == 0 && expires_at != 0)
			t->expiring++;
		index_del(t, e.indexed_at, table, key, key_len);
		e.indexed_at = expires_at;
		if (expires_at != 0)
			index_put(t, expires_at, table, key, key_len);
	}
	if (t->failed == OK)
		put_enveloped(t, table, key, key_len, value, value_len, &e);
}

void
store_del(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len)
{
	MDB_val k = {key_len, (void *)(uintptr_t)key};
	struct store_value before;
	struct envelope e;
	int rc;

	if (t->failed != OK || !key_fits(t, key_len) ||
	    !find_record(t, table, &k, &e, &before))
		return;
	store_index_change(t, table, &k, &before, NULL);
	index_del(t, e.indexed_at, table, key, key_len);
	rc = mdb_del(t->txn, t->store->table[table], &k, NULL);
	if (rc != 0 && rc != MDB_NOTFOUND)
		store_fail_rc(t, rc);
}

/* The record the cursor moved to, if its key starts so. */
static bool
cursor_next(struct store_txn *t, MDB_cursor *c, const void *prefix,
    size_t prefix_len, bool first, MDB_val *k, struct store_value *value,
    struct envelope *e)
{
	MDB_cursor_op op = MDB_NEXT;
	MDB_val v;
	int rc;

	if (first) {
		*k = (MDB_val){prefix_len, (void *)(uintptr_t)prefix};
		op = prefix_len > 0 ? MDB_SET_RANGE : MDB_FIRST;
	}
	if (t->failed != OK)
		return false;
	rc = mdb_cursor_get(c, k, &v, op);
	if (rc != 0 && rc != MDB_NOTFOUND)
		store_fail_rc(t, rc);
	if (rc != 0 || k->mv_size < prefix_len ||
	    (prefix_len > 0 && memcmp(k->mv_data, prefix, prefix_len) != 0) ||
	    !open_envelope(t, &v, e))
		return false;
	*value = opened(&v);
	return true;
}

static MDB_cursor *
cursor_open(struct store_txn *t, MDB_dbi dbi)
{
	MDB_cursor *c = NULL;
	int rc;

	if (t->failed != OK)
		return NULL;
	rc = mdb_cursor_open(t->txn, dbi, &c);
	if (rc != 0)
		store_fail_rc(t, rc);
	return rc == 0 ? c : NULL;
}

MDB_cursor *
store_cursor_begin(struct store_txn *t, MDB_dbi dbi)
{
	MDB_cursor *c = cursor_open(t, dbi);

	if (c == NULL)
		return NULL;
	if (t->scans == STORE_SCANS_MAX) {
		mdb_cursor_close(c);
		store_fail(t, ERR_NO_SPACE);
		return NULL;
	}
	t->scan[t->scans++] = c;
	return c;
}

void
store_cursor_end(struct store_txn *t, MDB_cursor *c)
{
	t->scans--;
	mdb_cursor_close(c);
}

void
store_scan(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *visit, void *arg)
{
	MDB_cursor *c = store_cursor_begin(t, t->store->table[table]);
	struct store_value value;
	struct envelope e;
	MDB_val k;

	if (c == NULL)
		return;
	for (bool first = true;
	     cursor_next(t, c, prefix, prefix_len, first, &k, &value, &e);
	     first = false)
		if (!visit(arg, k.mv_data, k.mv_size, &value))
			break;
	store_cursor_end(t, c);
}

/* Removes the record that C is at. The indexes first, by a copy of its key:
 * what is written moves what K points to. */
static void
prune_record(struct store_txn *t, enum store_table table, MDB_cursor *c,
    const MDB_val *k, const struct store_value *value, const struct envelope *e)
{
	uint8_t bytes[STORE_KEY_MAX];
	MDB_val copy = {k->mv_size, bytes};
	int rc;

	if (!key_fits(t, k->mv_size))
		return;
	memcpy(bytes, k->mv_data, k->mv_size);
	store_index_change(t, table, &copy, value, NULL);
	index_del(t, e->indexed_at, table, bytes, copy.mv_size);
	if (t->failed != OK)
		return;
	rc = mdb_cursor_del(c, 0);
	if (rc != 0)
		store_fail_rc(t, rc);
}

size_t
store_prune(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *match, void *arg)
{
	MDB_cursor *c = cursor_open(t, t->store->table[table]);
	struct store_value value;
	struct envelope e;
	size_t removed = 0;
	MDB_val k;

	if (c == NULL)
		return 0;
	for (bool first = true;
	     cursor_next(t, c, prefix, prefix_len, first, &k, &value, &e);
	     first = false) {
		if (!match(arg, k.mv_data, k.mv_size, &value))
			continue;
		prune_record(t, table, c, &k, &value, &e);
		removed++;
	}
	mdb_cursor_close(c);
	return removed;
}

/* Puts the record K, unchanged, under the time at which it does expire. */
static void
index_again(struct store_txn *t, enum store_table table, const MDB_val *k,
    const MDB_val *v, const struct envelope *e)
{
	uint8_t copy[STORE_VALUE_MAX];
	size_t len = v->mv_size - ENVELOPE_LEN;
	struct envelope later = {e->expires_at, e->expires_at};

	if (len > sizeof copy) {
		store_fail(t, ERR_CORRUPT);
		return;
	}
	memcpy(copy, (const uint8_t *)v->mv_data + ENVELOPE_LEN, len);
	index_put(t, later.indexed_at, table, k->mv_data, k->mv_size);
	put_enveloped(t, table, k->mv_data, k->mv_size, copy, len, &later);
}

/* An entry as it is read. */
struct expiring {
	uint8_t bytes[EXPIRY_KEY_CAP];
	size_t len;
	enum store_table table;
	int64_t time;
};

/* False if it is none of ours. */
static bool
expiring_decode(struct expiring *e, const MDB_val *k)
{
	if (k->mv_size <= EXPIRY_HEAD_LEN || k->mv_size > EXPIRY_KEY_CAP)
		return false;
	memcpy(e->bytes, k->mv_data, k->mv_size);
	e->len = k->mv_size;
	e->table = e->bytes[0] == SECTION_LAST ? TABLE_FAMILIES : e->bytes[0];
	e->time = (int64_t)big_endian_get(e->bytes + 1, 8);
	return e->table < TABLE_COUNT && section_of(e->table) == e->bytes[0];
}

/* Takes an entry out of the index, and what it stands for out of its table,
 * if that has indeed expired. */
static void
sweep_entry(struct store_txn *t, struct expiring *x, int64_t now)
{
	MDB_val k = {x->len, x->bytes}, v;
	struct store_value value;
	struct envelope e;
	int rc;

	rc = mdb_del(t->txn, t->store->expiry, &k, NULL);
	k = (MDB_val){x->len - EXPIRY_HEAD_LEN, x->bytes + EXPIRY_HEAD_LEN};
	if (rc == 0)
		rc = mdb_get(t->txn, t->store->table[x->table], &k, &v);
	if (rc == MDB_NOTFOUND)
		return;
	if (rc == 0 && open_envelope(t, &v, &e) && e.indexed_at == x->time) {
		value = opened(&v);
		if (e.expires_at > now) {
			index_again(t, x->table, &k, &v, &e);
			return;
		}
		store_index_change(t, x->table, &k, &value, NULL);
		rc = mdb_del(t->txn, t->store->table[x->table], &k, NULL);
	}
	if (rc != 0)
		store_fail_rc(t, rc);
}

/* The first entry, from SECTION on, that had expired at NOW; false if there is
 * none. SECTION is then where it stands: those before have none. */
static bool
next_expired(struct store_txn *t, MDB_cursor *c, int64_t now, uint8_t *section,
    struct expiring *x)
{
	MDB_val k, v;
	int rc;

	for (;;) {
		k = (MDB_val){1, section};
		rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
		if (rc == MDB_NOTFOUND)
			return false;
		if (rc != 0) {
			store_fail_rc(t, rc);
			return false;
		}
		if (!expiring_decode(x, &k)) {
			store_fail(t, ERR_CORRUPT);
			return false;
		}
		*section = x->bytes[0];
		if (x->time <= now)
			return true;
		if (*section == SECTION_LAST)
			return false;
		++*section;
	}
}

void
store_sweep(struct store_txn *t, int64_t now, size_t limit)
{
	MDB_cursor *c = cursor_open(t, t->store->expiry);
	struct expiring x;
	size_t usual = limit;
	uint8_t section = 0;

	if (c == NULL)
		return;
	for (size_t i = 0; i < limit && t->failed == OK; i++) {
		if (!next_expired(t, c, now, &section, &x))
			break;
		if (x.time <= now - STORE_OVERDUE_S)
			limit = usual + STORE_SWEEP_MORE;
		sweep_entry(t, &x, now);
	}
	mdb_cursor_close(c);
}

static bool
has_more_than(struct store_txn *t, enum store_table table, size_t most)
{
	MDB_stat stat = {0};
	int rc = mdb_stat(t->txn, t->store->table[table], &stat);

	if (rc != 0)
		store_fail_rc(t, rc);
	return rc == 0 && stat.ms_entries > most;
}

void
store_bound(
    struct store_txn *t, enum store_table table, size_t most, size_t limit)
{
	uint8_t section = section_of(table);
	struct expiring x;
	MDB_cursor *c;

	if (t->failed != OK || !has_more_than(t, table, most))
		return;
	c = cursor_open(t, t->store->expiry);
	if (c == NULL)
		return;
	for (size_t i = 0; i < limit && has_more_than(t, table, most); i++) {
		if (!next_expired(t, c, INT64_MAX, &section, &x) ||
		    x.table != table)
			break;
		/* As if it had expired; one that was extended moves on. */
		sweep_entry(t, &x, x.time);
	}
	mdb_cursor_close(c);
}
