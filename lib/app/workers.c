#include "app/workers.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
	STACK_BYTES = 2 << 20,
	MAPPED_FROM = 128 << 10, /* bytes */
	ARENAS = 4,
	WAKE_INTERVAL_MS = 5
};

struct pool {
	struct gateway *gateway;
	const struct worker_kind *kind;
	void *arg;
	pthread_t main;

	atomic_size_t idle;    /* wait for a request */
	atomic_size_t spare;   /* so many have been idle all the time */
	_Atomic(time_t) since; /* since then */
	atomic_size_t surplus; /* so many are to end */

	pthread_mutex_t lock; /* of what follows, and of beginning anew to
				 look for who is spare */
	size_t running;
	enum err result; /* of the worker that ended last */
	struct worker {
		struct pool *pool;
		pthread_t thread;
		void *stack;
		enum { FREE, RUNNING, ENDED } state;
	} worker[WORKERS_MAX];
};

/*
 * Memory is given back when the workers have ended. What a worker has is mapped
 * and unmapped as a whole, which glibc would give up after the first; and as
 * long as there is one only, it has no arena of its own, which would stay.
 */
static void
tune_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
#endif
}

/* Several would wait for each other. */
static void
spread_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, ARENAS);
#endif
}

/* Our own: the C library keeps the stacks of threads that have ended, with the
 * memory they used. NULL if there is no room. */
static void *
stack_new(void)
{
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return NULL;
	/* Whoever runs over its end is to find nothing there. */
	if (mprotect(stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE) == 0)
		return stack;
	munmap(stack, STACK_BYTES);
	return NULL;
}

static void *run_thread(void *arg);

static bool
start(struct worker *w)
{
	pthread_attr_t attr;
	bool started = false;

	w->stack = stack_new();
	if (w->stack == NULL)
		return false;
	if (pthread_attr_init(&attr) == 0) {
		started =
		    pthread_attr_setstack(&attr, w->stack, STACK_BYTES) == 0 &&
		    pthread_create(&w->thread, &attr, run_thread, w) == 0;
		pthread_attr_destroy(&attr);
	}
	if (!started)
		munmap(w->stack, STACK_BYTES);
	return started;
}

/* A place for one more, or NULL. Clears those of workers that have ended. */
static struct worker *
take_place(struct pool *p)
{
	struct worker *place = NULL;

	for (size_t i = 0; i < WORKERS_MAX; i++) {
		struct worker *w = &p->worker[i];

		if (w->state == ENDED) {
			pthread_join(w->thread, NULL);
			munmap(w->stack, STACK_BYTES);
			w->state = FREE;
		}
		if (w->state == FREE)
			place = w;
	}
	return place;
}

/* One more, if there may be; false if there is none at all. That it cannot be
 * had is no reason to refuse anything: those that are there go on. */
static bool
add_worker(struct pool *p)
{
	size_t max = p->kind->max(p->arg);
	struct worker *w = NULL;
	bool any;

	pthread_mutex_lock(&p->lock);
	if (p->running < max)
		w = take_place(p);
	if (w != NULL) {
		if (p->running > 0)
			spread_memory();
		w->pool = p;
		if (start(w)) {
			w->state = RUNNING;
			p->running++;
		} else {
			log_fault("no more workers", NULL);
		}
	}
	any = p->running > 0;
	pthread_mutex_unlock(&p->lock);
	return any;
}

static time_t
monotonic_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* How many have not been needed is known after a while, and looked for anew. */
static void
count_surplus(struct pool *p, time_t now)
{
	size_t spare;

	pthread_mutex_lock(&p->lock);
	if (now - p->since >= GATEWAY_IDLE_S) {
		spare = atomic_exchange(&p->spare, p->idle);
		p->surplus = spare > 1 ? spare - 1 : 0;
		p->since = now;
	}
	pthread_mutex_unlock(&p->lock);
}

/*
 * Whether a worker that is about to wait had better end: for a while, more than
 * one have always been waiting. The kernel takes those that wait in turn, so
 * that none of them would be idle for long.
 */
static bool
is_surplus(struct pool *p)
{
	time_t now = monotonic_s();
	size_t left;

	if (now - p->since >= GATEWAY_IDLE_S)
		count_surplus(p, now);
	left = p->surplus;
	return left > 0 &&
	       atomic_compare_exchange_strong(&p->surplus, &left, left - 1);
}

/* Whether there is nobody left who waits. That two who end their wait at once
 * count one spare too many does no harm. */
static bool
end_wait(struct pool *p)
{
	size_t left = atomic_fetch_sub(&p->idle, 1) - 1;

	if (left < p->spare)
		p->spare = left;
	return left == 0;
}

/* False when the worker is to end. */
static bool
next_request(struct pool *p, struct exchange *x)
{
	bool got, last;

	/* Who waits on a connection of its own waits for nobody else's. */
	if (gateway_is_cgi(p->gateway) || exchange_is_kept(x))
		return gateway_next(p->gateway, x);
	if (is_surplus(p))
		return false;
	atomic_fetch_add(&p->idle, 1);
	got = gateway_next(p->gateway, x);
	last = end_wait(p);
	if (got && last)
		add_worker(p);
	return got;
}

static enum err
work(struct pool *p)
{
	void *state = p->kind->make(p->arg);
	struct exchange *x = NULL;
	enum err e = ERR_NO_MEMORY;

	if (state != NULL)
		e = exchange_new(&x, p->gateway);
	while (e == OK && next_request(p, x))
		if (exchange_begin(x)) {
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
	struct pool *p = w->pool;
	enum err e = work(p);

	if (e != OK)
		log_fault("a worker could not start", NULL);
	pthread_mutex_lock(&p->lock);
	p->result = e;
	w->state = ENDED;
	if (--p->running == 0)
		gateway_wake(p->main);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool
any_running(struct pool *p)
{
	bool any;

	pthread_mutex_lock(&p->lock);
	any = p->running > 0;
	pthread_mutex_unlock(&p->lock);
	return any;
}

static void
wake_all(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (p->worker[i].state == RUNNING)
			gateway_wake(p->worker[i].thread);
	pthread_mutex_unlock(&p->lock);
}

/* Told to stop, each finishes the request it has. */
static void
end_all(struct pool *p)
{
	static const struct timespec pause = {
	    .tv_nsec = WAKE_INTERVAL_MS * 1000000L};

	while (any_running(p)) {
		wake_all(p);
		nanosleep(&pause, NULL);
	}
}

static void
trim_memory(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

/* Gives back what those had that have ended; says how the last of them did. */
static enum err
clear(struct pool *p)
{
	enum err e;

	pthread_mutex_lock(&p->lock);
	(void)take_place(p);
	e = p->result;
	pthread_mutex_unlock(&p->lock);
	trim_memory();
	return e;
}

/* The caller waits while there are no workers, and serves only where none can
 * be had. The first comes before a request does. */
static enum err
run(struct pool *p)
{
	enum err e;

	tune_memory();
	do {
		if (!add_worker(p))
			p->result = work(p);
		while (any_running(p) && gateway_sleep(p->gateway))
			;
		e = clear(p);
	} while (e == OK && gateway_await(p->gateway));
	end_all(p);
	(void)clear(p);
	return e;
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
	p->main = pthread_self();
	if (pthread_mutex_init(&p->lock, NULL) == 0) {
		e = gateway_is_cgi(g) ? work(p) : run(p);
		pthread_mutex_destroy(&p->lock);
	}
	free(p);
	return e;
}
