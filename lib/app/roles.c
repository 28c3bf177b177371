#include "app/roles.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum {
	LISTENERS = 2, /* or each request would have to wake the next one */
	WATCH_MS = 10
};

void
roles_init(struct roles *r, pthread_mutex_t *lock,
    void (*recruit)(void *arg, enum role role), void *arg, size_t turns,
    int64_t parked_s)
{
	*r = (struct roles){.lock = lock,
	    .recruit = recruit,
	    .arg = arg,
	    .turns = turns,
	    .parked_s = parked_s,
	    .taking = 1};
}

/* Told in time that passes evenly, whatever the clock does. */
bool
player_init(struct player *w)
{
	pthread_condattr_t attr;
	bool good;

	memset(w, 0, sizeof *w);
	if (pthread_condattr_init(&attr) != 0)
		return false;
	good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(&w->appointed, &attr) == 0;
	pthread_condattr_destroy(&attr);
	return good;
}

void
player_free(struct player *w)
{
	pthread_cond_destroy(&w->appointed);
}

void
roles_set(struct roles *r, struct player *w, enum role role)
{
	r->listening -= w->role == ROLE_LISTENING;
	r->listening += role == ROLE_LISTENING;
	if (w->role == ROLE_WATCHING || role == ROLE_WATCHING)
		r->watched = role == ROLE_WATCHING;
	w->role = role;
}

static void
unpark(struct roles *r, struct player *w, enum role role)
{
	struct player **at = &r->parked;

	while (*at != w)
		at = &(*at)->below;
	*at = w->below;
	roles_set(r, w, role);
	pthread_cond_signal(&w->appointed);
}

static void
appoint(struct roles *r, enum role role)
{
	if (r->parked != NULL)
		unpark(r, r->parked, role);
	else
		r->recruit(r->arg, role);
}

/* Sees to it that somebody waits for the next request, or watches those that
 * let nobody. */
static void
provide(struct roles *r)
{
	if (r->listening > 0)
		return;
	if (r->taken < r->turns)
		appoint(r, ROLE_LISTENING);
	else if (!r->watched)
		appoint(r, ROLE_WATCHING);
}

/* What one who has nothing to do is to do. */
static enum role
next_role(const struct roles *r)
{
	if (r->listening < LISTENERS && r->taken < r->turns)
		return ROLE_LISTENING;
	return r->listening == 0 && !r->watched ? ROLE_WATCHING : ROLE_PARKED;
}

/* Waits for another role; false when there is none for WAIT_MS. */
static bool
await_role(struct roles *r, struct player *w, int64_t wait_ms)
{
	enum role role = w->role;
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += wait_ms % 1000 * 1000000;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (w->role == role && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->appointed, r->lock, &until);
	return w->role != role;
}

/* False if nobody needed it. */
static bool
park(struct roles *r, struct player *w)
{
	w->below = r->parked;
	r->parked = w;
	if (await_role(r, w, r->parked_s * 1000))
		return true;
	unpark(r, w, ROLE_BUSY);
	return false;
}

static void
give_turn(struct roles *r, struct player *w)
{
	r->taken -= w->turn == r->taking;
	w->turn = 0;
}

static void
watch(struct roles *r, struct player *w)
{
	uint64_t seen = r->begun;

	if (await_role(r, w, WATCH_MS))
		return;
	if (r->listening == 0 && r->begun == seen) {
		r->taking++;
		r->taken = 0;
	}
	if (r->listening > 0)
		roles_set(r, w, ROLE_PARKED);
	else if (r->taken < r->turns)
		roles_set(r, w, ROLE_LISTENING);
}

bool
roles_await(struct roles *r, struct player *w)
{
	give_turn(r, w);
	if (w->role == ROLE_BUSY)
		roles_set(r, w, next_role(r));
	while (w->role != ROLE_LISTENING) {
		if (w->role == ROLE_WATCHING)
			watch(r, w);
		else if (!park(r, w))
			return false;
	}
	return true;
}

void
roles_begin(struct roles *r, struct player *w)
{
	roles_set(r, w, ROLE_BUSY);
	w->turn = r->taking;
	r->taken++;
	r->begun++;
	provide(r);
}

void
roles_pass(struct roles *r, struct player *w)
{
	if (w->turn == 0)
		return;
	give_turn(r, w);
	provide(r);
}

bool
roles_may_end(const struct roles *r, bool others)
{
	return r->listening > 1 || !others;
}

void
roles_wake(struct roles *r, struct player *w)
{
	if (w->role == ROLE_PARKED) {
		unpark(r, w, ROLE_LISTENING);
	} else if (w->role == ROLE_WATCHING) {
		roles_set(r, w, ROLE_LISTENING);
		pthread_cond_signal(&w->appointed);
	}
}
