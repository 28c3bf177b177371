/*
 * Workers: threads that serve one socket together, so that requests which write
 * share a commit (store/commit.c). As many as there are requests that wait for
 * something; of those that compute only a few more than there are processors,
 * for more would only be in each other's way. Workers that have not been needed
 * for a while end, and what they had goes back to the system. An idle program
 * has none: it waits, and is small.
 */
#ifndef LK_APP_WORKERS_H
#define LK_APP_WORKERS_H

#include "base/err.h"
#include "web/gateway.h"

#include <stdbool.h>
#include <stddef.h>

enum { WORKERS_MAX = 256, WORKERS_QUIET_S = 5, WORKERS_HUNG_S = 3 };

/* What a worker does; ARG is the same for all. */
struct worker_kind {
	/* Its own state; NULL if there is no memory. */
	void *(*make)(void *arg);
	void (*free)(void *state);
	/* Serves the request in X; true if its answer is to leave late
	 * (app/held.h). */
	bool (*serve)(void *state, struct exchange *x);
	/* How many there may be, by a worker's state; asked anew each time. */
	size_t (*max)(const void *state);
	/* There are no workers, and nothing has come for WORKERS_QUIET_S; once,
	 * until something comes. Called by the thread that calls workers_run.
	 */
	void (*quiet)(void *arg);
	/* Told to stop: whether what is under way may never end, and is given
	 * up after WORKERS_HUNG_S. Called by the same thread. */
	bool (*may_hang)(void *arg);
};

/* Serves until the gateway says it is over, then lets every worker finish the
 * request it has. ERR_NO_MEMORY, ERR_IO if not even one could start. Called by
 * the thread that opened G; under plain CGI that is the one worker. */
enum err workers_run(
    struct gateway *g, const struct worker_kind *kind, void *arg) MUST_CHECK;

#endif
