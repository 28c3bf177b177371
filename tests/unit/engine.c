/*
 * What any engine must do (store/engine.h): its opening, its transactions and
 * its cursors. The rest is in engine_many.c and engine_hosts.c.
 */
#include "engine_tried.h"

/* --- opening ------------------------------------------------------------- */

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

/* Whether the cursor, moved back from BEFORE or from where it is, is at KEY. */
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

int
main(void)
{
	choose_engine();
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
	return check_done();
}
