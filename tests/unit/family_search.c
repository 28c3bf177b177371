/*
 * Theft never stays undetected: every interleaving of two holders of one
 * refresh-token family, tried against family_rotate() itself. The store is a
 * struct, the clock an argument.
 *
 * The model. The rightful holder presents the newest token it has received.
 * The thief copies that token at any moment, as often as it likes, and
 * presents any it ever had, copied or received, at once or generations later.
 * A use is answered, or its answer is lost: then the family has changed and
 * the holder has not. Before each use any time goes by: none, some, all of the
 * window to its last second, more.
 *
 * What is shown. Two uses are *apart* if more than the window lies between
 * them. A *turn* is a run of answered uses by one holder while the other has
 * none. From the last copying on, and as long as the uses of the one lie apart
 * from those of the other, there are three turns at most: the fourth use that
 * would be one ends the family. So when the first two turns show that there
 * are two holders, the family is dead within two more. Uses that are not apart
 * converge on one token, and the count begins anew; answers that are lost give
 * their holder nothing, and do not count.
 */
#include "domain/family.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 2,
	APART = WINDOW + 1, /* and anything longer: all alike to the rule */
	DEPTH = 8,
	TURNS_MAX = 3,

	/* names of generations in a state that has been renamed */
	DEAD = 1,
	PARENT = 2,
	CURRENT = 3
};

enum holder { RIGHTFUL, THIEF, NOBODY };

/* Fourteen bytes without a gap, so that states are compared as bytes. */
struct state {
	uint16_t stolen; /* generations the thief has, a bit each */
	uint16_t used;   /* generations that were accepted, a bit each */
	uint8_t current, parent, age; /* the family; age since rotated_at */
	uint8_t newest;               /* what the rightful one presents */
	uint8_t since[2];             /* each holder's last accepted use */
	uint8_t intruded;             /* the thief was accepted once */
	uint8_t turns, last, zero;
};

struct use {
	enum holder who;
	uint64_t generation;
	bool answered;
};

enum promise {
	GENERATIONS_GROW,
	ONE_LINE,
	ONE_UNUSED,
	NO_FALSE_ALARM,
	FEW_TURNS,
	PROMISES
};

static const char *const promises[PROMISES] = {
    [GENERATIONS_GROW] =
	"generations only grow, and theft changes nothing but ends all",
    [ONE_LINE] = "after a use only the token used and its one successor are "
		 "good: at most one line survives",
    [ONE_UNUSED] = "at most one token is good that nobody has used",
    [NO_FALSE_ALARM] =
	"the rightful holder is not refused before the thief was accepted",
    [FEW_TURNS] = "two holders whose uses lie apart have three turns at most: "
		  "theft never stays undetected",
};

struct search {
	struct state *states;
	size_t count, cap;
	uint32_t *slots; /* 1 + index of a state, 0 for none */
	size_t slot_count;
	bool rename;
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
 * The rule compares generations, it never counts with them: what is neither
 * current nor parent is dead, whatever its number. Renamed so, there are few
 * states, and all that can ever be reached are visited. The search to DEPTH
 * does without, and shows that nothing was hidden.
 */
static uint8_t
renamed(const struct state *st, unsigned generation)
{
	if (generation == st->current)
		return CURRENT;
	if (generation == st->parent)
		return st->parent == 0 ? 0 : PARENT;
	return DEAD;
}

static uint16_t
renamed_set(const struct state *st, unsigned set)
{
	unsigned result = 0;

	for (unsigned i = 0; i < 16; i++)
		if (set & 1U << i)
			result |= 1U << renamed(st, i);
	return (uint16_t)result;
}

static void
add(struct search *s, struct state st)
{
	size_t slot;

	if (s->rename) {
		st.stolen = renamed_set(&st, st.stolen);
		st.used = renamed_set(&st, st.used);
		st.newest = renamed(&st, st.newest);
		st.parent = renamed(&st, st.parent);
		st.current = CURRENT;
	}
	if (s->count == s->cap)
		grow(s);
	slot = slot_of(s, &st);
	if (s->slots[slot] != 0)
		return;
	s->states[s->count++] = st;
	s->slots[slot] = (uint32_t)s->count;
}

/* --- one use -------------------------------------------------------------- */

static bool
acceptable(const struct family *f, uint64_t generation)
{
	struct family copy = *f;

	return family_rotate(&copy, generation, WINDOW, 0) != ROTATION_THEFT;
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
	if (r == ROTATION_THEFT)
		return;
	for (uint64_t g = 0; g <= f->current + 1; g++) {
		expect(s, ONE_LINE,
		    acceptable(f, g) ==
			(g == f->current || g == u->generation));
		unused += acceptable(f, g) && g != u->generation &&
			  !(st->used & 1U << g);
	}
	expect(s, ONE_UNUSED, unused == 1 && !(st->used & 1U << f->current));
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
	expect(s, FEW_TURNS, st->turns <= TURNS_MAX);
}

static void
use(struct search *s, struct state st, const struct use *u)
{
	struct family f = {.current = st.current,
	    .parent = st.parent,
	    .rotated_at = -(int64_t)st.age};
	enum rotation r = family_rotate(&f, u->generation, WINDOW, 0);

	s->uses++;
	check_family(s, &st, u, &f, r);
	if (r == ROTATION_THEFT) {
		s->thefts++;
		expect(s, NO_FALSE_ALARM, u->who == THIEF || st.intruded);
		return;
	}
	count_turn(s, &st, u);
	st.current = (uint8_t)f.current;
	st.parent = (uint8_t)f.parent;
	st.age = (uint8_t)-f.rotated_at;
	st.used |= (uint16_t)(1U << u->generation);
	st.since[u->who] = 0;
	if (u->who == THIEF)
		st.intruded = 1;
	if (u->answered && u->who == THIEF)
		st.stolen |= (uint16_t)(1U << f.current);
	else if (u->answered)
		st.newest = (uint8_t)f.current;
	add(s, st);
}

/* --- all of them ---------------------------------------------------------- */

static uint8_t
later(uint8_t age, unsigned s)
{
	return (uint8_t)(age + s < APART ? age + s : APART);
}

static void
steal(struct search *s, struct state st)
{
	st.stolen |= (uint16_t)(1U << st.newest);
	st.turns = 0;
	st.last = NOBODY;
	add(s, st);
}

/* Everything that can happen next. */
static void
expand(struct search *s, struct state st)
{
	struct use u;

	steal(s, st);
	for (unsigned time = 0; time <= APART; time++) {
		struct state then = st;

		then.age = later(st.age, time);
		then.since[RIGHTFUL] = later(st.since[RIGHTFUL], time);
		then.since[THIEF] = later(st.since[THIEF], time);
		for (unsigned answered = 0; answered < 2; answered++) {
			u = (struct use){RIGHTFUL, st.newest, answered};
			use(s, then, &u);
			for (unsigned g = 1; g < 16; g++) {
				u = (struct use){THIEF, g, answered};
				if (st.stolen & 1U << g)
					use(s, then, &u);
			}
		}
	}
}

/* Visits all states within DEPTH steps, or all there are (depth 0). */
static void
explore(struct search *s, unsigned depth)
{
	size_t from = 0, to;

	add(s, (struct state){.current = 1,
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
search(const char *name, bool rename, unsigned depth)
{
	struct search s = {.rename = rename};
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
	    text, sizeof text, "family, %s: and three turns do happen", name);
	CHECK(s.turns_most == TURNS_MAX && s.thefts > 0, text);
	free(s.states);
	free(s.slots);
}

/* --- one holder, several tabs --------------------------------------------- */

/*
 * An honest client alone: it presents what lies in its storage, from one tab
 * or from two at once, the second inside the window that the first was in;
 * each answer is lost or kept, and whichever comes last stays. Any time later
 * it does so again. It must never look like a thief. (Tabs that use what the
 * storage held before two rotations, or that stand on both sides of a
 * window's end, are beyond what generations can tell.)
 */
struct tabs {
	bool seen[2][APART + 1][CURRENT + 1];
	unsigned states, alarms;
};

static void
tabs_visit(struct tabs *tabs, struct family f, uint64_t stored)
{
	struct state st = {
	    .current = (uint8_t)f.current, .parent = (uint8_t)f.parent};
	int64_t age = -f.rotated_at < APART ? -f.rotated_at : APART;
	bool *seen =
	    &tabs->seen[f.parent != 0][age][renamed(&st, (unsigned)stored)];

	if (*seen)
		return;
	*seen = true;
	tabs->states++;
	for (int64_t wait = 0; wait <= APART; wait++) {
		struct family one = f, two;
		uint64_t first;

		one.rotated_at = -(age + wait);
		if (family_rotate(&one, stored, WINDOW, 0) == ROTATION_THEFT) {
			tabs->alarms++;
			continue;
		}
		first = one.current;
		tabs_visit(tabs, one, stored); /* its answer lost */
		tabs_visit(tabs, one, first);
		for (; - one.rotated_at <= WINDOW; one.rotated_at--) {
			two = one;
			if (family_rotate(&two, stored, WINDOW, 0) ==
			    ROTATION_THEFT) {
				tabs->alarms++;
				continue;
			}
			tabs_visit(tabs, two, stored);
			tabs_visit(tabs, two, first);
			tabs_visit(tabs, two, two.current);
		}
	}
}

static void
two_tabs(void)
{
	struct tabs tabs = {.alarms = 0};
	struct family f = {.current = 1};

	tabs_visit(&tabs, f, 1);
	printf("# tabs: %u states\n", tabs.states);
	CHECK(tabs.alarms == 0 && tabs.states > 4,
	    "family, tabs: an honest client that loses answers and races "
	    "itself is never taken for a thief");
}

/* --- no window, odd clocks ------------------------------------------------ */

static void
no_window(void)
{
	struct family f = {.current = 1};
	bool strict = true;

	for (uint64_t g = 1; g <= 6; g++) {
		struct family before = f;

		strict &= family_rotate(&f, g, 0, 0) == ROTATION_NEXT;
		for (uint64_t old = 0; old <= g; old++)
			strict &=
			    family_rotate(&f, old, 0, 0) == ROTATION_THEFT;
		strict &= f.current == before.current + 1 && f.parent == g;
	}
	CHECK(strict, "family: without a window every second use is theft");
}

static void
odd_presentations(void)
{
	struct family f = {.current = 1}, g;

	CHECK(family_rotate(&f, 0, WINDOW, 0) == ROTATION_THEFT,
	    "family: generation 0, the code, is nobody's to present");
	CHECK(family_rotate(&f, 2, WINDOW, 0) == ROTATION_THEFT &&
		  family_rotate(&f, UINT64_MAX, WINDOW, 0) == ROTATION_THEFT,
	    "family: a generation that was never issued is theft");
	CHECK(family_rotate(&f, 1, WINDOW, 1000) == ROTATION_NEXT,
	    "family: "
	    "the current token gives its successor");
	g = f;
	CHECK(family_rotate(&g, 1, WINDOW, 10) == ROTATION_AGAIN &&
		  memcmp(&f, &g, sizeof f) == 0,
	    "family: a clock that went back counts as inside the window");
	CHECK(family_rotate(&g, 1, WINDOW, 1000 + WINDOW) == ROTATION_AGAIN,
	    "family: the window's last second is inside");
	CHECK(family_rotate(&g, 1, WINDOW, 1000 + WINDOW + 1) ==
		      ROTATION_INSTEAD &&
		  g.current == 3 && g.parent == 1,
	    "family: a second later there is another successor");
	CHECK(family_rotate(&g, 2, WINDOW, 2000) == ROTATION_THEFT,
	    "family: the one that nobody used is dead");
}

int
main(void)
{
	search("eight steps", false, DEPTH);
	search("every state", true, 0);
	two_tabs();
	no_window();
	odd_presentations();
	return check_done();
}
