/* The time of the newest commit, and a clock that is behind it. */
#include "store/newest.h"

#include "base/clock.h"
#include "check.h"
#include "fixture.h"

enum { DAY_S = 86400 };

static bool
note(struct newest *n, int64_t now)
{
	bool tell;

	return newest_note(n, now, &tell);
}

static bool
tells(struct newest *n, int64_t now)
{
	bool tell;

	(void)newest_note(n, now, &tell);
	return tell;
}

static void
goes_on(void)
{
	struct newest n = {0};

	CHECK(note(&n, noon) && n.at == noon, "newest: the first is noted");
	CHECK(!note(&n, noon + NEWEST_NOTED_S - 1) && n.at == noon,
	    "newest: within a minute none is");
	CHECK(note(&n, noon + NEWEST_NOTED_S) && n.at == noon + NEWEST_NOTED_S,
	    "newest: then the next");
	CHECK(!note(&n, n.at - CLOCK_SLACK_S) && !tells(&n, n.at - 1),
	    "newest: a clock set back by a little is not behind");
}

static void
is_behind(void)
{
	struct newest n = {.at = noon};
	int64_t then = noon - 31 * DAY_S;

	CHECK(tells(&n, then) && n.at == noon && n.behind_since == then,
	    "newest: a clock that is behind is told, and the newest stays");
	CHECK(!tells(&n, then + CLOCK_TOLD_S - 1) &&
		  tells(&n, then + CLOCK_TOLD_S),
	    "newest: an hour later again");
	CHECK(tells(&n, then - DAY_S) && n.behind_since == then - DAY_S,
	    "newest: and if it goes back further");
	CHECK(note(&n, noon + 1) && n.at == noon + 1 && n.behind_since == 0 &&
		  n.told_at == 0,
	    "newest: right again, it is forgotten at once");
}

static void
was_ahead(void)
{
	struct newest n = {.at = noon + 3650LL * DAY_S};

	(void)note(&n, noon);
	CHECK(!note(&n, noon + 60) && n.at > noon + DAY_S,
	    "newest: a clock that was ahead is not believed at once");
	CHECK(note(&n, noon + CLOCK_BELIEVED_S) &&
		  n.at == noon + CLOCK_BELIEVED_S && n.behind_since == 0 &&
		  !tells(&n, n.at + 1),
	    "newest: after 60 days the clock is right");
}

static enum err
nothing(struct store_txn *t, void *arg)
{
	(void)arg;
	return store_failed(t);
}

static enum err
ask(struct store_txn *t, void *arg)
{
	int64_t *behind_s = arg;

	*behind_s = store_clock_behind(t, noon - 31 * DAY_S);
	return OK;
}

static void
in_a_store(void)
{
	int64_t behind_s = 0;

	fixture_open();
	CHECK(
	    store_write(fixture, noon, nothing, NULL) == OK &&
		store_write(fixture, noon - 31 * DAY_S, nothing, NULL) == OK &&
		store_read(fixture, ask, &behind_s) == OK &&
		behind_s == 31 * DAY_S,
	    "newest: the store keeps it with a commit");
}

int
main(void)
{
	goes_on();
	is_behind();
	was_ahead();
	in_a_store();
	return check_done();
}
