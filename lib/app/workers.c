#include "app/workers.h"

#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { STACK_BYTES = 2 << 20, WAKE_INTERVAL_MS = 5 };

struct pool {
	struct gateway *gateway;
	const struct worker_kind *kind;
	void *arg;
	atomic_size_t idle; /* wait for a request */

	pthread_mutex_t lock; /* of what follows */
	size_t count;
	struct worker {
		struct pool *pool;
		pthread_t thread;
		atomic_bool ended;
	} worker[WORKERS_MAX];
};

static void *run_thread(void *arg);

/* One more, if there may be. That it cannot be had is no reason to refuse
 * anything: those that are there go on. */
static void
add_worker(struct pool *p)
{
	size_t max = p->kind->max(p->arg);
	struct worker *w;
	pthread_attr_t attr;

	pthread_mutex_lock(&p->lock);
	/* The caller of workers_run is one. */
	if (p->count + 1 < max && p->count < WORKERS_MAX &&
	    pthread_attr_init(&attr) == 0) {
		pthread_attr_setstacksize(&attr, STACK_BYTES);
		w = &p->worker[p->count];
		w->pool = p;
		atomic_init(&w->ended, false);
		if (pthread_create(&w->thread, &attr, run_thread, w) == 0)
			p->count++;
		else
			log_fault("no more workers", NULL);
		pthread_attr_destroy(&attr);
	}
	pthread_mutex_unlock(&p->lock);
}

static enum err
work(struct pool *p)
{
	void *state = p->kind->make(p->arg);
	struct exchange *x = NULL;
	enum err e = ERR_NO_MEMORY;

	if (state != NULL)
		e = exchange_new(&x, p->gateway);
	while (e == OK) {
		bool got, last;

		atomic_fetch_add(&p->idle, 1);
		got = gateway_next(p->gateway, x);
		last = atomic_fetch_sub(&p->idle, 1) == 1;
		if (!got)
			break;
		if (last && !gateway_is_cgi(p->gateway))
			add_worker(p);
		p->kind->serve(state, x);
		gateway_finish(x);
	}
	exchange_free(&x);
	if (state != NULL)
		p->kind->free(state);
	return e;
}

static void *
run_thread(void *arg)
{
	struct worker *w = arg;

	gateway_leave_signals();
	if (work(w->pool) != OK)
		log_fault("a worker could not start", NULL);
	atomic_store(&w->ended, true);
	return NULL;
}

/* Wakes the workers that have not ended; false if there are none. One that is
 * just starting another has not ended, so none is missed. */
static bool
wake_all(struct pool *p)
{
	bool running = false;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count; i++)
		if (!atomic_load(&p->worker[i].ended)) {
			gateway_wake(p->worker[i].thread);
			running = true;
		}
	pthread_mutex_unlock(&p->lock);
	return running;
}

/*
 * A signal just before accept is slept through, so again and again until all
 * have ended; one that serves a request is not disturbed by it.
 */
static void
join_all(struct pool *p)
{
	static const struct timespec pause = {
	    .tv_nsec = WAKE_INTERVAL_MS * 1000000L};

	while (wake_all(p))
		nanosleep(&pause, NULL);
	for (size_t i = 0; i < p->count; i++)
		pthread_join(p->worker[i].thread, NULL);
}

enum err
workers_run(struct gateway *g, const struct worker_kind *kind, void *arg)
{
	struct pool *p = calloc(1, sizeof *p);
	enum err e = ERR_NO_MEMORY;

	if (p == NULL)
		return e;
	p->gateway = g;
	p->kind = kind;
	p->arg = arg;
	if (pthread_mutex_init(&p->lock, NULL) == 0) {
		e = work(p);
		join_all(p);
		pthread_mutex_destroy(&p->lock);
	}
	free(p);
	return e;
}
