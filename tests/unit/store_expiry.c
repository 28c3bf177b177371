/* The expiry index: one entry a record, a bounded handful swept a write. */
#include "check.h"
#include "fixture.h"

#include <string.h>

struct put {
	int64_t now, expires_at;
	enum store_table table;
	const char *key;
	enum err failure, answer;
};

static enum err
put_step(struct store_txn *t, void *arg)
{
	const struct put *p = arg;

	store_put(t, p->table, p->key, strlen(p->key), p->key, strlen(p->key),
	    p->expires_at);
	if (p->failure != OK)
		store_fail(t, p->failure);
	return p->answer;
}

static void
put_at(int64_t now, const char *key, int64_t expires_at)
{
	struct put p = {.table = TABLE_CODES, .key = key};

	p.expires_at = expires_at;
	if (store_write(fixture, now, put_step, &p) != OK)
		fixture_bail_out("the store failed");
}

static void
put(const char *key, int64_t expires_at)
{
	put_at(noon, key, expires_at);
}

static enum err
del_step(struct store_txn *t, void *arg)
{
	store_del(t, TABLE_CODES, arg, strlen(arg));
	return OK;
}

static enum err
get_step(struct store_txn *t, void *arg)
{
	struct store_value v;
	enum err e = store_get(t, TABLE_CODES, arg, strlen(arg), &v);

	/* the value is the key: none was mixed up on its way */
	return e == OK && (v.len != strlen(arg) ||
			      memcmp(v.bytes, arg, v.len) != 0)
		   ? ERR_CORRUPT
		   : e;
}

static bool
there(const char *key)
{
	char copy[64];

	snprintf(copy, sizeof copy, "%s", key);
	return store_read(fixture, get_step, copy) == OK;
}

/* Whether so many records, and so many entries of the index, are there. */
static bool
counts(uint64_t records, uint64_t entries)
{
	struct store_figures f;

	return store_measure(fixture, &f) == OK &&
	       f.entries[TABLE_CODES] == records && f.expiry_entries == entries;
}

static enum err
all_gone(struct store_txn *t, void *arg)
{
	(void)arg;
	store_prune(t, TABLE_CODES, NULL, 0, any_row, NULL);
	return OK;
}

static void
clear(void)
{
	in_store(all_gone, NULL);
}

static void
entries(void)
{
	char key[2] = "a";

	put("a", noon + 10);
	put("b", noon + 10);
	put("c", 0);
	CHECK(counts(3, 2),
	    "expiry: a record that expires has one entry, another none");
	put("a", noon + 10);
	put("a", noon + 90);
	put("b", noon + 5);
	CHECK(counts(3, 2), "expiry: put again, sooner or later, it has one");
	put("a", 0);
	put("b", 0);
	CHECK(counts(3, 0), "expiry: one that no longer expires has none");
	put("c", noon + 7);
	CHECK(counts(3, 1), "expiry: one that now expires has one");
	in_store(del_step, "c");
	CHECK(counts(2, 0), "expiry: one that is deleted leaves no entry");
	for (key[0] = 'a'; key[0] < 'k'; key[0]++)
		put(key, noon + key[0]);
	clear();
	CHECK(counts(0, 0), "expiry: those that are pruned leave no entries");
}

static void
sweeps(void)
{
	put("gone", noon + 10);
	put("stays", 0);
	sweep_at(noon + 9);
	CHECK(there("gone"), "expiry: what has not expired is not swept");
	sweep_at(noon + 10);
	CHECK(!there("gone") && there("stays") && counts(1, 0),
	    "expiry: what has expired is swept by the next write");
	clear();

	put("long", noon + 10);
	put("long", noon + 100);
	sweep_at(noon + 50);
	CHECK(there("long") && counts(1, 1),
	    "expiry: a record that was extended is not swept at its old time");
	sweep_at(noon + 99);
	CHECK(there("long") && counts(1, 1),
	    "expiry: nor any time before its new one");
	sweep_at(noon + 100);
	CHECK(!there("long") && counts(0, 0),
	    "expiry: but then it is, entry and all");

	put("short", noon + 100);
	put("short", noon + 10);
	sweep_at(noon + 10);
	CHECK(!there("short") && counts(0, 0),
	    "expiry: a record that was shortened is swept at its new time");

	put("renewed", noon + 10);
	put_at(noon + 20, "renewed", noon + 30);
	CHECK(there("renewed") && counts(1, 1),
	    "expiry: a record renewed by the very write that would sweep it "
	    "lives");
	put("renewed", noon + 10);
	in_store(del_step, "renewed");
	put("renewed", noon + 40);
	sweep_at(noon + 30);
	CHECK(there("renewed") && counts(1, 1),
	    "expiry: nor does what a record of the same key once was harm it");
	clear();
}

static void
put_many(int count, int64_t expires_at)
{
	char key[16];

	for (int i = 0; i < count; i++) {
		snprintf(key, sizeof key, "%04d", i);
		put(key, expires_at);
	}
}

/* New ones, and once more, which adds nothing. */
static enum err
put_three(struct store_txn *t, void *arg)
{
	(void)arg;
	for (int i = 0; i < 6; i++)
		store_put(t, TABLE_CODES,
		    i % 3 == 0   ? "x"
		    : i % 3 == 1 ? "y"
				 : "z",
		    1, "", 0, noon + 500);
	return OK;
}

static void
handfuls(void)
{
	struct put refusal = {
	    .table = TABLE_SESSIONS, .key = "s", .answer = ERR_INVALID_GRANT};
	struct put failure = {
	    .table = TABLE_SESSIONS, .key = "s", .failure = ERR_CORRUPT};

	put_many(3 * STORE_SWEEP + 1, noon + 10);
	sweep_at(noon + 10);
	CHECK(counts(2 * STORE_SWEEP + 1, 2 * STORE_SWEEP + 1),
	    "expiry: a write sweeps a handful, not all");
	CHECK(store_write(fixture, noon + 10, put_step, &refusal) ==
		      ERR_INVALID_GRANT &&
		  counts(STORE_SWEEP + 1, STORE_SWEEP + 1),
	    "expiry: a refusal sweeps like any other write");
	CHECK(store_write(fixture, noon + 10, put_step, &failure) ==
		      ERR_CORRUPT &&
		  counts(STORE_SWEEP + 1, STORE_SWEEP + 1),
	    "expiry: a step that failed sweeps nothing");
	sweep_at(noon + 10);
	sweep_at(noon + 10);
	CHECK(counts(0, 0), "expiry: a few writes later all is gone");

	put_many(3 + STORE_SWEEP + 1, noon + 10);
	CHECK(store_write(fixture, noon + 10, put_three, NULL) == OK &&
		  counts(1 + 3, 1 + 3),
	    "expiry: a write sweeps as many more as it adds that will expire");
	sweep_at(noon + 1000);
	sweep_at(noon + 1000);
	sweep_at(noon + 1000);

	put_many(3 * STORE_SWEEP, noon + 10);
	put_many(3 * STORE_SWEEP, noon + 100);
	for (int i = 0; i < 3; i++)
		sweep_at(noon + 10);
	CHECK(counts(3 * STORE_SWEEP, 3 * STORE_SWEEP),
	    "expiry: records that were extended are moved a handful at a time, "
	    "none lost");
	for (int i = 0; i < 3; i++)
		sweep_at(noon + 100);
	CHECK(counts(0, 0), "expiry: and swept when their time has come");
}

/* On any engine. */
static void
floods(void)
{
	put_many(3 * STORE_SWEEP_MORE, noon + 10);
	for (int i = 0; i < 4; i++)
		sweep_at(noon + 10 + STORE_OVERDUE_S);
	CHECK(counts(0, 0), "expiry: after a flood all of it goes");
}

/* A flood leaves more than a handful a write can ever remove. */
static void
backlogs(void)
{
	int all = 3 * STORE_SWEEP_MORE;

	put_many(all, noon + 10);
	sweep_at(noon + 10 + STORE_OVERDUE_S - 1);
	all -= STORE_SWEEP;
	CHECK(counts((uint64_t)all, (uint64_t)all),
	    "expiry: of what has just expired a write sweeps a handful");
	sweep_at(noon + 10 + STORE_OVERDUE_S);
	all -= STORE_SWEEP + STORE_SWEEP_MORE;
	CHECK(counts((uint64_t)all, (uint64_t)all),
	    "expiry: of what is overdue it sweeps more, and still not all");
	sweep_at(noon + 10 + STORE_OVERDUE_S);
	sweep_at(noon + 10 + STORE_OVERDUE_S);
	CHECK(counts(0, 0), "expiry: so that no backlog stays");
}

static enum err
bound_step(struct store_txn *t, void *arg)
{
	(void)arg;
	store_bound(t, TABLE_CODES, 3, 4);
	return OK;
}

static void
bounds(void)
{
	put_many(6, noon + 100);
	put("0000", noon + 900); /* extended: the index is behind */
	put("0005", noon + 50);
	put("for ever", 0);
	in_store(bound_step, NULL);
	CHECK(counts(4, 3) && there("0000") && !there("0005") &&
		  there("for ever"),
	    "expiry: of a table that is too large the first to expire go, a "
	    "few at a time");
	in_store(bound_step, NULL);
	CHECK(counts(3, 2) && there("0000"),
	    "expiry: until it is as large as it may be");
	clear();
}

static void
tables_apart(void)
{
	struct put consent = {.table = TABLE_CONSENTS, .key = "same"};
	struct store_figures f;

	consent.expires_at = noon + 10;
	in_store(put_step, &consent);
	put("same", noon + 10);
	CHECK(counts(1, 2), "expiry: one key in two tables is two records");
	in_store(del_step, "same");
	CHECK(store_measure(fixture, &f) == OK &&
		  f.entries[TABLE_CONSENTS] == 1 && f.expiry_entries == 1,
	    "expiry: and removing the one leaves the other its entry");
	sweep_at(noon + 10);
	CHECK(store_measure(fixture, &f) == OK &&
		  f.entries[TABLE_CONSENTS] == 0 && f.expiry_entries == 0,
	    "expiry: which is then swept from its own table");
}

static void
put_in(enum store_table table, const char *key, int64_t expires_at)
{
	struct put p = {.table = table, .key = key, .expires_at = expires_at};

	in_store(put_step, &p);
}

/* How many entries there are, of all tables. */
static bool
entries_are(uint64_t count)
{
	struct store_figures f;

	return store_measure(fixture, &f) == OK && f.expiry_entries == count;
}

static void
in_turn(void)
{
	put_in(TABLE_FAMILIES, "f", noon + 10);
	put_in(TABLE_CODES, "c", noon + 500);
	put_in(TABLE_THROTTLE, "t", noon + 500);
	sweep_at(noon + 10);
	CHECK(entries_are(2) && there("c"),
	    "expiry: what is due is found behind tables where nothing is");
	put_in(TABLE_FAMILIES, "f", noon + 400);
	put_in(TABLE_SESSIONS, "s", noon + 500);
	sweep_at(noon + 500);
	CHECK(fixture_is_far() || entries_are(2),
	    "expiry: a write sweeps a handful in all tables together");
	sweep_at(noon + 500);
	CHECK(entries_are(0), "expiry: and no table is forgotten");
}

/* Codes that live a minute, one issued each second: the store must not grow. */
static void
steady(void)
{
	struct store_figures early, late;
	char key[16];

	for (int i = 0; i < 300; i++) {
		snprintf(key, sizeof key, "code %d", i);
		put_at(noon + i, key, noon + i + 60);
		if (i == 120 && store_measure(fixture, &early) != OK)
			return;
	}
	sweep_at(noon + 299);
	CHECK(counts(60, 60), "expiry: what comes and goes steadily keeps to "
			      "what is alive");
	if (!fixture_is_lmdb("a server uses its space again when it likes"))
		return;
	CHECK(store_measure(fixture, &late) == OK &&
		  late.bytes_used <= early.bytes_used + 65536,
	    "expiry: and its space is used again");
}

int
main(void)
{
	fixture_open();
	entries();
	sweeps();
	floods();
	if (fixture_is_lmdb("how much each write sweeps")) {
		handfuls();
		backlogs();
	}
	bounds();
	tables_apart();
	in_turn();
	steady();
	return check_done();
}
