/*
 * Who of a program's workers does what.
 *
 * Were all that have a request to compute at once, each would lose its
 * processor in the middle, and wait for all the others' turns before it has it
 * again: so only a few have a turn, and what else has come waits in the
 * socket's queue, where it stays in order. Who passes its turn on
 * (base/turn.h) lets another begin; whoever has passed it on goes on all the
 * same when its wait is over, for the queue has nothing that came before.
 *
 * One who has ended a request is first in line for the next: its memory is in
 * the processor's caches. The others are parked, the last to come the first to
 * go, so that those nobody needs are the same all the time, and end.
 *
 * A turn can be held by one that waits for a peer that is silent in the middle
 * of its request. So where all turns are taken one that is parked watches, and
 * when nothing has begun for a while those that have them lose them.
 *
 * All functions are called with the lock held, but for the two that begin and
 * end a worker.
 */
#ifndef LK_APP_ROLES_H
#define LK_APP_ROLES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_BUSY,      /* has a request, or is about to begin or end */
	ROLE_LISTENING, /* waits for one */
	ROLE_WATCHING,
	ROLE_PARKED
};

struct roles {
	pthread_mutex_t *lock;
	/* Adds one more worker, in ROLE, if it can be had. */
	void (*recruit)(void *arg, enum role role);
	void *arg;
	size_t turns;     /* there are */
	int64_t parked_s; /* then one who is parked is not needed */

	size_t taken;     /* turns */
	uint64_t taking;  /* rises when all are taken back */
	uint64_t begun;   /* requests */
	size_t listening; /* workers */
	bool watched;
	struct player *parked; /* the last to come */
};

/* A worker, as far as roles go. */
struct player {
	enum role role;
	uint64_t turn;            /* roles.taking when it took one; 0: none */
	pthread_cond_t appointed; /* to another role */
	struct player *below;     /* parked before */
};

/* Nobody plays yet; LOCK, and what RECRUIT is told, are the caller's. */
void roles_init(struct roles *r, pthread_mutex_t *lock,
    void (*recruit)(void *arg, enum role role), void *arg, size_t turns,
    int64_t parked_s);

/* False if the system has no room. */
bool player_init(struct player *w);
void player_free(struct player *w);

void roles_set(struct roles *r, struct player *w, enum role role);

/* W, which is busy or has just been recruited, has nothing to do, and no turn.
 * Waits until it is to listen; false when nobody needs it. */
bool roles_await(struct roles *r, struct player *w);

/* W, which listened or has a connection of its own, begins a request. */
void roles_begin(struct roles *r, struct player *w);

/* W is about to wait for something else than a request. */
void roles_pass(struct roles *r, struct player *w);

/* Whether W, for which nothing came while it listened, may end. OTHERS: there
 * are more workers than W. */
bool roles_may_end(const struct roles *r, bool others);

/* Whoever waits for a role is to listen: it is over. */
void roles_wake(struct roles *r, struct player *w);

#endif
