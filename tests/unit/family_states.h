/*
 * The states that family_search.c visits: a refresh-token family and what its
 * two holders have, each state once.
 */
#ifndef LK_TESTS_FAMILY_STATES_H
#define LK_TESTS_FAMILY_STATES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 2,
	APART = WINDOW + 1, /* and anything longer: all alike to the rule */
	LONG_AGO = 2 * WINDOW + 1, /* what a burst's age is compared with */

	/* names of generations in a state that has been renamed */
	ENDED = 1,
	BEFORE_MARK = 12,
	SINCE_MARK = 13,
	PARENT = 14,
	CURRENT = 15,
	FAR = 9 /* rotations after which a repetition is forgotten */
};

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

struct state_set {
	struct state *states;
	size_t count, cap;
	uint32_t *slots; /* 1 + index of a state, 0 for none */
	size_t slot_count;
	bool rename;
};

static inline void
state_set_free(struct state_set *s)
{
	free(s->states);
	free(s->slots);
}

static inline void
out_of_memory(void)
{
	puts("Bail out! no memory");
	exit(1);
}

static inline size_t
state_slot(const struct state_set *s, const struct state *st)
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

static inline void
state_set_grow(struct state_set *s)
{
	s->cap = s->cap > 0 ? 2 * s->cap : 1024;
	s->slot_count = 2 * s->cap;
	s->states = realloc(s->states, s->cap * sizeof *s->states);
	free(s->slots);
	s->slots = calloc(s->slot_count, sizeof *s->slots);
	if (s->states == NULL || s->slots == NULL)
		out_of_memory();
	for (size_t i = 0; i < s->count; i++)
		s->slots[state_slot(s, &s->states[i])] = (uint32_t)(i + 1);
}

/*
 * The rule compares generations, and counts with them from `instead` alone.
 * What is neither current nor parent has ended, or was used before the mark,
 * or since; its number does not matter. Renamed so, there are few states, and
 * all that can ever be reached are visited. The search to DEPTH does without,
 * and shows that nothing was hidden.
 */
static inline uint8_t
renamed(const struct state *st, unsigned generation)
{
	if (generation == st->current)
		return CURRENT;
	if (generation == st->parent)
		return st->parent == 0 ? 0 : PARENT;
	if (generation < st->low ||
	    (st->from < generation && generation < st->instead))
		return ENDED;
	if (generation >= st->mark)
		return SINCE_MARK;
	/* The one next to the mark's, so that no name between is unused. */
	return st->mark == st->parent ? SINCE_MARK : BEFORE_MARK;
}

static inline uint32_t
renamed_set(const struct state *st, uint32_t set)
{
	uint32_t result = 0;

	for (unsigned i = 0; i < 32; i++)
		if (set & 1U << i)
			result |= 1U << renamed(st, i);
	return result;
}

static inline struct state
state_renamed(const struct state *st)
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

static inline void
state_add(struct state_set *s, struct state st)
{
	size_t slot;

	if (s->rename)
		st = state_renamed(&st);
	if (s->count == s->cap)
		state_set_grow(s);
	slot = state_slot(s, &st);
	if (s->slots[slot] != 0)
		return;
	s->states[s->count++] = st;
	s->slots[slot] = (uint32_t)s->count;
}

#endif
