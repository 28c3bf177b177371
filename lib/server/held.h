/*
 * Answers that leave late. A guess of a password that is refused without a hash
 * costs little, so that those who guess without a pause would have the whole
 * program by asking again at once. Their answers wait for HELD_MS, without a
 * worker; so many of them at most, the others leave at once.
 */
#ifndef LK_SERVER_HELD_H
#define LK_SERVER_HELD_H

#include "http/gateway.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HELD_MS = 1000, HELD_MAX = 128 };

struct held {
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t over_now;
	bool over;    /* they leave now */
	bool running; /* the thread that lets them go */
	bool started; /* and is to be joined */
	pthread_t thread;
	size_t first, count; /* of a ring, the first to leave first */
	struct {
		struct exchange *exchange;
		int64_t due_ms;
	} ring[HELD_MAX];
};

/* False if the system has no room. */
bool held_init(struct held *h);

/* Takes X, which may wait (exchange_may_wait) and has its answer. False if it
 * cannot be held: it is the caller's still. */
bool held_add(struct held *h, struct exchange *x);

/* All leave now, and the thread ends. */
void held_finish(struct held *h);

#endif
