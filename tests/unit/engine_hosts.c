/*
 * What an engine must do (store/engine.h) that is far away, and that several
 * hosts write. One that is here has nothing of it.
 */
#include "engine_tried.h"

#include <pthread.h>
#include <time.h>

enum { REFUSALS = 3 }; /* in a row, before a host takes its turn alone */

/* --- far away ------------------------------------------------------------ */

/* KEY is put without being asked for, by one who expects that it is new. */
static void
expecting_none(const char *key, enum err committed)
{
	const struct engine_bytes k = key_of(key);

	if (engine->begin(db, true, &txn) != OK)
		bail_out("no transaction");
	engine->expect_none(txn, TABLE, &k);
	CHECK(has(key, NULL) && put(key, "new") && has(key, "new") &&
		  engine->commit(txn) == committed,
	    committed == OK ? "engine: a key that is new is not asked for"
			    : "engine: where it is there, nothing is kept");
}

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
	    "what was put is undone");
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
	expecting_none("d", OK);
	expecting_none("b", ERR_AGAIN);
}

/* --- two hosts ----------------------------------------------------------- */

static struct engine_db *db_elsewhere;
static struct engine_txn *elsewhere;

static void
begin_elsewhere(void)
{
	if (engine->begin(db_elsewhere, true, &elsewhere) != OK ||
	    engine->direct(elsewhere) != OK)
		bail_out("no transaction elsewhere");
}

/* What there is to read is read, in TXN and in ELSEWHERE. */
static void
begin_both(void)
{
	begin_empty();
	if (!put("parent", "1") || engine->commit(txn) != OK)
		bail_out("not put");
	begin(true);
	begin_elsewhere();
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
}

static bool
is_refused(void)
{
	begin(true);
	begin_elsewhere();
	if (!put("parent", "1") || !puts_elsewhere("parent") ||
	    engine->commit(elsewhere) != OK)
		bail_out("the first does not commit");
	return engine->commit(txn) == ERR_AGAIN;
}

static void *
commit_elsewhere(void *answer)
{
	*(enum err *)answer = engine->commit(elsewhere);
	return NULL;
}

/* What has begun elsewhere is to wait, and then to be refused. */
static bool
commits_alone(void)
{
	static const struct timespec a_while = {.tv_nsec = 200000000};
	enum err here, there = OK;
	pthread_t thread;

	begin(true);
	begin_elsewhere();
	if (!puts_elsewhere("parent") ||
	    pthread_create(&thread, NULL, commit_elsewhere, &there) != 0)
		bail_out("no commit elsewhere");
	nanosleep(&a_while, NULL);
	if (!put("parent", "1") || !put("child", ""))
		bail_out("not put");
	here = engine->commit(txn);
	pthread_join(thread, NULL);
	return here == OK && there == ERR_AGAIN;
}

static void
refused(void)
{
	int count = 0;

	while (count < REFUSALS && is_refused())
		count++;
	CHECK(count == REFUSALS && commits_alone(),
	    "engine: a host that was refused three times takes a turn in which "
	    "no other commits");
	CHECK(is_refused(), "engine: and only one");
}

static void
two_hosts(void)
{
	enum err checked = OK;

	if (engine->hold == NULL)
		return;
	if (engine->open(&db_elsewhere, &(struct engine_opening){&settings,
					    false, check_ours, &checked}) != OK)
		bail_out("not opened elsewhere");
	holding();
	refused();
	engine->close(db_elsewhere);
}

int
main(void)
{
	choose_engine();
	make_store();
	fetching();
	two_hosts();
	return check_done();
}
