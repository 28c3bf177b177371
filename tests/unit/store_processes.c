/*
 * The store under several processes and threads: it grows for all of them,
 * processes that die leave nothing behind, what was said to be on disk is
 * there.
 */
#include "store/store.h"

#include "check.h"
#include "store_children.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* --- growth -------------------------------------------------------------- */

static bool
grow_alone(void)
{
	struct store *s = open_store();
	bool kept = map_size(s) == 16 * MIB;

	kept &= write_blobs(s, 0, 100);   /* in the map there is */
	kept &= write_blobs(s, 100, 600); /* one step, more than twice of it */
	kept &= map_size(s) >= 64 * MIB && has_blobs(s, 0, 700);
	store_close(&s);
	s = open_store();
	kept &= s != NULL && has_blobs(s, 0, 700);
	store_close(&s);
	return kept;
}

/* Opens first, then follows what another made of the store. */
static bool
follow(void)
{
	struct store *s = open_store();
	bool kept = s != NULL && has_blobs(s, 0, 1) && tell(to_parent) &&
		    hear(from_parent) && has_blobs(s, 0, 400) &&
		    write_blobs(s, 400, 10) && tell(to_parent) &&
		    hear(from_parent) && write_blobs(s, 900, 1) &&
		    map_size(s) >= 64 * MIB && has_blobs(s, 0, 901);

	store_close(&s);
	return kept;
}

static bool
lead(struct child *follower)
{
	struct store *s = open_store();
	bool kept = s != NULL && write_blobs(s, 0, 400) &&
		    tell(follower->told) && hear(follower->heard) &&
		    has_blobs(s, 0, 410) && write_blobs(s, 410, 490) &&
		    tell(follower->told);

	store_close(&s);
	return kept;
}

static bool
seed(void)
{
	struct store *s = open_store();
	bool kept = s != NULL && write_blobs(s, 0, 1);

	store_close(&s);
	return kept;
}

static void
growth(void)
{
	struct child follower;
	bool kept;

	new_store("alone");
	CHECK(run(grow_alone), "store: it grows by itself, in any step");
	new_store("together");
	run(seed);
	follower = begin(follow);
	kept = hear(follower.heard) && lead(&follower);
	CHECK(end(&follower) && kept,
	    "store: it grows for every process that has it open, for reading "
	    "and writing");
}

/* --- readers that die ---------------------------------------------------- */

static enum err
read_for_ever(struct store_txn *t, void *arg)
{
	struct store_value v;
	enum err e = store_get(t, TABLE_CODES, arg, sizeof(uint32_t), &v);

	tell(to_parent);
	hear(from_parent);
	return e;
}

static bool
hold_reader(void)
{
	struct store *s = open_store();
	uint32_t key = 0;

	return s != NULL && store_read(s, read_for_ever, &key) == OK;
}

/* The next to open it, like a worker that replaces a dead one. */
static bool
open_when_told(void)
{
	struct store *s;
	bool opened;

	if (!hear(from_parent))
		return false;
	s = open_store();
	opened = s != NULL && tell(to_parent);
	store_close(&s);
	return opened;
}

/* How much the store grows while one record is written over and over. */
static uint64_t
growth_of_rewriting(struct store *s)
{
	struct store_figures before, after;

	for (int i = 0; i < 10; i++)
		write_blobs(s, 0, 1);
	if (store_measure(s, &before) != OK)
		return UINT64_MAX;
	for (int i = 0; i < 40; i++)
		write_blobs(s, 0, 1);
	if (store_measure(s, &after) != OK)
		return UINT64_MAX;
	return after.bytes_used - before.bytes_used;
}

static void
dead_readers(void)
{
	enum { READERS = 20 };
	struct child c[READERS], next;
	uint64_t pinned, freed;

	new_store("readers");
	run(seed);
	for (size_t i = 0; i < READERS; i++) {
		c[i] = begin(hold_reader);
		hear(c[i].heard);
	}
	next = begin(open_when_told);
	fixture = open_store();
	pinned = growth_of_rewriting(fixture);
	for (size_t i = 0; i < READERS; i++)
		kill_child(&c[i]);
	tell(next.told);
	hear(next.heard);
	freed = growth_of_rewriting(fixture);
	store_close(&fixture);
	end(&next);
	printf("# grew by %llu while they read, %llu after\n",
	    (unsigned long long)pinned, (unsigned long long)freed);
	CHECK(pinned >= 20 * BLOB && freed == 0,
	    "store: readers that were killed do not make it grow");
}

/* --- threads ------------------------------------------------------------- */

enum { THREADS = 64, TURNS = 8 };

static struct store *shared;
static atomic_bool inconsistent;
static atomic_uint begun;

/* Two records that each write moves apart: their sum stays. */
static enum err
move_one(struct store_txn *t, void *arg)
{
	int64_t pair[2] = {0, 0};
	struct store_value v;

	(void)arg;
	for (uint8_t i = 0; i < 2; i++) {
		if (store_get(t, TABLE_SESSIONS, &i, 1, &v) == OK)
			memcpy(&pair[i], v.bytes, sizeof pair[i]);
		pair[i] += i == 0 ? 1 : -1;
		store_put(
		    t, TABLE_SESSIONS, &i, 1, &pair[i], sizeof pair[i], 0);
	}
	return OK;
}

/* A step that would break the pair, and fails. */
static enum err
spoil(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, TABLE_SESSIONS, "\0", 1, "spoiled!", 8, 0);
	store_fail(t, ERR_CORRUPT);
	return OK;
}

static enum err
read_pair(struct store_txn *t, void *arg)
{
	int64_t *pair = arg;
	struct store_value v;

	pair[0] = pair[1] = 0;
	for (uint8_t i = 0; i < 2; i++)
		if (store_get(t, TABLE_SESSIONS, &i, 1, &v) == OK)
			memcpy(&pair[i], v.bytes, sizeof pair[i]);
	return OK;
}

static void *
mix(void *arg)
{
	int64_t pair[2];
	uint32_t number = atomic_fetch_add(&begun, 1) * TURNS;
	bool kept = true;

	(void)arg;
	for (uint32_t i = 0; i < TURNS; i++) {
		kept &= store_write(shared, noon, move_one, NULL) == OK;
		kept &= write_blobs(shared, number + i, 1);
		kept &= number % 16 != 0 ||
			store_write(shared, noon, spoil, NULL) == ERR_CORRUPT;
		for (int n = 0; n < 4; n++)
			kept &= store_read(shared, read_pair, pair) == OK &&
				pair[0] > 0 && pair[0] + pair[1] == 0;
		kept &= has_blobs(shared, number + i, 1);
	}
	if (!kept)
		inconsistent = true;
	return NULL;
}

static bool
many_threads(void)
{
	pthread_t threads[THREADS];
	int64_t pair[2] = {0, 0};
	bool kept;

	shared = open_store();
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, mix, NULL) != 0)
			return false;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	kept = !inconsistent && store_read(shared, read_pair, pair) == OK &&
	       pair[0] == THREADS * TURNS && map_size(shared) > 16 * MIB &&
	       has_blobs(shared, 0, THREADS * TURNS);
	store_close(&shared);
	return kept;
}

static void
threads(void)
{
	new_store("threads");
	CHECK(run(many_threads),
	    "store: 64 threads that read, write, fail and make it grow see it "
	    "consistent, and lose no write");
}

/* --- writers that die ---------------------------------------------------- */

/*
 * Each step has a number, moves the pair, puts a record that expires under its
 * number and removes the one ten before: so what must hold at any moment
 * follows from the number.
 */
static enum err
numbered_step(struct store_txn *t, void *arg)
{
	uint32_t *number = arg, old;
	struct store_value v;

	*number = 0;
	if (store_get(t, TABLE_META, "number", 6, &v) == OK)
		memcpy(number, v.bytes, sizeof *number);
	++*number;
	old = *number - 10;
	store_put(t, TABLE_META, "number", 6, number, sizeof *number, 0);
	store_put(t, TABLE_CODES, number, sizeof *number, &noon, sizeof noon,
	    noon + *number);
	store_del(t, TABLE_CODES, &old, sizeof old);
	return move_one(t, NULL);
}

static bool
write_for_ever(void)
{
	struct store *s = open_store();
	uint32_t number;

	while (s != NULL && store_write(s, noon, numbered_step, &number) == OK)
		if (write(to_parent, &number, sizeof number) != sizeof number)
			return false;
	return false;
}

static enum err
numbered_holds(struct store_txn *t, void *arg)
{
	uint32_t *number = arg;
	struct store_value v;
	int64_t pair[2];

	*number = 0;
	if (store_get(t, TABLE_META, "number", 6, &v) == OK)
		memcpy(number, v.bytes, sizeof *number);
	read_pair(t, pair);
	if (pair[0] != *number || pair[0] + pair[1] != 0)
		return ERR_CORRUPT;
	for (uint32_t i = *number > 10 ? *number - 9 : 1; i <= *number; i++)
		if (store_get(t, TABLE_CODES, &i, sizeof i, &v) != OK)
			return ERR_CORRUPT;
	return OK;
}

/* Whether all holds, and NUMBER, the last one told of, is there. */
static bool
intact(uint32_t told)
{
	struct store *s = open_store();
	struct store_figures f;
	uint32_t number = 0, alive;
	bool kept = s != NULL && store_read(s, numbered_holds, &number) == OK;

	alive = number < 10 ? number : 10;
	kept &= number >= told && number <= told + 1;
	kept &= store_measure(s, &f) == OK && f.entries[TABLE_CODES] == alive &&
		f.expiry_entries == alive;
	store_close(&s);
	return kept;
}

static void
dead_writers(void)
{
	enum { KILLS = 30 };
	uint32_t told = 0;
	bool kept = true;

	new_store("writers");
	for (int i = 0; kept && i < KILLS; i++) {
		/* any moment of a write: their lengths have nothing to do with
		 * each other */
		struct timespec wait = {.tv_nsec = 3000000 + 377771 * i};
		struct child c = begin(write_for_ever);

		kept &= read(c.heard, &told, sizeof told) == sizeof told;
		nanosleep(&wait, NULL);
		kill(c.pid, SIGKILL);
		while (read(c.heard, &told, sizeof told) == sizeof told)
			;
		end(&c);
		kept &= intact(told);
	}
	printf("# %u writes told of\n", told);
	CHECK(kept && told > KILLS,
	    "store: 30 writers killed at any moment lose nothing they told of, "
	    "and leave nothing half done");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_dir();
	growth();
	dead_readers();
	threads();
	dead_writers();
	return check_done();
}
