/*
 * The rows of refresh-token families: under half an id or the whole one, with
 * every property, and no more of them however often a token is refreshed.
 */
#include "check.h"
#include "family_fixture.h"
#include "store/record.h"

/* --- where it is kept ---------------------------------------------------- */

static bool
count_family(void *arg, const void *record)
{
	const struct family *f = record;

	*(int *)arg +=
	    memcmp(f->family_id, family.family_id, FAMILY_KEY_LEN) == 0;
	return true;
}

static int
neighbours(struct store_txn *t)
{
	struct family f;
	int count = 0;

	record_each(t, &family_record, NULL, &f, count_family, &count);
	return count;
}

/* Makes FAMILY the one whose id begins as it does and ends in END. */
static void
turn_to(uint8_t end)
{
	family.family_id[FAMILY_ID_LEN - 1] = end;
}

/* Begins another like FAMILY, with an id that begins alike. */
static void
begin_beside(struct store_txn *t, uint8_t end)
{
	turn_to(end);
	if (family_begin(t, &family, &lifetimes, noon) != OK)
		fixture_bail_out("no family");
}

static enum err
halves(struct store_txn *t, void *arg)
{
	uint8_t first;

	(void)arg;
	begin(t, true);
	first = family.family_id[FAMILY_ID_LEN - 1];
	for (uint8_t other = 1; other <= 2; other++) {
		begin_beside(t, first ^ other);
		CHECK(refresh(t, 1, noon) == 2 && refresh(t, 2, noon) == 3,
		    "family: one whose id begins as another's is one of its "
		    "own");
	}
	turn_to(first ^ 3);
	CHECK(!lives(t, noon) && neighbours(t) == 3 && refresh(t, 1, noon) == 0,
	    "family: one that was never begun is none of them");
	family_end(t, family.family_id);
	CHECK(neighbours(t) == 3, "family: ending it ends none of them");
	return OK;
}

/* Of two ids that begin alike, the first one put is kept under half its id. */
static enum err
half_again(struct store_txn *t, void *arg)
{
	uint8_t first;

	(void)arg;
	begin(t, true);
	first = family.family_id[FAMILY_ID_LEN - 1];
	begin_beside(t, first ^ 1);
	turn_to(first);
	family_end(t, family.family_id);
	CHECK(!lives(t, noon) && neighbours(t) == 1,
	    "family: the one that is kept under half of its id ends alone");
	turn_to(first ^ 1);
	CHECK(refresh(t, 1, noon) == 2 && neighbours(t) == 1,
	    "family: the other is found where it is, and stays there");
	begin_beside(t, first ^ 2);
	CHECK(lives(t, noon) && neighbours(t) == 2,
	    "family: a third may take the place");
	turn_to(first ^ 1);
	CHECK(refresh(t, 2, noon) == 3 && refresh(t, 2, noon) == 3 &&
		  refresh(t, 1, noon + APART) == 0 && !lives(t, noon) &&
		  neighbours(t) == 1,
	    "family: and theft of the other ends the other");
	return OK;
}

static enum err
every_bit(struct store_txn *t, void *arg)
{
	struct family f;
	bool kept = true;

	(void)arg;
	for (int bits = 0; bits < 8; bits++) {
		family = (struct family){.client_id = "app",
		    .refreshable = bits & 1,
		    .offline = bits & 2,
		    .cookie = bits & 4};
		random_bytes(family.family_id, FAMILY_ID_LEN);
		kept &= family_begin(t, &family, &lifetimes, noon) == OK &&
			family_get(t, family.family_id, noon, &f) == OK &&
			f.refreshable == family.refreshable &&
			f.offline == family.offline &&
			f.cookie == family.cookie;
	}
	CHECK(kept, "family: each of its properties is kept");
	return OK;
}

/* --- constant storage ---------------------------------------------------- */

static enum err
begin_step(struct store_txn *t, void *arg)
{
	begin(t, *(bool *)arg);
	return OK;
}

static enum err
refresh_step(struct store_txn *t, void *arg)
{
	uint64_t *generation = arg;

	*generation = refresh(t, *generation, noon + (int64_t)*generation);
	return OK;
}

static void
constant(void)
{
	struct store_figures before, after;
	uint64_t generation = 1;
	bool offline = true;

	in_store(begin_step, &offline);
	for (int i = 0; i < 50; i++)
		in_store(refresh_step, &generation);
	if (store_measure(fixture, &before) != OK)
		return;
	for (int i = 0; i < 1000; i++)
		in_store(refresh_step, &generation);
	CHECK(
	    generation == 1051 && store_measure(fixture, &after) == OK &&
		after.bytes_used == before.bytes_used &&
		after.expiry_entries == before.expiry_entries &&
		after.entries[TABLE_FAMILIES] == before.entries[TABLE_FAMILIES],
	    "family: a thousand rotations take no room");
}

int
main(void)
{
	fixture_open();
	in_store(settle_in, NULL);
	in_store(halves, NULL);
	in_store(half_again, NULL);
	in_store(every_bit, NULL);
	constant();
	return check_done();
}
