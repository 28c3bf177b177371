/*
 * A step may be run more than once (store.h). An engine that has each run
 * twice: what is kept is as if it had been run once.
 */
#include "check.h"
#include "fixture.h"

static int runs;

/* So often since the last time it was asked; one that is far away lets a step
 * run as often as it needs. */
static bool
ran(int times)
{
	const bool did = fixture_is_far() ? runs >= times : runs == times;

	runs = 0;
	return did;
}

static bool
count_one(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)key, (void)key_len, (void)value;
	++*(int *)arg;
	return true;
}

/* Adds a key that is one longer than all that are there. */
static enum err
lengthen_step(struct store_txn *t, void *arg)
{
	int *keys = arg;

	runs++;
	*keys = 0;
	store_scan(t, TABLE_CODES, NULL, 0, count_one, keys);
	store_put(t, TABLE_CODES, "xxxxxxxx", (size_t)++ * keys, "", 0, 0);
	return ERR_INVALID_GRANT;
}

static enum err
count_step(struct store_txn *t, void *arg)
{
	runs++;
	*(int *)arg = 0;
	store_scan(t, TABLE_CODES, NULL, 0, count_one, arg);
	return OK;
}

int
main(void)
{
	int keys = 0;

	setenv("LATCHKEY_TEST_TWICE", "1", 1);
	fixture_open();
	CHECK(store_write(fixture, noon, lengthen_step, &keys) ==
		      ERR_INVALID_GRANT &&
		  ran(2) && keys == 1,
	    "twice: a step that writes is run twice, its answer is the last");
	CHECK(store_write(fixture, noon, lengthen_step, &keys) ==
		      ERR_INVALID_GRANT &&
		  ran(2) && keys == 2,
	    "twice: and nothing of its first run is left in the second");
	CHECK(
	    store_read(fixture, count_step, &keys) == OK && ran(2) && keys == 2,
	    "twice: as one that reads is, and kept is what one run wrote");
	return check_done();
}
