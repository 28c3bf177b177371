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
 * What is shown. Two uses are *apart* if more than the window lies between
 * them. A *turn* is a run of answered uses by one holder while the other has
 * none. From the last copying on, and as long as the uses of the one lie apart
 * from those of the other, there are three turns at most: the fourth use that
 * would be one ends the family. So when the first two turns show that there
 * are two holders, the family is dead within two more. Uses that are not apart
 * converge on one token, and the count begins anew; answers that are lost give
 * their holder nothing, and do not count.
 *
 * With refresh_retry = theft there is one turn only: the second holder's first
 * use ends the family.
 */
#include "domain/family.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 2,
	APART = WINDOW + 1, /* and anything longer: all alike to the rule */
	LONG_AGO = 2 * WINDOW + 1, /* what a burst's age is compared with */
	DEPTH = 6,
	TURNS_MAX = 3,
	TURNS_MAX_STRICT = 1,

	/* names of generations in a state that has been renamed */
	DEAD = 1,
	BEFORE_MARK = 12,
	SINCE_MARK = 13,
	PARENT = 14,
	CURRENT = 15,
	FAR = 9 /* rotations after which a repetition is forgotten */
};

enum holder { RIGHTFUL, THIEF, NOBODY };

/* Forty bytes without a gap, so that states are compared as bytes. */
struct state {
	uint32_t stolen; /* generations the thief has, a bit each */
	uint32_t used;   /* generations that were accepted, a bit each */
	uint32_t sent[WINDOW + 1];    /* that were the newest so long ago */
	uint8_t current, parent, age; /* the family; age since rotated_at */
	uint8_t low, mark, mark_age, from, instead;
	uint8_t newest;   /* what the rightful one presents */
	uint8_t since[2]; /* each holder's last accepted use */
	uint8_t intruded; /* the thief was accepted once */
	uint8_t lost;     /* an answer to the rightful one was lost */
	uint8_t turns, last, zero;
	uint32_t none;
};

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
    [ONE_UNUSED] = "at most one token is good that nobody has used",
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
	struct state *states;
	size_t count, cap;
	uint32_t *slots; /* 1 + index of a state, 0 for none */
	size_t slot_count;
	bool rename;
	enum bounds { WITH_THIEF, WITH_LATE } what;
	struct rotation_rule rule;
	size_t uses, thefts, broken[PROMISES];
	unsigned turns_most;
};

static void
out_of_memory(void)
{
	puts("Bail out! no memory");
	exit(1);
}

/* --- the set of states seen --------------------------------------------- */

static size_t
slot_of(const struct search *s, const struct state *st)
{
	const uint8_t *bytes = (const uint8_t *)st;
	uint64_t hash = 14695981039346656037U; /* FNV-1a */
	size_t slot;

	for (size_t i = 0; i < sizeof *st; i++)
		hash = (hash ^ bytes[i]) * 1099511628211U;
	slot = (size_t)hash & (s->slot_count - 1);
	while (s->slots[slot] != 0 &&
	       memcmp(&s->states[s->slots[slot] - 1], st, sizeof *st) != 0)
		slot = (slot + 1) & (s->slot_count - 1);
	return slot;
}

static void
grow(struct search *s)
{
	s->cap = s->cap > 0 ? 2 * s->cap : 1024;
	s->slot_count = 2 * s->cap;
	s->states = realloc(s->states, s->cap * sizeof *s->states);
	free(s->slots);
	s->slots = calloc(s->slot_count, sizeof *s->slots);
	if (s->states == NULL || s->slots == NULL)
		out_of_memory();
	for (size_t i = 0; i < s->count; i++)
		s->slots[slot_of(s, &s->states[i])] = (uint32_t)(i + 1);
}

/*
 * The rule compares generations, and counts with them from `instead` alone.
 * What is neither current nor parent is dead, or was used before the mark, or
 * since, whatever its number. Renamed so, there are few states, and all that
 * can ever be reached are visited. The search to DEPTH does without, and shows
 * that nothing was hidden.
 */
static uint8_t
renamed(const struct state *st, unsigned generation)
{
	if (generation == st->current)
		return CURRENT;
	if (generation == st->parent)
		return st->parent == 0 ? 0 : PARENT;
	if (generation < st->low ||
	    (st->from < generation && generation < st->instead))
		return DEAD;
	if (generation >= st->mark)
		return SINCE_MARK;
	/* The one next to the mark's, so that no name between is unused. */
	return st->mark == st->parent ? SINCE_MARK : BEFORE_MARK;
}

static uint32_t
renamed_set(const struct state *st, uint32_t set)
{
	uint32_t result = 0;

	for (unsigned i = 0; i < 32; i++)
		if (set & 1U << i)
			result |= 1U << renamed(st, i);
	return result;
}

static struct state
rename_all(const struct state *st)
{
	struct state to = *st;
	unsigned since = st->current - st->instead;

	to.stolen = renamed_set(st, st->stolen);
	to.used = renamed_set(st, st->used);
	for (unsigned i = 0; i <= WINDOW; i++)
		to.sent[i] = renamed_set(st, st->sent[i]);
	to.newest = renamed(st, st->newest);
	to.parent = renamed(st, st->parent);
	to.mark = renamed(st, st->mark);
	to.low = st->low == st->mark ? to.mark : (uint8_t)(to.mark - 1);
	to.current = CURRENT;
	if (st->instead != 0) {
		to.instead = (uint8_t)(CURRENT - (since < FAR ? since : FAR));
		to.from = (uint8_t)(to.instead - 1);
	}
	return to;
}

static void
add(struct search *s, struct state st)
{
	size_t slot;

	if (s->rename)
		st = rename_all(&st);
	if (s->count == s->cap)
		grow(s);
	slot = slot_of(s, &st);
	if (s->slots[slot] != 0)
		return;
	s->states[s->count++] = st;
	s->slots[slot] = (uint32_t)s->count;
}

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
		st->last = NOBODY;
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
	add(s, st);
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
	st.last = NOBODY;
	add(s, st);
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

	add(s, (struct state){.current = 1,
		   .low = 1,
		   .mark = 1,
		   .mark_age = LONG_AGO,
		   .newest = 1,
		   .since = {APART, APART},
		   .last = NOBODY});
	for (unsigned d = 0; from < s->count && (depth == 0 || d < depth);
	     d++) {
		for (to = s->count; from < to; from++)
			expand(s, s->states[from]);
	}
}

static void
search(const char *name, enum bounds what, const struct rotation_rule *r,
    bool rename, unsigned depth)
{
	struct search s = {.rename = rename, .what = what, .rule = *r};
	char text[256];

	explore(&s, depth);
	printf("# %s: %zu states, %zu uses, %zu thefts found\n", name, s.count,
	    s.uses, s.thefts);
	for (size_t i = 0; i < PROMISES; i++) {
		snprintf(
		    text, sizeof text, "family, %s: %s", name, promises[i]);
		CHECK(s.broken[i] == 0, text);
	}
	snprintf(
	    text, sizeof text, "family, %s: and so many turns do happen", name);
	if (what == WITH_THIEF)
		CHECK(s.turns_most == turns_max(&s) && s.thefts > 0, text);
	free(s.states);
	free(s.slots);
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
	    "family: generation 0, the code, is nobody's to present");
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
	    "family: the one that nobody used is dead");
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
