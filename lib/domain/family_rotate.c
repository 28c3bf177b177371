#include "domain/family.h"

/* A repetition counts as a second one if no more rotations than these are
 * between it and the first. */
enum { ROTATIONS_BETWEEN = 8 };

bool
family_abandoned(const struct family *f, uint64_t generation)
{
	return f->from < generation && generation < f->instead;
}

/* A burst is a run of uses that begins with MARK and lasts for the window; the
 * one before it counts for as long again. One that is to come began before the
 * clock went back, and is over: or it would last until the clock is there
 * again. */
static enum rotation
next(struct family *f, int64_t grace_s, int64_t now)
{
	int64_t age_s = now - f->mark_at;

	if (age_s > grace_s || age_s < -grace_s) {
		f->low = age_s <= 2 * grace_s ? f->mark : f->current;
		f->mark = f->current;
		f->mark_at = now;
	}
	f->parent = f->current++;
	f->rotated_at = now;
	return ROTATION_NEXT;
}

/* Whether GENERATION was used so lately that its request may have been
 * overtaken, or its answer lost. */
static bool
is_late(
    const struct family *f, uint64_t generation, int64_t grace_s, int64_t now)
{
	int64_t used_at = generation >= f->mark ? f->rotated_at : f->mark_at;

	return f->low <= generation && generation < f->current &&
	       !family_abandoned(f, generation) && now - used_at <= grace_s;
}

/* Whether a successor was given instead a short while ago, and was used since:
 * then there are two who each use what the other has not got. */
static bool
is_second(const struct family *f)
{
	return f->instead != 0 && f->instead != f->current &&
	       f->current - f->instead <= ROTATIONS_BETWEEN;
}

static enum rotation
instead(struct family *f, int64_t now)
{
	f->from = f->low = f->mark = f->parent;
	f->instead = ++f->current;
	f->rotated_at = f->mark_at = now;
	return ROTATION_INSTEAD;
}

struct rotation_rule
rotation_rule_for(const struct client *c, const struct rotation_rule *usual)
{
	struct rotation_rule rule = *usual;

	if (c->refresh_retry != RETRY_DEFAULT)
		rule.retry_is_theft = c->refresh_retry == RETRY_THEFT;
	return rule;
}

enum rotation
family_rotate(struct family *f, uint64_t generation,
    const struct rotation_rule *rule, int64_t now)
{
	if (generation == f->current)
		return next(f, rule->grace_s, now);
	/* Generation 0 is the code, which has no second chance. */
	if (rule->grace_s <= 0 || generation == 0)
		return ROTATION_THEFT;
	if (is_late(f, generation, rule->grace_s, now))
		return ROTATION_AGAIN;
	if (generation != f->parent || rule->retry_is_theft || is_second(f))
		return ROTATION_THEFT;
	return instead(f, now);
}
