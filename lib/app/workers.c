#include "app/workers.h"

#include "base/log.h"
#include "base/turn.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/*
 * Who does what. Were all that have a request to compute at once, each would
 * lose its processor in the middle, and wait for all the others' turns before
 * it has it again: so only a few have a turn, and what else has come waits in
 * the socket's queue, where it stays in order. Who passes its turn on
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
 */
enum {
	STACK_BYTES = 2 << 20,
	MAPPED_FROM = 128 << 10, /* bytes */
	ARENAS = 4,
	WAKE_INTERVAL_MS = 5,
	TURNS_SPARE = 2, /* more than there are processors */
	LISTENERS = 2,   /* or each request would have to wake the next one */
	WATCH_MS = 10
};

enum role {
	BUSY,      /* has a request */
	LISTENING, /* waits for one */
	WATCHING,
	PARKED
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	void *stack;
	bool ended;

	void *own; /* what its kind made for it */
	enum role role;
	bool has_turn;
	pthread_cond_t appointed; /* to another role */
	struct worker *below;     /* parked before */
};

struct pool {
	struct gateway *gateway;
	const struct worker_kind *kind;
	void *arg;
	pthread_t main;

	pthread_mutex_t lock; /* of what follows */
	size_t max, running;  /* workers */
	size_t turns, taken;
	size_t listening;
	bool watched;
	uint64_t begun; /* requests */
	struct worker *parked;
	enum err result; /* of the worker that ended last */
	struct worker *worker[WORKERS_MAX];
	struct worker main_worker; /* where there can be no other */
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

/* Told in time that passes evenly, whatever the clock does. */
static bool
init_appointed(struct worker *w)
{
	pthread_condattr_t attr;
	bool good;

	if (pthread_condattr_init(&attr) != 0)
		return false;
	good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(&w->appointed, &attr) == 0;
	pthread_condattr_destroy(&attr);
	return good;
}

static void *run_thread(void *arg);

static bool
start_thread(struct worker *w)
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

/* NULL if there is no memory for it. */
static struct worker *
worker_new(struct pool *p)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->pool = p;
	if (init_appointed(w)) {
		if (start_thread(w))
			return w;
		pthread_cond_destroy(&w->appointed);
	}
	free(w);
	return NULL;
}

static void
worker_free(struct worker **w)
{
	pthread_join((*w)->thread, NULL);
	munmap((*w)->stack, STACK_BYTES);
	pthread_cond_destroy(&(*w)->appointed);
	free(*w);
	*w = NULL;
}

/* A place for one more, or NULL. Clears those of workers that have ended. */
static struct worker **
take_place(struct pool *p)
{
	struct worker **place = NULL;

	for (size_t i = 0; i < WORKERS_MAX; i++) {
		struct worker **w = &p->worker[i];

		if (*w != NULL && (*w)->ended)
			worker_free(w);
		if (*w == NULL)
			place = w;
	}
	return place;
}

/* --- roles: the pool is locked -------------------------------------------- */

static void
set_role(struct worker *w, enum role role)
{
	struct pool *p = w->pool;

	p->listening -= w->role == LISTENING;
	p->listening += role == LISTENING;
	if (w->role == WATCHING || role == WATCHING)
		p->watched = role == WATCHING;
	w->role = role;
}

/* One more worker, in ROLE, if there may be. That it cannot be had is no reason
 * to refuse anything: those that are there go on. */
static void
add_worker(struct pool *p, enum role role)
{
	struct worker **place = p->running < p->max ? take_place(p) : NULL;

	if (place == NULL)
		return;
	if (p->running > 0)
		spread_memory();
	*place = worker_new(p);
	if (*place == NULL) {
		log_fault("no more workers", NULL);
		return;
	}
	p->running++;
	set_role(*place, role);
}

static void
unpark(struct worker *w, enum role role)
{
	struct worker **at = &w->pool->parked;

	while (*at != w)
		at = &(*at)->below;
	*at = w->below;
	set_role(w, role);
	pthread_cond_signal(&w->appointed);
}

static void
appoint(struct pool *p, enum role role)
{
	if (p->parked != NULL)
		unpark(p->parked, role);
	else
		add_worker(p, role);
}

/* Sees to it that somebody waits for the next request, or watches those that
 * let nobody. */
static void
provide(struct pool *p)
{
	if (p->listening > 0)
		return;
	if (p->taken < p->turns)
		appoint(p, LISTENING);
	else if (!p->watched)
		appoint(p, WATCHING);
}

/* What one who has nothing to do is to do. */
static enum role
next_role(const struct pool *p)
{
	if (p->listening < LISTENERS && p->taken < p->turns)
		return LISTENING;
	return p->listening == 0 && !p->watched ? WATCHING : PARKED;
}

/* Waits for another role; false when there is none for WAIT_MS. */
static bool
await_role(struct worker *w, int64_t wait_ms)
{
	enum role role = w->role;
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += wait_ms % 1000 * 1000000;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (w->role == role && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(
		    &w->appointed, &w->pool->lock, &until);
	return w->role != role;
}

/* False if nobody needed it. */
static bool
park(struct worker *w)
{
	struct pool *p = w->pool;

	w->below = p->parked;
	p->parked = w;
	if (await_role(w, GATEWAY_IDLE_S * 1000))
		return true;
	unpark(w, BUSY);
	return false;
}

static void
take_turn(struct worker *w)
{
	w->has_turn = true;
	w->pool->taken++;
	w->pool->begun++;
}

static void
give_turn(struct worker *w)
{
	w->pool->taken -= w->has_turn;
	w->has_turn = false;
}

static void
take_turns_back(struct pool *p)
{
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (p->worker[i] != NULL)
			give_turn(p->worker[i]);
	give_turn(&p->main_worker);
}

static void
watch(struct worker *w)
{
	struct pool *p = w->pool;
	uint64_t seen = p->begun;

	if (await_role(w, WATCH_MS))
		return;
	if (p->listening == 0 && p->begun == seen)
		take_turns_back(p);
	if (p->listening > 0)
		set_role(w, PARKED);
	else if (p->taken < p->turns)
		set_role(w, LISTENING);
}

/* Until W is to listen; false when it is to end. One that has been appointed
 * comes with its role. */
static bool
await_turn(struct worker *w)
{
	if (w->role == BUSY)
		set_role(w, next_role(w->pool));
	while (w->role != LISTENING) {
		if (w->role == WATCHING)
			watch(w);
		else if (!park(w))
			return false;
	}
	return true;
}

/* --- a worker's life ------------------------------------------------------ */

/* turn_pass: W is about to wait. */
static void
pass_turn(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->pool->lock);
	if (w->has_turn) {
		give_turn(w);
		provide(w->pool);
	}
	pthread_mutex_unlock(&w->pool->lock);
}

/* For the next request on a connection of its own. */
static bool
next_kept(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	bool got;

	pthread_mutex_lock(&p->lock);
	give_turn(w);
	provide(p);
	pthread_mutex_unlock(&p->lock);
	got = gateway_next(p->gateway, x);
	pthread_mutex_lock(&p->lock);
	if (got)
		take_turn(w);
	pthread_mutex_unlock(&p->lock);
	return got;
}

/* Whether W, for which nothing came, may go: somebody else listens, or there
 * is nobody else, and the thread that started us does. */
static bool
may_end(const struct pool *p)
{
	return p->listening > 1 || p->running <= 1;
}

/* False when the worker is to end. */
static bool
next_accepted(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	bool got = false, stays;

	pthread_mutex_lock(&p->lock);
	give_turn(w);
	stays = await_turn(w);
	while (stays && !got) {
		pthread_mutex_unlock(&p->lock);
		got = gateway_next(p->gateway, x);
		pthread_mutex_lock(&p->lock);
		stays = got || !(gateway_is_over(p->gateway) || may_end(p));
	}
	set_role(w, BUSY);
	if (got) {
		p->max = p->kind->max(w->own);
		take_turn(w);
		provide(p);
	}
	pthread_mutex_unlock(&p->lock);
	return got;
}

static bool
next_request(struct worker *w, struct exchange *x)
{
	if (gateway_is_cgi(w->pool->gateway))
		return gateway_next(w->pool->gateway, x);
	return exchange_is_kept(x) ? next_kept(w, x) : next_accepted(w, x);
}

static enum err
work(struct worker *w)
{
	struct pool *p = w->pool;
	struct exchange *x = NULL;
	enum err e = ERR_NO_MEMORY;

	turn_holder(pass_turn, w);
	w->own = p->kind->make(p->arg);
	if (w->own != NULL)
		e = exchange_new(&x, p->gateway);
	while (e == OK && next_request(w, x))
		if (exchange_begin(x)) {
			p->kind->serve(w->own, x);
			gateway_finish(x);
		}
	exchange_free(&x);
	if (w->own != NULL)
		p->kind->free(w->own);
	w->own = NULL;
	turn_holder(NULL, NULL);
	return e;
}

static void *
run_thread(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	enum err e = work(w);

	if (e != OK)
		log_fault("a worker could not start", NULL);
	pthread_mutex_lock(&p->lock);
	set_role(w, BUSY);
	give_turn(w);
	p->result = e;
	w->ended = true;
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

/* Those that wait for a role are told to listen, and will hear that it is over;
 * those that listen are woken. */
static void
wake_all(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->parked != NULL)
		unpark(p->parked, LISTENING);
	for (size_t i = 0; i < WORKERS_MAX; i++) {
		struct worker *w = p->worker[i];

		if (w == NULL || w->ended)
			continue;
		if (w->role == WATCHING) {
			set_role(w, LISTENING);
			pthread_cond_signal(&w->appointed);
		}
		gateway_wake(w->thread);
	}
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

/* False when there will be none. */
static bool
await_work(struct pool *p)
{
	if (gateway_await(p->gateway, WORKERS_QUIET_S))
		return true;
	if (!gateway_is_over(p->gateway))
		p->kind->quiet(p->arg);
	return gateway_await(p->gateway, 0);
}

static bool
add_first(struct pool *p)
{
	bool any;

	pthread_mutex_lock(&p->lock);
	add_worker(p, LISTENING);
	any = p->running > 0;
	pthread_mutex_unlock(&p->lock);
	return any;
}

/* The caller waits while there are no workers, and serves only where none can
 * be had. The first comes before a request does. */
static enum err
run(struct pool *p)
{
	enum err e;

	tune_memory();
	do {
		if (!add_first(p))
			p->result = work(&p->main_worker);
		while (any_running(p) && gateway_sleep(p->gateway))
			;
		e = clear(p);
	} while (e == OK && await_work(p));
	end_all(p);
	(void)clear(p);
	return e;
}

enum err
workers_run(struct gateway *g, const struct worker_kind *kind, void *arg)
{
	struct pool *p = calloc(1, sizeof *p);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	enum err e = ERR_NO_MEMORY;

	if (p == NULL)
		return e;
	p->gateway = g;
	p->kind = kind;
	p->arg = arg;
	p->main = pthread_self();
	p->main_worker.pool = p;
	p->max = 1; /* until the first of them knows */
	p->turns = TURNS_SPARE + (processors > 0 ? (size_t)processors : 1);
	if (pthread_mutex_init(&p->lock, NULL) == 0) {
		e = gateway_is_cgi(g) ? work(&p->main_worker) : run(p);
		pthread_mutex_destroy(&p->lock);
	}
	free(p);
	return e;
}
