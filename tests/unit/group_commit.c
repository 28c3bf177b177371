/*
 * Group commit: steps that wait share one flushed transaction, and each has its
 * own answer, also where the disk fails.
 */
#include "group_deeds.h"

#include "check.h"

/* Fewer than there are for one that sweeps. */
enum { ALONE = STORE_SWEEP_EVERY - 1 };

static void
batches(void)
{
	int64_t before = count_now();
	int flushed = atomic_load(&flushes);
	bool in_order = true, all = true;

	prepare(BATCH);
	CHECK(run_together(BATCH) == 1 &&
		  (fixture_is_far() || atomic_load(&flushes) == flushed + 1),
	    "group commit: steps that wait share one flush");
	for (int i = 0; i < BATCH; i++) {
		in_order &= deeds[i].number == before + i + 1;
		all &= deeds[i].answer == OK && is_there(&deeds[i]) &&
		       (deeds[i].runs == 1 || fixture_is_far());
	}
	CHECK(in_order && count_now() == before + BATCH,
	    "group commit: they come in their order, and each sees what those "
	    "before it did");
	CHECK(all, "group commit: each has its answer, and its change is kept");
}

static void
failures(void)
{
	int64_t before = count_now();
	bool others = true;

	prepare(BATCH);
	deeds[4].failure = ERR_CORRUPT;
	deeds[9].refusal = ERR_INVALID_GRANT;
	deeds[20].failure = ERR_NO_SPACE;
	run_together(BATCH);
	CHECK(deeds[4].answer == ERR_CORRUPT && !is_there(&deeds[4]) &&
		  deeds[20].answer == ERR_NO_SPACE && !is_there(&deeds[20]),
	    "group commit: of a step that fails nothing is kept");
	CHECK(deeds[9].answer == ERR_INVALID_GRANT && is_there(&deeds[9]),
	    "group commit: a step that refuses keeps its changes");
	for (int i = 0; i < BATCH; i++)
		if (i != 4 && i != 9 && i != 20)
			others &= deeds[i].answer == OK && is_there(&deeds[i]);
	CHECK(others && count_now() == before + BATCH - 2,
	    "group commit: one that fails or refuses harms no other");
}

/* Whether every deed is either answered with E and undone, or with OK and
 * kept; how many were kept goes to *KEPT. */
static bool
whole(size_t count, enum err e, size_t *kept)
{
	*kept = 0;
	for (size_t i = 0; i < count; i++) {
		bool ok = deeds[i].answer == OK;

		if ((!ok && deeds[i].answer != e) || is_there(&deeds[i]) != ok)
			return false;
		*kept += ok;
	}
	return true;
}

struct row {
	enum trouble kind;
	enum err err;
	const char *once, *always;
};

static void
trouble_with(const struct row *r)
{
	int64_t before = count_now();
	size_t kept;

	prepare(BATCH);
	deeds[0].trouble = r->kind;
	deeds[0].times = 1;
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == BATCH &&
		  count_now() == before + BATCH && deeds[1].runs == 2,
	    r->once);
	prepare(BATCH);
	deeds[0].trouble = r->kind;
	deeds[0].times = 1 << 20;
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == 0 &&
		  count_now() == before + BATCH,
	    r->always);
	prepare(BATCH);
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == BATCH,
	    "group commit: and when the trouble is over, so it is");
}

static void
disk_trouble(void)
{
	static const struct row rows[] = {
	    {FLUSH_FAILS, ERR_IO,
		"group commit: a flush that fails once costs no caller its "
		"step",
		"group commit: flushes that fail refuse all steps, and nothing "
		"is half done"},
	    {WRITE_FAILS, ERR_NO_SPACE,
		"group commit: a write that fails once costs no caller its "
		"step",
		"group commit: a full disk refuses all steps, and nothing is "
		"half done"},
	    {META_FAILS, ERR_NO_SPACE,
		"group commit: a commit that fails once, at its last write, "
		"costs no caller its step",
		"group commit: commits that fail at their last write refuse "
		"all steps, and nothing is half done"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		trouble_with(&rows[i]);
}

static void
growth(void)
{
	struct store_figures before = {0}, after = {0};
	int64_t count = count_now();
	int rounds = 0;
	size_t kept;

	if (store_measure(fixture, &before) != OK)
		fixture_bail_out("the map cannot be measured");
	for (after = before; after.bytes_limit == before.bytes_limit;
	     rounds++) {
		prepare(BATCH);
		for (size_t i = 0; i < BATCH; i++)
			deeds[i].value_len = STORE_VALUE_MAX;
		run_together(BATCH);
		if (!whole(BATCH, OK, &kept) || kept != BATCH ||
		    store_measure(fixture, &after) != OK)
			break;
	}
	CHECK(after.bytes_limit > before.bytes_limit && deeds[0].runs > 1 &&
		  count_now() == count + (int64_t)rounds * BATCH,
	    "group commit: the store grows in the middle of a batch, and each "
	    "step counts once");
}

static void
alone(void)
{
	int flushed = atomic_load(&flushes), kept = atomic_load(&commits);
	bool ok = true;

	fixture->batches = 0;

	prepare(1);
	for (int i = 0; i < ALONE; i++) {
		do_deed(&deeds[0]);
		ok &= deeds[0].answer == OK && !fixture->writes.leading &&
		      waiting() == 0;
	}
	CHECK(ok && atomic_load(&commits) == kept + ALONE,
	    "group commit: a step that is alone is committed once");
	if (fixture_is_lmdb("runs and flushes are counted here"))
		CHECK(atomic_load(&flushes) == flushed + ALONE &&
			  deeds[0].runs == ALONE,
		    "group commit: and run once and flushed once");
}

int
main(void)
{
	fixture_open();
	count_commits();
	alone();
	batches();
	failures();
	if (fixture_is_lmdb("has its disk and its map fail")) {
		disk_trouble();
		growth();
	}
	fixture_close();
	return check_done();
}
