/*
 * A pool of workers: threads that serve one socket together, so that requests
 * which write share a commit (store/commit.c). There are as many as there are
 * requests that wait for something.
 *
 * Only a few compute at a time. With more runnable threads than processors each
 * is preempted midway and waits for all the others. So there are two permits
 * more than processors, and while all are in use, no connection is accepted:
 * they wait in the socket's queue, in order. A worker has a permit from the
 * moment its request has arrived until it first waits for something
 * (base/permit.h); then it goes on without one, because nothing in the queue
 * came before it.
 *
 * A worker that has ended a request takes the next, for its memory is in the
 * processor's caches. Workers that are not needed end after a few seconds. The
 * last one stays until the program exits, which an idle one does if its socket
 * is held by what starts it again (LATCHKEY_IDLE).
 */
#ifndef LK_SERVER_WORKER_POOL_H
#define LK_SERVER_WORKER_POOL_H

#include "base/err.h"
#include "http/gateway.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKERS_MAX = 256, WORKERS_HUNG_S = 3 };

/* What a worker does; ARG is the same for all. */
struct worker_kind {
	/* Its own state; NULL if there is no memory. */
	void *(*make)(void *arg);
	void (*free)(void *state);
	/* Serves the request in X; true if its answer is to leave late
	 * (server/held.h). */
	bool (*serve)(void *state, struct exchange *x);
	/* How many there may be, by a worker's state; asked each time. */
	size_t (*max)(const void *state);
	/* Told to stop: whether what is under way may never end, and is given
	 * up after WORKERS_HUNG_S. */
	bool (*may_hang)(void *arg);
};

/* Serves until the gateway says it is over, or until nothing has come for
 * IDLE_MS, if that is not 0; then lets every worker finish its request.
 * ERR_NO_MEMORY, ERR_IO if not even one could start. Called by the thread that
 * opened G; under plain CGI that is the one worker. */
enum err workers_run(struct gateway *g, const struct worker_kind *kind,
    void *arg, int64_t idle_ms) MUST_CHECK;

#endif
