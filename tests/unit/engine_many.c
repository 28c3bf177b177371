/*
 * What any engine must do (store/engine.h) with much, and for many at once.
 */
#include "engine_tried.h"

#include "base/big_endian.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 100 };

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
	choose_engine();
	make_store();
	much();
	many();
	lasting();
	return check_done();
}
