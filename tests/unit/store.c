/* What the store promises: steps, records, scans. */
#include "store/store.h"

#include "base/str.h"
#include "check.h"
#include "fixture.h"

#include <string.h>

/* --- steps --------------------------------------------------------------- */

struct deed {
	const char *key, *value;
	enum err answer, failure; /* what the step returns; store_fail */
	struct store_value found;
	char seen[64];
	enum err got, put_after;
};

static enum err
put_step(struct store_txn *t, void *arg)
{
	struct deed *d = arg;

	store_put(t, TABLE_SESSIONS, d->key, strlen(d->key), d->value,
	    strlen(d->value), 0);
	if (d->failure != OK)
		store_fail(t, d->failure);
	return d->answer;
}

static enum err
get_step(struct store_txn *t, void *arg)
{
	struct deed *d = arg;
	struct store_value v;
	enum err e;

	d->seen[0] = '\0';
	e = store_get(t, TABLE_SESSIONS, d->key, strlen(d->key), &v);
	if (e == OK)
		e = str_copy_n(
		    d->seen, sizeof d->seen, (const char *)v.bytes, v.len);
	return e;
}

static bool
holds(const char *key, const char *value)
{
	struct deed d = {.key = key};
	enum err e = store_read(fixture, get_step, &d);

	return value == NULL ? e == ERR_NOT_FOUND
			     : e == OK && str_equal(d.seen, value);
}

static enum err
put(const char *key, const char *value, enum err answer, enum err failure)
{
	struct deed d = {
	    .key = key, .value = value, .answer = answer, .failure = failure};

	return store_write(fixture, noon, put_step, &d);
}

static enum err
sticky_step(struct store_txn *t, void *arg)
{
	struct store_value v = {(const uint8_t *)"x", 1};
	bool *kept = arg;
	bool visited = false;

	store_put(t, TABLE_SESSIONS, "before", 6, "x", 1, 0);
	store_fail(t, ERR_CORRUPT);
	store_fail(t, ERR_IO);
	store_put(t, TABLE_SESSIONS, "after", 5, "x", 1, 0);
	store_del(t, TABLE_SESSIONS, "a", 1);
	*kept = store_failed(t) == ERR_CORRUPT &&
		store_get(t, TABLE_SESSIONS, "before", 6, &v) == ERR_CORRUPT &&
		v.bytes == NULL && v.len == 0 && !visited;
	return OK;
}

static enum err
sees_itself(struct store_txn *t, void *arg)
{
	struct store_value v;
	bool *kept = arg;

	store_put(t, TABLE_SESSIONS, "self", 4, "one", 3, 0);
	*kept = store_get(t, TABLE_SESSIONS, "self", 4, &v) == OK &&
		v.len == 3 && memcmp(v.bytes, "one", 3) == 0;
	store_del(t, TABLE_SESSIONS, "self", 4);
	*kept &= store_get(t, TABLE_SESSIONS, "self", 4, &v) == ERR_NOT_FOUND;
	store_del(t, TABLE_SESSIONS, "self", 4);
	*kept &= store_failed(t) == OK;
	return ERR_ACCESS_DENIED;
}

static void
steps(void)
{
	bool kept = false;

	CHECK(put("a", "one", OK, OK) == OK && holds("a", "one"),
	    "store: what a step puts is there afterwards");
	CHECK(put("a", "two", ERR_INVALID_GRANT, OK) == ERR_INVALID_GRANT &&
		  holds("a", "two"),
	    "store: what a refusal changed is kept");
	CHECK(put("a", "three", OK, ERR_CORRUPT) == ERR_CORRUPT &&
		  holds("a", "two"),
	    "store: of a step that failed nothing is kept");
	CHECK(
	    put("a", "three", ERR_INVALID_GRANT, ERR_CORRUPT) == ERR_CORRUPT &&
		holds("a", "two"),
	    "store: a failure outweighs a refusal");
	CHECK(store_write(fixture, noon, sticky_step, &kept) == ERR_CORRUPT &&
		  kept && holds("before", NULL) && holds("after", NULL) &&
		  holds("a", "two"),
	    "store: a failure sticks: the first counts, all later calls do "
	    "nothing");
	CHECK(store_write(fixture, noon, sees_itself, &kept) ==
		      ERR_ACCESS_DENIED &&
		  kept,
	    "store: a step sees its own changes");
}

/* --- keys and values ----------------------------------------------------- */

struct sized {
	size_t key_len, value_len;
	bool same;
};

static uint8_t big[STORE_VALUE_MAX + 1];

static enum err
put_sized(struct store_txn *t, void *arg)
{
	const struct sized *n = arg;

	store_put(t, TABLE_CODES, big, n->key_len, big, n->value_len, 0);
	return OK;
}

static enum err
get_sized(struct store_txn *t, void *arg)
{
	struct sized *n = arg;
	struct store_value v;
	enum err e = store_get(t, TABLE_CODES, big, n->key_len, &v);

	n->same = e == OK && v.len == n->value_len &&
		  memcmp(v.bytes, big, v.len) == 0;
	return e;
}

static enum err
del_sized(struct store_txn *t, void *arg)
{
	const struct sized *n = arg;

	store_del(t, TABLE_CODES, big, n->key_len);
	return OK;
}

static bool
fits(size_t key_len, size_t value_len)
{
	struct sized n = {.key_len = key_len, .value_len = value_len};

	return store_write(fixture, noon, put_sized, &n) == OK &&
	       store_read(fixture, get_sized, &n) == OK && n.same;
}

static bool
refused(size_t key_len, size_t value_len)
{
	struct sized n = {.key_len = key_len, .value_len = value_len};

	return store_write(fixture, noon, put_sized, &n) == ERR_NO_SPACE;
}

static void
limits(void)
{
	struct sized none = {0}, over = {.key_len = STORE_KEY_MAX + 1};

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 31 + (i >> 8));
	CHECK(fits(1, 0) && fits(1, 1), "store: the smallest records fit");
	CHECK(fits(STORE_KEY_MAX, STORE_VALUE_MAX),
	    "store: the largest record fits");
	CHECK(refused(STORE_KEY_MAX + 1, 1) && refused(0, 1),
	    "store: a key over its ceiling, or none, fails the step");
	CHECK(refused(2, STORE_VALUE_MAX + 1),
	    "store: a value over its ceiling fails the step");
	CHECK(store_read(fixture, get_sized, &over) == ERR_NOT_FOUND &&
		  store_read(fixture, get_sized, &none) == ERR_NOT_FOUND,
	    "store: under such a key there is nothing");
	CHECK(store_write(fixture, noon, del_sized, &over) == ERR_NO_SPACE &&
		  store_write(fixture, noon, del_sized, &none) == ERR_NO_SPACE,
	    "store: removing such a key fails the step");
}

/* --- scans --------------------------------------------------------------- */

struct seen {
	char keys[128];
	int stop_after, count;
};

static bool
see(void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct seen *s = arg;
	char word[16];

	if (str_copy_n(word, sizeof word, key, key_len) != OK ||
	    words_add(s->keys, sizeof s->keys, word) != OK || value->len != 1 ||
	    value->bytes[0] != 'v')
		fixture_bail_out("a record that was not put");
	return ++s->count != s->stop_after;
}

static bool
see_even(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	see(arg, key, key_len, value);
	return ((const char *)key)[key_len - 1] % 2 == 0;
}

static bool
scanned(struct store_txn *t, const char *prefix, int stop_after,
    const char *expected)
{
	struct seen s = {.stop_after = stop_after};

	store_scan(t, TABLE_CONSENTS, prefix, strlen(prefix), see, &s);
	return str_equal(s.keys, expected);
}

static enum err
scans(struct store_txn *t, void *arg)
{
	static const char *const keys[] = {"b2", "a1", "c", "b", "b1", "b3"};
	struct seen s = {0};

	(void)arg;
	CHECK(scanned(t, "", 0, ""), "store: an empty table has no records");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		store_put(t, TABLE_CONSENTS, keys[i], strlen(keys[i]), "v", 1,
		    i % 2 ? noon + 9 : 0);
	CHECK(scanned(t, "", 0, "a1 b b1 b2 b3 c"),
	    "store: a scan goes through a table in the order of its keys");
	CHECK(scanned(t, "b", 0, "b b1 b2 b3"),
	    "store: a scan keeps to its prefix");
	CHECK(scanned(t, "b", 2, "b b1"), "store: a scan stops when told");
	CHECK(scanned(t, "bb", 0, "") && scanned(t, "d", 0, ""),
	    "store: a scan of what is not there visits nothing");
	CHECK(store_prune(t, TABLE_CONSENTS, "b", 1, see_even, &s) == 2 &&
		  str_equal(s.keys, "b b1 b2 b3") &&
		  scanned(t, "", 0, "a1 b1 b3 c"),
	    "store: pruning looks at each record once and removes what "
	    "matches");
	store_fail(t, ERR_CORRUPT);
	CHECK(scanned(t, "", 0, ""),
	    "store: a scan in a failed transaction visits nothing");
	s = (struct seen){0};
	CHECK(store_prune(t, TABLE_CONSENTS, "", 0, see_even, &s) == 0 &&
		  s.count == 0,
	    "store: pruning in a failed transaction removes nothing");
	return OK;
}

static bool
fail_second(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct store_txn *t = arg;

	(void)value;
	if (key_len == 2 && memcmp(key, "k2", 2) == 0) {
		store_fail(t, ERR_CORRUPT);
		return false;
	}
	return true;
}

static enum err
put_three(struct store_txn *t, void *arg)
{
	static const char *const keys[] = {"k1", "k2", "k3"};

	(void)arg;
	for (size_t i = 0; i < 3; i++)
		store_put(t, TABLE_AUDIT, keys[i], 2, "v", 1, 0);
	return OK;
}

static enum err
prune_and_fail(struct store_txn *t, void *arg)
{
	*(size_t *)arg = store_prune(t, TABLE_AUDIT, "k", 1, fail_second, t);
	return OK;
}

static void
failed_prune(void)
{
	struct store_figures f;
	size_t removed = 9;

	in_store(put_three, NULL);
	CHECK(store_write(fixture, noon, prune_and_fail, &removed) ==
		      ERR_CORRUPT &&
		  removed == 1 && store_measure(fixture, &f) == OK &&
		  f.entries[TABLE_AUDIT] == 3,
	    "store: pruning stops at a record that fails, and nothing is "
	    "removed");
}

int
main(void)
{
	fixture_open();
	steps();
	limits();
	CHECK(store_write(fixture, noon, scans, NULL) == ERR_CORRUPT,
	    "store: (the scans' transaction failed as told)");
	failed_prune();
	return check_done();
}
