/*
 * What any engine must do (store/engine.h), by its own functions alone. The one
 * that is tried is the one that settings choose when they name none, or that of
 * $LATCHKEY_TEST_STORE.
 */
#include "store/engine.h"

#include "base/big_endian.h"
#include "check.h"
#include "scratch_settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = TABLE_CODES, OTHER = TABLE_AUDIT, THREADS = 4, ROUNDS = 100 };

static const struct engine *engine;
static struct engine_db *db;
static struct engine_txn *txn;
static struct store_settings settings;

static void
bail_out(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

/* --- in one transaction, which must go well ------------------------------ */

/* One that is far away would bring nothing before it is told to. */
static enum err
begin_direct(bool write, struct engine_txn **t)
{
	enum err e = engine->begin(db, write, t);

	if (e == OK && engine->direct != NULL)
		e = engine->direct(*t);
	return e;
}

static void
begin(bool write)
{
	if (begin_direct(write, &txn) != OK)
		bail_out("no transaction");
}

static struct engine_bytes
key_of(const char *key)
{
	return (struct engine_bytes){(const uint8_t *)key, strlen(key)};
}

static enum err
put_bytes(unsigned table, const struct engine_bytes *key, const void *value,
    size_t len)
{
	uint8_t *room;
	enum err e = engine->put(txn, table, key, len, &room);

	if (e == OK && len > 0)
		memcpy(room, value, len);
	return e;
}

static bool
put(const char *key, const char *value)
{
	const struct engine_bytes k = key_of(key);

	return put_bytes(TABLE, &k, value, strlen(value)) == OK;
}

static enum err
del(const char *key)
{
	const struct engine_bytes k = key_of(key);

	return engine->del(txn, TABLE, &k);
}

/* Whether KEY has VALUE; NULL: it has none. */
static bool
has(const char *key, const char *value)
{
	const struct engine_bytes k = key_of(key);
	struct engine_bytes v;
	enum err e = engine->get(txn, TABLE, &k, &v);

	if (value == NULL)
		return e == ERR_NOT_FOUND;
	return e == OK && v.len == strlen(value) &&
	       memcmp(v.bytes, value, v.len) == 0;
}

static uint64_t
count(unsigned table)
{
	uint64_t n = UINT64_MAX;

	return engine->count(txn, table, &n) == OK ? n : UINT64_MAX;
}

/* The same back from BEFORE, or from where it is. */
static bool
goes_back_to(struct engine_cursor *c, const char *before, const char *key)
{
	struct engine_bytes b = {0}, k, v;
	enum err e;

	if (before != NULL)
		b = (struct engine_bytes){
		    (const uint8_t *)before, strlen(before)};
	e = engine->cursor_back(c, before != NULL ? &b : NULL, &k, &v);
	return key == NULL ? e == ERR_NOT_FOUND
			   : e == OK && k.len == strlen(key) &&
				 memcmp(k.bytes, key, k.len) == 0;
}

/* Whether the cursor, moved to FROM or to the next, is then at KEY. */
static bool
moves_to(struct engine_cursor *c, const char *from, const char *key)
{
	struct engine_bytes f, k, v;
	enum err e;

	if (from != NULL)
		f = key_of(from);
	e = engine->cursor_move(c, from != NULL ? &f : NULL, &k, &v);
	if (key == NULL)
		return e == ERR_NOT_FOUND;
	return e == OK && k.len == strlen(key) &&
	       memcmp(k.bytes, key, k.len) == 0;
}

/* A store without records, and a transaction in it that writes. */
static void
begin_empty(void)
{
	struct engine_cursor *c;
	struct engine_bytes k, v;

	begin(true);
	if (engine->cursor_open(txn, TABLE, &c) != OK)
		bail_out("no cursor");
	while (engine->cursor_move(c, NULL, &k, &v) == OK)
		if (engine->del(txn, TABLE, &k) != OK)
			bail_out("not empty");
	engine->cursor_close(c);
}

/* --- opening ------------------------------------------------------------- */

static int checks;

static enum err
check_ours(void *arg, struct engine_txn *t)
{
	const struct engine_bytes k = key_of("schema");
	struct engine_bytes v;

	checks++;
	return engine->get(t, TABLE_META, &k, &v) == OK ? *(enum err *)arg
							: ERR_CORRUPT;
}

static enum err
open_it(bool create, enum err checked)
{
	return engine->open(&db,
	    &(struct engine_opening){&settings, create, check_ours, &checked});
}

static void
opening(void)
{
	const struct engine_bytes k = key_of("schema");

	CHECK(open_it(false, OK) == ERR_NOT_FOUND && db == NULL && checks == 0,
	    "engine: a store that is not there is not made by opening it");
	CHECK(open_it(true, OK) == OK && checks == 0, "engine: one is made");
	begin(true);
	CHECK(put_bytes(TABLE_META, &k, "x", 1) == OK &&
		  engine->commit(txn) == OK,
	    "engine: and can be written at once");
	engine->close(db);
	CHECK(open_it(true, OK) == ERR_EXISTS && db == NULL,
	    "engine: one that is there is not made again");
	CHECK(open_it(false, ERR_VERSION) == ERR_VERSION && db == NULL &&
		  checks == 1,
	    "engine: its check, which can read, may refuse it");
	CHECK(open_it(false, OK) == OK && checks == 2,
	    "engine: it is opened when its check has nothing against it");
}

/* --- transactions -------------------------------------------------------- */

static void
one_transaction(void)
{
	begin_empty();
	CHECK(put("a", "1") && put("b", "2") && has("a", "1") && has("b", "2"),
	    "engine: what a transaction put it gets");
	CHECK(has("c", NULL) && del("c") == ERR_NOT_FOUND,
	    "engine: a key that is not there is ERR_NOT_FOUND");
	CHECK(put("a", "longer than before") &&
		  has("a", "longer than before") && put("a", "") &&
		  has("a", "") && count(TABLE) == 2,
	    "engine: a value is replaced, by a longer and by none at all");
	CHECK(del("b") == OK && has("b", NULL) && count(TABLE) == 1 &&
		  count(OTHER) == 0,
	    "engine: a key is removed, of one table");
	engine->abort(txn);
	begin(false);
	CHECK(has("a", NULL) && count(TABLE) == 0,
	    "engine: nothing is left of what was aborted");
	engine->abort(txn);
}

static void
snapshots(void)
{
	struct engine_txn *reader;

	begin_empty();
	(void)put("a", "old");
	CHECK(engine->commit(txn) == OK, "engine: a transaction is committed");
	begin(false);
	reader = txn;
	begin(true);
	CHECK(put("a", "new") && engine->commit(txn) == OK,
	    "engine: a writer does not wait for a reader");
	txn = reader;
	CHECK(has("a", "old"), "engine: who reads sees the store as it was");
	engine->abort(txn);
	begin(false);
	CHECK(has("a", "new"), "engine: who comes later sees what was written");
	engine->abort(txn);
}

static void
values(void)
{
	static uint8_t longest[ENGINE_VALUE_MAX];
	uint8_t bytes[ENGINE_KEY_MAX];
	struct engine_bytes k = {bytes, sizeof bytes}, a = key_of("a"),
			    b = key_of("b"), v, w;

	memset(bytes, 0xff, sizeof bytes);
	memset(longest, 7, sizeof longest);
	begin_empty();
	CHECK(put_bytes(TABLE, &k, longest, sizeof longest) == OK &&
		  engine->get(txn, TABLE, &k, &v) == OK &&
		  v.len == sizeof longest &&
		  memcmp(v.bytes, longest, v.len) == 0,
	    "engine: the longest key has the longest value");
	(void)put("a", "1");
	(void)put("b", "2");
	CHECK(engine->get(txn, TABLE, &a, &v) == OK &&
		  engine->get(txn, TABLE, &b, &w) == OK && v.bytes[0] == '1' &&
		  w.bytes[0] == '2',
	    "engine: a value can be read after others were got");
	engine->abort(txn);
}

/* --- cursors ------------------------------------------------------------- */

static void
order(void)
{
	static const struct engine_bytes sorted[] = {{(const uint8_t *)"\0", 1},
	    {(const uint8_t *)"\0\0", 2}, {(const uint8_t *)"\0\xff", 2},
	    {(const uint8_t *)"a", 1}, {(const uint8_t *)"a\0", 2},
	    {(const uint8_t *)"ab", 2}, {(const uint8_t *)"b", 1},
	    {(const uint8_t *)"\x7f", 1}, {(const uint8_t *)"\x80", 1},
	    {(const uint8_t *)"\xff", 1}, {(const uint8_t *)"\xff\xff", 2}};
	const size_t n = sizeof sorted / sizeof *sorted;
	struct engine_cursor *c;
	struct engine_bytes k, v;
	bool good = true;

	begin_empty();
	for (size_t i = 0; i < n; i++) /* 7 and 11 have no factor in common */
		good &= put_bytes(TABLE, &sorted[i * 7 % n], "", 0) == OK;
	good &= engine->cursor_open(txn, TABLE, &c) == OK;
	for (size_t i = 0; good && i < n; i++)
		good = engine->cursor_move(c, NULL, &k, &v) == OK &&
		       k.len == sorted[i].len && v.len == 0 &&
		       memcmp(k.bytes, sorted[i].bytes, k.len) == 0;
	CHECK(good && engine->cursor_move(c, NULL, &k, &v) == ERR_NOT_FOUND,
	    "engine: keys come in the order of their bytes");
	for (size_t i = 0; good && i < n; i++) {
		k = sorted[i];
		good = engine->cursor_move(c, &k, &k, &v) == OK &&
		       k.len == sorted[i].len &&
		       memcmp(k.bytes, sorted[i].bytes, k.len) == 0;
	}
	CHECK(good, "engine: a cursor moves to a key that is there");
	engine->abort(txn);
}

static void
cursors(void)
{
	struct engine_cursor *c, *more[ENGINE_CURSORS_MAX], *one;
	bool good = true;

	begin_empty();
	(void)!(put("b", "") && put("d", "") && put("f", "") && put("h", ""));
	if (engine->cursor_open(txn, TABLE, &c) != OK)
		bail_out("no cursor");
	CHECK(moves_to(c, "c", "d") && moves_to(c, NULL, "f") &&
		  moves_to(c, "", "b") && moves_to(c, "i", NULL),
	    "engine: a cursor moves to the first key that is not before");
	CHECK(goes_back_to(c, "c", "b") && goes_back_to(c, NULL, NULL) &&
		  goes_back_to(c, "f", "d") && goes_back_to(c, "", "h") &&
		  goes_back_to(c, "i", "h") && goes_back_to(c, NULL, "f") &&
		  goes_back_to(c, "b", NULL),
	    "engine: a cursor moves back to the last key that is before");
	CHECK(moves_to(c, "d", "d") && put("e", "") && moves_to(c, NULL, "e") &&
		  put("a", "") && moves_to(c, NULL, "f"),
	    "engine: it sees what is put as it goes");
	CHECK(del("f") == OK && moves_to(c, NULL, "h") && del("h") == OK &&
		  moves_to(c, NULL, NULL),
	    "engine: the key it is at may be removed");
	CHECK(moves_to(c, "a", "a") && del("b") == OK && moves_to(c, NULL, "d"),
	    "engine: and the one after that");
	engine->cursor_close(c);
	for (size_t i = 0; i < ENGINE_CURSORS_MAX; i++)
		good &= engine->cursor_open(txn, TABLE, &more[i]) == OK;
	CHECK(good && engine->cursor_open(txn, TABLE, &one) == ERR_NO_SPACE &&
		  moves_to(more[0], "d", "d") && moves_to(more[1], "a", "a") &&
		  moves_to(more[0], NULL, "e"),
	    "engine: several cursors do not disturb each other");
	engine->cursor_close(more[3]);
	CHECK(engine->cursor_open(txn, TABLE, &one) == OK &&
		  moves_to(one, NULL, "a"),
	    "engine: one that is closed makes room for another");
	engine->abort(txn);
}

/* --- far away ------------------------------------------------------------ */

/* What is missing is noted, and brought; nothing of the first run is left. */
static void
fetching(void)
{
	const struct engine_bytes a = key_of("a"), b = key_of("b"),
				  d = key_of("d");
	struct engine_cursor *c;
	struct engine_bytes k, v;

	if (engine->fetch == NULL)
		return;
	begin_empty();
	(void)!(put("a", "1") && put("b", "2") && put("c", "3"));
	(void)!engine->commit(txn);
	if (engine->begin(db, true, &txn) != OK)
		bail_out("no transaction");
	CHECK(engine->get(txn, TABLE, &a, &v) == ERR_AGAIN &&
		  engine->get(txn, TABLE, &a, &v) == ERR_AGAIN &&
		  engine->get(txn, TABLE, &d, &v) == ERR_AGAIN &&
		  put("d", "new") && has("d", "new"),
	    "engine: what is not here yet is ERR_AGAIN, what was put is here");
	engine->want(txn, TABLE, &b);
	CHECK(engine->fetch(txn) == OK && has("a", "1") && has("b", "2") &&
		  has("d", NULL),
	    "engine: all that was missed or wanted is fetched at once, and "
	    "what "
	    "was put is undone");
	CHECK(del("a") == OK && engine->cursor_open(txn, TABLE, &c) == OK &&
		  engine->cursor_move(c, NULL, &k, &v) == ERR_AGAIN &&
		  engine->fetch(txn) == OK &&
		  engine->cursor_open(txn, TABLE, &c) == OK && del("a") == OK &&
		  moves_to(c, NULL, "b") && moves_to(c, NULL, "c") &&
		  moves_to(c, NULL, NULL) && has("x", NULL),
	    "engine: a range is fetched, and what is not in it is known");
	CHECK(engine->commit(txn) == OK, "engine: then it is committed");
	begin(false);
	CHECK(has("a", NULL) && has("b", "2"), "engine: with its last run");
	engine->abort(txn);
}

/* --- two hosts ----------------------------------------------------------- */

static struct engine_db *db_elsewhere;
static struct engine_txn *elsewhere;

/* What there is to read is read, in TXN and in ELSEWHERE. */
static void
begin_both(void)
{
	begin_empty();
	if (!put("parent", "1") || engine->commit(txn) != OK)
		bail_out("not put");
	begin(true);
	if (engine->begin(db_elsewhere, true, &elsewhere) != OK ||
	    engine->direct(elsewhere) != OK)
		bail_out("no transaction elsewhere");
}

static bool
reads_parent(struct engine_txn *t, bool holds)
{
	const struct engine_bytes k = key_of("parent");
	struct engine_bytes v;

	return engine->get(t, TABLE, &k, &v) == OK && v.bytes[0] == '1' &&
	       (!holds || engine->hold(t, TABLE, &k) == OK);
}

static bool
puts_elsewhere(const char *key)
{
	const struct engine_bytes k = key_of(key);
	uint8_t *room;

	return engine->put(elsewhere, TABLE, &k, 0, &room) == OK;
}

/* Here something is put that belongs to what is changed elsewhere. */
static bool
both_commit(bool holds, bool here_first)
{
	enum err here = OK, there;

	begin_both();
	if (!reads_parent(txn, holds) || !reads_parent(elsewhere, false) ||
	    !put("child", "") || !puts_elsewhere("parent"))
		bail_out("not put by both");
	if (here_first)
		here = engine->commit(txn);
	there = engine->commit(elsewhere);
	if (!here_first)
		here = engine->commit(txn);
	if ((here_first ? here : there) != OK)
		bail_out("the first does not commit");
	return (here_first ? there : here) == OK;
}

static bool
both_hold(void)
{
	begin_both();
	if (!reads_parent(txn, true) || !reads_parent(elsewhere, true) ||
	    !put("child", "") || !puts_elsewhere("other child") ||
	    engine->commit(txn) != OK)
		bail_out("the first does not commit");
	return engine->commit(elsewhere) == OK;
}

/* Who only holds writes nothing, and is refused nothing. */
static bool
only_holds(void)
{
	begin_both();
	if (!reads_parent(txn, true) || !reads_parent(elsewhere, false) ||
	    !puts_elsewhere("parent") || engine->commit(elsewhere) != OK)
		bail_out("the first does not commit");
	return engine->commit(txn) == OK;
}

static void
holding(void)
{
	const struct engine_bytes none = key_of("none");
	enum err checked = OK;

	if (engine->hold == NULL)
		return;
	if (engine->open(&db_elsewhere, &(struct engine_opening){&settings,
					    false, check_ours, &checked}) != OK)
		bail_out("not opened elsewhere");
	CHECK(both_commit(false, true) && both_commit(false, false),
	    "engine: what is only read may be changed elsewhere");
	CHECK(!both_commit(true, true) && !both_commit(true, false),
	    "engine: of one that holds a row and one that changes it the "
	    "second is refused, whichever that is");
	CHECK(!both_hold(), "engine: and of two that hold it");
	CHECK(only_holds(), "engine: who holds it and changes nothing is not");
	begin_both();
	engine->abort(elsewhere);
	CHECK(engine->hold(txn, TABLE, &none) == OK && has("none", NULL) &&
		  put("child", "") && engine->commit(txn) == OK,
	    "engine: what is not there is not held");
	begin(false);
	CHECK(reads_parent(txn, true) && has("child", ""),
	    "engine: nor is what is only read");
	engine->abort(txn);
	engine->close(db_elsewhere);
}

/* --- much, and by many --------------------------------------------------- */

enum { MANY = 2000, LARGE = 20000 };

static enum err
put_many(void)
{
	static const uint8_t value[LARGE];
	uint8_t key[8];
	enum err e = begin_direct(true, &txn);

	if (e != OK)
		return e;
	for (uint64_t i = 0; e == OK && i < MANY; i++) {
		const struct engine_bytes k = {key, sizeof key};

		big_endian_put(key, sizeof key, i * 2654435761 % 1000003);
		e = put_bytes(OTHER, &k, value, sizeof value);
	}
	if (e == OK)
		return engine->commit(txn);
	engine->abort(txn);
	return e;
}

static void
much(void)
{
	struct store_figures f = {0};
	enum err e = ERR_AGAIN;

	for (int i = 0; i < 16 && e == ERR_AGAIN; i++)
		e = put_many();
	CHECK(
	    e == OK, "engine: much that is written needs another try at most");
	begin(false);
	CHECK(count(OTHER) == MANY, "engine: and is all there");
	engine->abort(txn);
	CHECK(engine->measure(db, &f) == OK &&
		  f.bytes_used > (uint64_t)MANY * LARGE &&
		  f.bytes_limit >= f.bytes_used,
	    "engine: its figures say so");
}

static enum err
add_one(void)
{
	const struct engine_bytes k = key_of("sum");
	struct engine_bytes v;
	struct engine_txn *t;
	uint8_t *room;
	uint64_t sum;
	enum err e = begin_direct(true, &t);

	if (e != OK)
		return e;
	e = engine->get(t, TABLE, &k, &v);
	sum = e == OK ? big_endian_get(v.bytes, 8) : 0;
	if (e == OK || e == ERR_NOT_FOUND)
		e = engine->put(t, TABLE, &k, 8, &room);
	if (e != OK) {
		engine->abort(t);
		return e;
	}
	big_endian_put(room, 8, sum + 1);
	return engine->commit(t);
}

static void *
add_often(void *arg)
{
	enum err e = OK;

	for (int i = 0; i < ROUNDS && e == OK; i++)
		do
			e = add_one();
		while (e == ERR_AGAIN);
	return e == OK ? arg : NULL;
}

static void
many(void)
{
	const struct engine_bytes k = key_of("sum");
	pthread_t threads[THREADS];
	struct engine_bytes v;
	void *done;
	bool good = true;

	begin_empty();
	(void)!engine->commit(txn);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, add_often, &good) != 0)
			bail_out("no thread");
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &done);
		good &= done != NULL;
	}
	begin(false);
	CHECK(good && engine->get(txn, TABLE, &k, &v) == OK &&
		  big_endian_get(v.bytes, 8) == THREADS * ROUNDS,
	    "engine: of several that read and write nothing is lost");
	engine->abort(txn);
}

static void
read_sum(void *arg)
{
	*(bool *)arg = count(TABLE) == 1;
}

static void
lasting(void)
{
	const unsigned generation = engine->generation(db);
	bool read = false;

	CHECK(generation == engine->generation(db) && !engine->is_lost(db),
	    "engine: a store that was not replaced is not lost");
	engine->close(db);
	if (open_it(false, OK) != OK)
		bail_out("not opened");
	begin(false);
	CHECK(engine->guard(txn, read_sum, &read) == OK && read &&
		  count(OTHER) == MANY,
	    "engine: what was committed is there when it is opened again");
	engine->abort(txn);
	engine->close(db);
}

int
main(void)
{
	settings = *scratch_settings();
	engine = engine_find(&settings);
	settings.engine = engine->name;
	CHECK(
	    engine_find(&settings) == engine &&
		engine_find(&(struct store_settings){.engine = "none"}) == NULL,
	    "engine: it is chosen by its name");
	opening();
	one_transaction();
	snapshots();
	values();
	order();
	cursors();
	fetching();
	holding();
	much();
	many();
	lasting();
	return check_done();
}
