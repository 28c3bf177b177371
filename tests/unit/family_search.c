/*
 * Theft never stays undetected: every interleaving of two holders of one
 * refresh-token family, tried against family_rotate() itself. The store is a
 * struct, the clock an argument.
 *
 * The model. The rightful holder presents the newest token it has received. A
 * request of its own *arrives late* if the token was the newest when it was
 * sent, at most a window ago, and is no longer: tabs race, a connection is
 * overtaken, any number of times. The thief copies that token at any moment, as
 * often as it likes, and presents any it ever had, copied or received, at once
 * or generations later. A use is answered, or its answer is lost: then the
 * family has changed and the holder has not. Before each use any time goes by:
 * none, some, all of the window to its last second, more.
 *
 * What is shown. Two uses are *apart* if more than the window is between
 * them. A *turn* is a run of answered uses by one holder while the other has
 * none. From the last copying on, and as long as the uses of the one are apart
 * from those of the other, there are three turns at most: the fourth use that
 * would be one ends the family. So when the first two turns show that there
 * are two holders, the family ends within two more. Uses that are not apart
 * converge on one token, and the count begins again; answers that are lost give
 * their holder nothing, and do not count.
 *
 * With refresh_retry = theft there is one turn only: the second holder's first
 * use ends the family.
 */
#include "domain/family.h"

#include "check.h"
#include "family_states.h"

#include <string.h>

enum { DEPTH = 6, TURNS_MAX = 3, TURNS_MAX_STRICT = 1 };

enum holder { RIGHTFUL, THIEF, NEITHER };

struct use {
	enum holder who;
	uint64_t generation;
	bool answered, late;
};

enum promise {
	GENERATIONS_GROW,
	ONE_LINE,
	ONE_UNUSED,
	NO_FALSE_ALARM,
	LATE_IS_GOOD,
	ONE_INSTEAD,
	FEW_TURNS,
	PROMISES
};

static const char *const promises[PROMISES] = {
    [GENERATIONS_GROW] =
	"generations only grow, and theft changes nothing but ends all",
    [ONE_LINE] = "what is good beside the newest token was used before and "
		 "leads to the one successor: at most one line survives",
    [ONE_UNUSED] = "at most one unused token is good",
    [NO_FALSE_ALARM] =
	"the rightful holder is not refused before the thief was accepted, "
	"unless answers to two tokens were lost within 8 rotations",
    [LATE_IS_GOOD] = "a request that arrives late never ends the family of "
		     "a holder that lost no answer",
    [ONE_INSTEAD] =
	"a successor is given instead to one parent only within 8 rotations, "
	"and to none where a retry is theft",
    [FEW_TURNS] = "two holders whose uses lie apart have three turns at most, "
		  "one where a retry is theft: theft never stays undetected",
};

struct search {
	struct state_set seen;
	enum bounds { WITH_THIEF, WITH_LATE } what;
	struct rotation_rule rule;
	size_t uses, thefts, broken[PROMISES];
	unsigned turns_most;
};

/* --- one use -------------------------------------------------------------- */

static const struct rotation_rule rule = {WINDOW, false},
				  without_retry = {WINDOW, true};

static bool
acceptable(const struct search *s, const struct family *f, uint64_t generation)
{
	struct family copy = *f;

	return family_rotate(&copy, generation, &s->rule, 0) != ROTATION_THEFT;
}

static void
expect(struct search *s, enum promise p, bool kept)
{
	s->broken[p] += !kept;
}

/* What must hold of the family around any use. */
static void
check_family(struct search *s, const struct state *st, const struct use *u,
    const struct family *f, enum rotation r)
{
	bool rotated = r == ROTATION_NEXT || r == ROTATION_INSTEAD;
	unsigned unused = 0;

	expect(s, GENERATIONS_GROW,
	    f->parent < f->current &&
		f->current == st->current + (rotated ? 1U : 0U) &&
		(r == ROTATION_NEXT || f->parent == st->parent));
	if (r == ROTATION_INSTEAD)
		expect(s, ONE_INSTEAD,
		    !s->rule.retry_is_theft &&
			(st->instead == 0 || st->instead == st->current ||
			    st->current - st->instead >= FAR));
	if (r == ROTATION_THEFT)
		return;
	for (uint64_t g = 0; g <= f->current + 1; g++) {
		bool was_used = g == u->generation || st->used & 1U << g;

		if (acceptable(s, f, g) && g != f->current)
			expect(s, ONE_LINE, was_used);
		unused += acceptable(s, f, g) && !was_used;
	}
	expect(s, ONE_LINE, acceptable(s, f, f->current));
	expect(s, ONE_UNUSED, unused == 1 && !(st->used & 1U << f->current));
}

static unsigned
turns_max(const struct search *s)
{
	return s->rule.retry_is_theft ? TURNS_MAX_STRICT : TURNS_MAX;
}

/* Counts turns: see the top. */
static void
count_turn(struct search *s, struct state *st, const struct use *u)
{
	enum holder other = u->who == THIEF ? RIGHTFUL : THIEF;

	if (st->since[other] <= WINDOW) {
		st->turns = 0;
		st->last = NEITHER;
	} else if (u->answered && st->last != u->who) {
		st->turns++;
		st->last = (uint8_t)u->who;
	}
	if (st->turns > s->turns_most)
		s->turns_most = st->turns;
	expect(s, FEW_TURNS, st->turns <= turns_max(s));
}

/* The family as a state has it, at time 0. */
static struct family
family_of(const struct state *st)
{
	return (struct family){.current = st->current,
	    .parent = st->parent,
	    .rotated_at = -(int64_t)st->age,
	    .low = st->low,
	    .mark = st->mark,
	    .mark_at = -(int64_t)st->mark_age,
	    .from = st->from,
	    .instead = st->instead};
}

static void
keep(struct state *st, const struct family *f)
{
	st->current = (uint8_t)f->current;
	st->parent = (uint8_t)f->parent;
	st->age = (uint8_t)-f->rotated_at;
	st->low = (uint8_t)f->low;
	st->mark = (uint8_t)f->mark;
	st->mark_age = (uint8_t)-f->mark_at;
	st->from = (uint8_t)f->from;
	st->instead = (uint8_t)f->instead;
}

static void
check_alarm(struct search *s, const struct state *st, const struct use *u)
{
	s->thefts++;
	if (u->who == THIEF || st->intruded)
		return;
	expect(s, LATE_IS_GOOD, st->lost);
	/* A second repetition: what the rule cannot tell from a thief. */
	if (s->what == WITH_THIEF)
		expect(s, NO_FALSE_ALARM, u->generation == st->parent);
}

static void
receive(const struct search *s, struct state *st, uint8_t generation)
{
	if (s->what == WITH_LATE)
		st->sent[0] |= 1U << st->newest;
	st->newest = generation;
}

static void
use(struct search *s, struct state st, const struct use *u)
{
	struct family f = family_of(&st);
	enum rotation r = family_rotate(&f, u->generation, &s->rule, 0);

	s->uses++;
	check_family(s, &st, u, &f, r);
	if (r == ROTATION_THEFT) {
		check_alarm(s, &st, u);
		return;
	}
	count_turn(s, &st, u);
	keep(&st, &f);
	st.used |= 1U << u->generation;
	st.since[u->who] = 0;
	if (u->who == THIEF)
		st.intruded = 1;
	if (u->who == RIGHTFUL && !u->answered)
		st.lost = 1;
	if (u->answered && u->who == THIEF)
		st.stolen |= 1U << f.current;
	else if (u->answered && f.current != st.newest)
		receive(s, &st, (uint8_t)f.current);
	state_add(&s->seen, st);
}

/* --- all of them ---------------------------------------------------------- */

static uint8_t
later(uint8_t age, unsigned s, unsigned most)
{
	return (uint8_t)(age + s < most ? age + s : most);
}

/* The state S seconds on. A token that was the newest twice counts as of the
 * last time. */
static struct state
wait_for(const struct state *st, unsigned s)
{
	struct state then = *st;

	then.age = later(st->age, s, APART);
	then.mark_age = later(st->mark_age, s, LONG_AGO);
	then.since[RIGHTFUL] = later(st->since[RIGHTFUL], s, APART);
	then.since[THIEF] = later(st->since[THIEF], s, APART);
	for (unsigned i = 0; i <= WINDOW; i++) {
		then.sent[i] = i < s ? 0 : st->sent[i - s];
		for (unsigned j = 0; j < i; j++)
			then.sent[i] &= ~then.sent[j];
	}
	return then;
}

static void
steal(struct search *s, struct state st)
{
	st.stolen |= 1U << st.newest;
	st.turns = 0;
	st.last = NEITHER;
	state_add(&s->seen, st);
}

/* All uses that are possible at once, answered or not. */
static void
use_all(struct search *s, const struct state *st, bool answered)
{
	uint32_t sent = 0;

	for (unsigned i = 0; i <= WINDOW; i++)
		sent |= st->sent[i];
	use(s, *st, &(struct use){RIGHTFUL, st->newest, answered, false});
	for (unsigned g = 1; g < 32; g++) {
		if (sent & 1U << g)
			use(s, *st, &(struct use){RIGHTFUL, g, answered, true});
		if (st->stolen & 1U << g)
			use(s, *st, &(struct use){THIEF, g, answered, false});
	}
}

/* Everything that can happen next. */
static void
expand(struct search *s, struct state st)
{
	if (s->what == WITH_THIEF)
		steal(s, st);
	for (unsigned time = 0; time <= LONG_AGO; time++) {
		struct state then = wait_for(&st, time);

		use_all(s, &then, false);
		use_all(s, &then, true);
	}
}

/* Visits all states within DEPTH steps, or all there are (depth 0). */
static void
explore(struct search *s, unsigned depth)
{
	size_t from = 0, to;

	state_add(&s->seen, (struct state){.current = 1,
				.low = 1,
				.mark = 1,
				.mark_age = LONG_AGO,
				.newest = 1,
				.since = {APART, APART},
				.last = NEITHER});
	for (unsigned d = 0; from < s->seen.count && (depth == 0 || d < depth);
	     d++) {
		for (to = s->seen.count; from < to; from++)
			expand(s, s->seen.states[from]);
	}
}

static void
search(const char *name, enum bounds what, const struct rotation_rule *r,
    bool rename, unsigned depth)
{
	struct search s = {.seen.rename = rename, .what = what, .rule = *r};
	char text[256];

	explore(&s, depth);
	printf("# %s: %zu states, %zu uses, %zu thefts found\n", name,
	    s.seen.count, s.uses, s.thefts);
	for (size_t i = 0; i < PROMISES; i++) {
		snprintf(
		    text, sizeof text, "family, %s: %s", name, promises[i]);
		CHECK(s.broken[i] == 0, text);
	}
	snprintf(
	    text, sizeof text, "family, %s: and so many turns do happen", name);
	if (what == WITH_THIEF)
		CHECK(s.turns_most == turns_max(&s) && s.thefts > 0, text);
	state_set_free(&s.seen);
}

/* --- no window, odd clocks ------------------------------------------------ */

static void
no_window(void)
{
	static const struct rotation_rule none = {0, false};
	struct family f = {.current = 1, .low = 1, .mark = 1};
	bool strict = true;

	for (uint64_t g = 1; g <= 6; g++) {
		struct family before = f;

		strict &= family_rotate(&f, g, &none, 0) == ROTATION_NEXT;
		for (uint64_t old = 0; old <= g; old++)
			strict &=
			    family_rotate(&f, old, &none, 0) == ROTATION_THEFT;
		strict &= f.current == before.current + 1 && f.parent == g;
	}
	CHECK(strict, "family: without a window every second use is theft");
}

static void
odd_presentations(void)
{
	struct family f = {.current = 1, .low = 1, .mark = 1}, g;

	CHECK(family_rotate(&f, 0, &rule, 0) == ROTATION_THEFT,
	    "family: generation 0, the code, may not be presented");
	CHECK(family_rotate(&f, 2, &rule, 0) == ROTATION_THEFT &&
		  family_rotate(&f, UINT64_MAX, &rule, 0) == ROTATION_THEFT,
	    "family: a generation that was never issued is theft");
	CHECK(family_rotate(&f, 1, &rule, 1000) == ROTATION_NEXT,
	    "family: "
	    "the current token gives its successor");
	g = f;
	CHECK(family_rotate(&g, 1, &rule, 10) == ROTATION_AGAIN &&
		  memcmp(&f, &g, sizeof f) == 0,
	    "family: a clock that went back counts as inside the window");
	CHECK(family_rotate(&g, 1, &rule, 1000 + WINDOW) == ROTATION_AGAIN,
	    "family: the window's last second is inside");
	CHECK(family_rotate(&g, 1, &rule, 1000 + WINDOW + 1) ==
		      ROTATION_INSTEAD &&
		  g.current == 3 && g.parent == 1,
	    "family: a second later there is another successor");
	CHECK(family_rotate(&g, 2, &rule, 2000) == ROTATION_THEFT,
	    "family: the one that was not used is no longer good");
}

/* A use while the clock is behind begins a burst by that clock: the one before
 * is not taken for one of the future, which would not end. */
static void
clock_behind(void)
{
	static const int64_t then = 1000000, behind = 1000;
	struct family f = {.current = 1, .low = 1, .mark = 1};
	int64_t now = then;

	for (uint64_t g = 1; g <= 3; g++, now += WINDOW + 1)
		(void)family_rotate(&f, g, &rule, now);
	now = behind;
	CHECK(family_rotate(&f, 4, &rule, now) == ROTATION_NEXT &&
		  family_rotate(&f, 3, &rule, now) == ROTATION_AGAIN,
	    "family: the use before the clock went back may still be late");
	for (uint64_t g = 5; g <= 7; g++)
		(void)family_rotate(&f, g, &rule, now += WINDOW + 1);
	CHECK(family_rotate(&f, 3, &rule, now) == ROTATION_THEFT &&
		  family_rotate(&f, 4, &rule, now) == ROTATION_THEFT,
	    "family: then older tokens are theft, however far it went back");
}

int
main(void)
{
	search("a thief, six steps", WITH_THIEF, &rule, false, DEPTH);
	search("a thief, every state", WITH_THIEF, &rule, true, 0);
	search("late arrivals, six steps", WITH_LATE, &rule, false, DEPTH);
	search("late arrivals, every state", WITH_LATE, &rule, true, 0);
	search("a thief, a retry is theft, six steps", WITH_THIEF,
	    &without_retry, false, DEPTH);
	search("a thief, a retry is theft, every state", WITH_THIEF,
	    &without_retry, true, 0);
	search("late arrivals, a retry is theft, every state", WITH_LATE,
	    &without_retry, true, 0);

	no_window();
	odd_presentations();
	clock_behind();
	return check_done();
}
