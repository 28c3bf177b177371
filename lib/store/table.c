#include "store/internal.h"

#include "base/big_endian.h"

#include <string.h>

/* An entry of the expiry index: which table (1 byte), the time (8), the key. */
enum {
	EXPIRY_HEAD_LEN = 1 + 8,
	EXPIRY_KEY_CAP = EXPIRY_HEAD_LEN + STORE_KEY_MAX
};

struct envelope {
	int64_t expires_at; /* 0: never */
	int64_t indexed_at; /* 0: not in the index; never after expires_at */
};

/* Takes a stored value apart; fails the transaction if it has no envelope. */
static inline bool
open_envelope(struct store_txn *t, const struct engine_bytes *stored,
    struct envelope *e, struct store_value *value)
{
	if (stored->len < ENVELOPE_LEN) {
		store_fail(t, ERR_CORRUPT);
		return false;
	}
	e->expires_at = (int64_t)big_endian_get(stored->bytes, 8);
	e->indexed_at = (int64_t)big_endian_get(stored->bytes + 8, 8);
	value->bytes = stored->bytes + ENVELOPE_LEN;
	value->len = stored->len - ENVELOPE_LEN;
	return true;
}

/* The record of KEY as it is stored, its envelope in E; false, and E zeroes, if
 * there is none. */
static inline bool
find_stored(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, struct envelope *e,
    struct store_value *value)
{
	struct engine_bytes stored;

	*e = (struct envelope){0};
	return store_did(t, t->engine->get(t->txn, table, key, &stored)) &&
	       open_envelope(t, &stored, e, value);
}

enum err
store_get(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, struct store_value *value)
{
	const struct engine_bytes k = {key, key_len};
	struct envelope e;

	*value = (struct store_value){0};
	if (t->failed != OK)
		return t->failed;
	if (key_len < 1 || key_len > STORE_KEY_MAX)
		return ERR_NOT_FOUND;
	if (find_stored(t, table, &k, &e, value))
		return OK;
	return t->failed != OK ? t->failed : ERR_NOT_FOUND;
}

static struct engine_bytes
expiry_key(uint8_t bytes[static EXPIRY_KEY_CAP], int64_t time,
    enum store_table table, const struct engine_bytes *key)
{
	bytes[0] = store_expiry_section(table);
	big_endian_put(bytes + 1, 8, (uint64_t)time);
	memcpy(bytes + EXPIRY_HEAD_LEN, key->bytes, key->len);
	return (struct engine_bytes){bytes, EXPIRY_HEAD_LEN + key->len};
}

static void
expiry_put(struct store_txn *t, int64_t time, enum store_table table,
    const struct engine_bytes *key)
{
	uint8_t bytes[EXPIRY_KEY_CAP], *room;
	const struct engine_bytes k = expiry_key(bytes, time, table, key);

	(void)store_did(t, t->engine->put(t->txn, ENGINE_EXPIRY, &k, 0, &room));
}

static void
expiry_del(struct store_txn *t, int64_t time, enum store_table table,
    const struct engine_bytes *key)
{
	uint8_t bytes[EXPIRY_KEY_CAP];
	const struct engine_bytes k = expiry_key(bytes, time, table, key);

	if (time != 0)
		(void)store_did(t, t->engine->del(t->txn, ENGINE_EXPIRY, &k));
}

static void
put_enveloped(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, const struct store_value *value,
    const struct envelope *e)
{
	uint8_t *at;

	if (!store_did(t, t->engine->put(t->txn, table, key,
			      ENVELOPE_LEN + value->len, &at)))
		return;
	big_endian_put(at, 8, (uint64_t)e->expires_at);
	big_endian_put(at + 8, 8, (uint64_t)e->indexed_at);
	if (value->len > 0)
		memcpy(at + ENVELOPE_LEN, value->bytes, value->len);
}

/*
 * If a record's expiry moves to a later time, its entry in the index keeps the
 * earlier one: the sweep moves it on. So a family that is rotated every quarter
 * of an hour costs the index one write a month.
 */
void
store_put(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, const void *value, size_t value_len, int64_t expires_at)
{
	const struct engine_bytes k = {key, key_len};
	struct store_value before, after = {value, value_len};
	struct envelope e;
	bool found;

	if (t->failed != OK || !store_key_fits(t, key_len))
		return;
	if (value_len > STORE_VALUE_MAX) {
		store_fail(t, ERR_NO_SPACE);
		return;
	}
	found = find_stored(t, table, &k, &e, &before);
	store_index_change(t, table, &k, found ? &before : NULL, &after);
	e.expires_at = expires_at;
	if (expires_at == 0 || e.indexed_at == 0 || e.indexed_at > expires_at) {
		if (e.indexed_at == 0 && expires_at != 0)
			t->expiring++;
		expiry_del(t, e.indexed_at, table, &k);
		e.indexed_at = expires_at;
		if (expires_at != 0)
			expiry_put(t, expires_at, table, &k);
	}
	if (t->failed == OK)
		put_enveloped(t, table, &k, &after, &e);
}

/* Removes the record KEY, which has this VALUE and envelope. The indexes first:
 * what is written moves what VALUE points to. */
static void
del_stored(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, const struct store_value *value,
    int64_t indexed_at)
{
	store_index_change(t, table, key, value, NULL);
	if (t->failed == OK)
		expiry_del(t, indexed_at, table, key);
	if (t->failed == OK)
		(void)store_did(t, t->engine->del(t->txn, table, key));
}

void
store_del(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len)
{
	const struct engine_bytes k = {key, key_len};
	struct store_value before;
	struct envelope e;

	if (t->failed == OK && store_key_fits(t, key_len) &&
	    find_stored(t, table, &k, &e, &before))
		del_stored(t, table, &k, &before, e.indexed_at);
}

struct engine_cursor *
store_cursor_open(struct store_txn *t, unsigned table)
{
	struct engine_cursor *c;

	if (t->failed != OK ||
	    !store_did(t, t->engine->cursor_open(t->txn, table, &c)))
		return NULL;
	return c;
}

/* The records whose keys begin so, one after the other. */
struct walk {
	struct store_txn *t;
	struct engine_bytes prefix;
	const struct engine_bytes *from; /* NULL once it is under way */
	struct engine_cursor *cursor;
	struct engine_bytes key;
	struct store_value value;
	struct envelope envelope;
};

static bool
walk_begin(struct walk *w, struct store_txn *t, enum store_table table,
    const void *prefix, size_t prefix_len)
{
	*w = (struct walk){.t = t, .prefix = {prefix, prefix_len}};
	w->from = &w->prefix;
	w->cursor = store_cursor_open(t, table);
	return w->cursor != NULL;
}

static bool
walk_on(struct walk *w,
    enum err (*step)(struct engine_cursor *c, const struct engine_bytes *from,
	struct engine_bytes *key, struct engine_bytes *value))
{
	struct engine_bytes stored;
	struct store_txn *t = w->t;

	if (t->failed != OK ||
	    !store_did(t, step(w->cursor, w->from, &w->key, &stored)))
		return false;
	w->from = NULL;
	return w->key.len >= w->prefix.len &&
	       (w->prefix.len == 0 ||
		   memcmp(w->key.bytes, w->prefix.bytes, w->prefix.len) == 0) &&
	       open_envelope(t, &stored, &w->envelope, &w->value);
}

static bool
walk_next(struct walk *w)
{
	return walk_on(w, w->t->engine->cursor_move);
}

size_t
store_prefix_end(
    uint8_t end[static STORE_KEY_MAX], const struct engine_bytes *prefix)
{
	size_t len = prefix->len;

	if (len > STORE_KEY_MAX)
		len = STORE_KEY_MAX;
	if (len > 0) /* else BYTES may be NULL */
		memcpy(end, prefix->bytes, len);
	while (len > 0 && end[len - 1] == 0xff)
		len--;
	if (len > 0)
		end[len - 1]++;
	return len;
}

void
store_scan_back(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *visit, void *arg)
{
	struct walk w;
	uint8_t bytes[STORE_KEY_MAX];
	struct engine_bytes end = {bytes, 0};

	if (!walk_begin(&w, t, table, prefix, prefix_len))
		return;
	end.len = store_prefix_end(bytes, &w.prefix);
	w.from = &end;
	while (walk_on(&w, t->engine->cursor_back))
		if (!visit(arg, w.key.bytes, w.key.len, &w.value))
			break;
	t->engine->cursor_close(w.cursor);
}

void
store_scan(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *visit, void *arg)
{
	struct walk w;

	if (!walk_begin(&w, t, table, prefix, prefix_len))
		return;
	while (walk_next(&w))
		if (!visit(arg, w.key.bytes, w.key.len, &w.value))
			break;
	t->engine->cursor_close(w.cursor);
}

size_t
store_prune(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *match, void *arg)
{
	struct walk w;
	size_t removed = 0;
	uint8_t copy[STORE_KEY_MAX]; /* what is written moves the key */

	if (!walk_begin(&w, t, table, prefix, prefix_len))
		return 0;
	while (walk_next(&w)) {
		if (!match(arg, w.key.bytes, w.key.len, &w.value) ||
		    !store_key_fits(t, w.key.len))
			continue;
		memcpy(copy, w.key.bytes, w.key.len);
		w.key.bytes = copy;
		del_stored(t, table, &w.key, &w.value, w.envelope.indexed_at);
		removed++;
	}
	t->engine->cursor_close(w.cursor);
	return removed;
}

/* Puts the record KEY, unchanged, under the time at which it does expire. */
static void
expire_later(struct store_txn *t, enum store_table table,
    const struct engine_bytes *key, const struct store_value *value,
    int64_t time)
{
	uint8_t bytes[STORE_VALUE_MAX];
	const struct store_value copy = {bytes, value->len};

	if (value->len > sizeof bytes) {
		store_fail(t, ERR_CORRUPT);
		return;
	}
	memcpy(bytes, value->bytes, value->len);
	expiry_put(t, time, table, key);
	if (t->failed == OK)
		put_enveloped(t, table, key, &copy,
		    &(struct envelope){.expires_at = time, .indexed_at = time});
}

/* An entry as it is read. */
struct sweep_ctx {
	uint8_t bytes[EXPIRY_KEY_CAP];
	struct engine_bytes entry, key; /* all of these, and the record's */
	enum store_table table;
	int64_t time;
};

/* False if it is none of ours. */
static bool
expiring_decode(struct sweep_ctx *x, const struct engine_bytes *entry)
{
	if (entry->len <= EXPIRY_HEAD_LEN || entry->len > EXPIRY_KEY_CAP)
		return false;
	memcpy(x->bytes, entry->bytes, entry->len);
	x->entry = (struct engine_bytes){x->bytes, entry->len};
	x->key = (struct engine_bytes){
	    x->bytes + EXPIRY_HEAD_LEN, entry->len - EXPIRY_HEAD_LEN};
	x->table =
	    x->bytes[0] == EXPIRY_SECTION_LAST ? TABLE_FAMILIES : x->bytes[0];
	x->time = (int64_t)big_endian_get(x->bytes + 1, 8);
	return x->table < TABLE_COUNT &&
	       store_expiry_section(x->table) == x->bytes[0];
}

/* Takes an entry out of the index, and its record out of the table if that has
 * indeed expired. */
static void
sweep_entry(struct store_txn *t, const struct sweep_ctx *x, int64_t now)
{
	struct store_value value;
	struct envelope e;

	if (!store_did(t, t->engine->del(t->txn, ENGINE_EXPIRY, &x->entry)) ||
	    !find_stored(t, x->table, &x->key, &e, &value) ||
	    e.indexed_at != x->time)
		return;
	if (e.expires_at > now)
		expire_later(t, x->table, &x->key, &value, e.expires_at);
	else
		del_stored(t, x->table, &x->key, &value, 0);
}

/* The first entry, from SECTION on, that had expired at NOW; false if there is
 * none. SECTION is then its section: those before have none. */
static bool
next_expired(struct store_txn *t, struct engine_cursor *c, int64_t now,
    uint8_t *section, struct sweep_ctx *x)
{
	struct engine_bytes k, v;

	for (;;) {
		k = (struct engine_bytes){section, 1};
		if (!store_did(t, t->engine->cursor_move(c, &k, &k, &v)))
			return false;
		if (!expiring_decode(x, &k)) {
			store_fail(t, ERR_CORRUPT);
			return false;
		}
		*section = x->bytes[0];
		if (x->time <= now)
			return true;
		if (*section == EXPIRY_SECTION_LAST)
			return false;
		++*section;
	}
}

/* An engine that is far away is told which records are due, so that it brings
 * them all at once. */
static void
want_expired(
    struct store_txn *t, struct engine_cursor *c, int64_t now, size_t limit)
{
	uint8_t section = 0;
	const struct engine_bytes start = {&section, 1};
	const struct engine_bytes *from = &start;
	struct engine_bytes k, v;
	struct sweep_ctx x;

	for (size_t i = 0; t->engine->want != NULL && i < limit; i++) {
		if (t->engine->cursor_move(c, from, &k, &v) != OK ||
		    !expiring_decode(&x, &k))
			return;
		section = x.bytes[0];
		from = NULL;
		if (x.time <= now) {
			t->engine->want(t->txn, x.table, &x.key);
			continue;
		}
		if (section == EXPIRY_SECTION_LAST)
			return;
		section++;
		from = &start;
	}
}

void
store_sweep(struct store_txn *t, int64_t now, size_t limit)
{
	struct engine_cursor *c = store_cursor_open(t, ENGINE_EXPIRY);
	struct sweep_ctx x;
	size_t usual = limit;
	uint8_t section = 0;

	if (c == NULL)
		return;
	want_expired(t, c, now, limit);
	for (size_t i = 0; i < limit && t->failed == OK; i++) {
		if (!next_expired(t, c, now, &section, &x))
			break;
		if (x.time <= now - STORE_OVERDUE_S)
			limit = usual + STORE_SWEEP_MORE;
		sweep_entry(t, &x, now);
	}
	t->engine->cursor_close(c);
}

static bool
has_more_than(struct store_txn *t, enum store_table table, size_t most)
{
	uint64_t count = 0;

	return store_did(t, t->engine->count(t->txn, table, &count)) &&
	       count > most;
}

void
store_bound(
    struct store_txn *t, enum store_table table, size_t most, size_t limit)
{
	uint8_t section = store_expiry_section(table);
	struct sweep_ctx x;
	struct engine_cursor *c;

	if (t->failed != OK || !has_more_than(t, table, most))
		return;
	c = store_cursor_open(t, ENGINE_EXPIRY);
	if (c == NULL)
		return;
	for (size_t i = 0; i < limit && has_more_than(t, table, most); i++) {
		if (!next_expired(t, c, INT64_MAX, &section, &x) ||
		    x.table != table)
			break;
		/* As if it had expired; one that was extended moves on. */
		sweep_entry(t, &x, x.time);
	}
	t->engine->cursor_close(c);
}
