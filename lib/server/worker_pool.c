#include "server/worker_pool.h"

#include "base/log.h"
#include "base/monotonic.h"
#include "base/permit.h"
#include "server/held.h"
#include "server/stack_wipe.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	WAKE_INTERVAL_MS = 5,
	PERMITS_SPARE = 2, /* more than there are processors */
	LISTENERS = 2      /* or each request would have to wake the next one */
};

struct worker {
	struct pool *pool;
	enum { WORKER_NONE, WORKER_RUNS, WORKER_ENDED } state;
	pthread_t thread;
	bool has_permit;
	bool listens;          /* or is on its way to: one of pool.listening */
	pthread_cond_t wanted; /* to listen, or because all is over */
	struct worker *idle_next; /* was idle before it */
	void *own;                /* what its kind made for it */
};

struct pool {
	struct gateway *gateway;
	const struct worker_kind *kind;
	void *arg;
	int64_t idle_ms; /* 0: never exits */
	size_t permits;
	pthread_t main;
	struct held held;

	pthread_mutex_t lock; /* of what follows */
	size_t max, running;  /* workers */
	size_t listening, idle;
	/* The last to be idle is the first to listen: its memory is in the
	 * processor's caches, and those that are not needed end. */
	struct worker *idle_first;
	size_t computing; /* have a permit; may be more than there are */
	bool exiting;     /* nothing has come for long */
	enum err result;  /* of the worker that ended last */
	struct worker worker[WORKERS_MAX];
};

static void *worker_thread(void *arg);

/* One more worker, which listens, if there may be; the pool is locked. That it
 * cannot be had is no reason to refuse anything: those that are there go on. */
static void
add_worker(struct pool *p)
{
	struct worker *w = p->worker;
	pthread_attr_t attr;

	if (p->running >= p->max || p->running >= WORKERS_MAX)
		return;
	while (w->state == WORKER_RUNS)
		w++;
	if (w->state == WORKER_ENDED)
		pthread_join(w->thread, NULL);
	w->state = WORKER_NONE;
	if (pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_BYTES) == 0 &&
	    pthread_create(&w->thread, &attr, worker_thread, w) == 0) {
		w->state = WORKER_RUNS;
		w->listens = true;
		p->listening++;
		p->running++;
	} else {
		log_fault("no more workers", NULL);
	}
	pthread_attr_destroy(&attr);
}

static bool
pool_is_over(const struct pool *p)
{
	return p->exiting || gateway_is_over(p->gateway);
}

static void
leave_idle(struct pool *p, struct worker *w)
{
	struct worker **at = &p->idle_first;

	while (*at != w)
		at = &(*at)->idle_next;
	*at = w->idle_next;
	p->idle--;
}

/* Sees to it that a worker waits for the next connection, if there is a permit
 * for it. The pool is locked. */
static void
provide_listener(struct pool *p)
{
	if (pool_is_over(p) || p->listening > 0 || p->computing >= p->permits)
		return;
	if (p->idle_first == NULL) {
		add_worker(p);
		return;
	}
	p->idle_first->listens = true;
	p->listening++;
	pthread_cond_signal(&p->idle_first->wanted);
	leave_idle(p, p->idle_first);
}

/* --- a worker's life ------------------------------------------------------ */

static void
take_permit(struct worker *w)
{
	w->has_permit = true;
	w->pool->computing++;
	provide_listener(w->pool);
}

static void
return_permit(struct worker *w)
{
	w->pool->computing -= w->has_permit;
	w->has_permit = false;
}

/* For permit_give_up. */
static void
give_up_permit(void *arg)
{
	struct worker *w = arg;

	if (!w->has_permit)
		return;
	pthread_mutex_lock(&w->pool->lock);
	return_permit(w);
	provide_listener(w->pool);
	pthread_mutex_unlock(&w->pool->lock);
}

/* The next request on a connection that the web server keeps. */
static bool
next_on_kept(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	bool got;

	give_up_permit(w);
	got = gateway_next(p->gateway, x);
	if (got) {
		pthread_mutex_lock(&p->lock);
		take_permit(w);
		pthread_mutex_unlock(&p->lock);
	}
	return got;
}

/* Waits to be wanted; false if that takes GATEWAY_IDLE_S, or if all is over.
 * The pool is locked. */
static bool
await_wanted(struct pool *p, struct worker *w)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += GATEWAY_IDLE_S;
	w->idle_next = p->idle_first;
	p->idle_first = w;
	p->idle++;
	while (!w->listens && !pool_is_over(p) && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->wanted, &p->lock, &until);
	if (!w->listens)
		leave_idle(p, w);
	return w->listens;
}

/* Waits until the worker may listen. False if it should exit: shutdown, or not
 * needed for a while. The pool is locked. */
static bool
await_listening(struct pool *p, struct worker *w)
{
	if (pool_is_over(p) || w->listens)
		return w->listens;
	if (p->listening >= LISTENERS || p->computing >= p->permits)
		return await_wanted(p, w);
	w->listens = true;
	p->listening++;
	return true;
}

static void
wake_idle(struct pool *p)
{
	for (struct worker *w = p->idle_first; w != NULL; w = w->idle_next)
		pthread_cond_signal(&w->wanted);
}

static void
stop_listening(struct pool *p, struct worker *w)
{
	p->listening -= w->listens;
	w->listens = false;
}

/* Whether a worker for which nothing has come since SINCE should go on
 * listening. If not because all are idle, they all exit. The pool is locked. */
static bool
keeps_listening(struct pool *p, int64_t since)
{
	if (pool_is_over(p) || p->listening > 1)
		return false;
	if (p->idle_ms == 0 || p->idle + 1 < p->running ||
	    monotonic_ms() - since < p->idle_ms)
		return true;
	p->exiting = true;
	wake_idle(p);
	return false;
}

/* The next connection. False if the worker should exit. */
static bool
next_accepted(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	int64_t since = monotonic_ms();
	bool got = false;

	pthread_mutex_lock(&p->lock);
	return_permit(w);
	if (await_listening(p, w)) {
		do {
			pthread_mutex_unlock(&p->lock);
			got = gateway_next(p->gateway, x);
			pthread_mutex_lock(&p->lock);
		} while (!got && keeps_listening(p, since));
		stop_listening(p, w);
	}
	if (got) {
		p->max = p->kind->max(w->own);
		take_permit(w);
	}
	pthread_mutex_unlock(&p->lock);
	return got;
}

static bool
next_request(struct worker *w, struct exchange *x)
{
	if (exchange_is_kept(x))
		return next_on_kept(w, x);
	return next_accepted(w, x);
}

/* Ends the request in *X, or has another thread do so later, and goes on with
 * another exchange. */
static void
finish_exchange(struct worker *w, struct exchange **x, bool late)
{
	struct exchange *next;

	if (late && exchange_may_wait(*x) &&
	    exchange_new(&next, w->pool->gateway) == OK) {
		if (held_add(&w->pool->held, *x)) {
			*x = next;
			return;
		}
		exchange_free(&next);
	}
	gateway_finish(*x);
}

static void
serve_requests(struct worker *w, struct exchange **x)
{
	while (next_request(w, *x)) {
		/* A peer that is silent in the middle has no permit. */
		if (!exchange_has_arrived(*x))
			give_up_permit(w);
		if (!exchange_begin(*x))
			continue;
		finish_exchange(w, x, w->pool->kind->serve(w->own, *x));
		stack_wipe();
	}
}

static enum err
run_worker(struct worker *w)
{
	const struct worker_kind *kind = w->pool->kind;
	struct exchange *x = NULL;
	enum err e = ERR_NO_MEMORY;

	w->own = kind->make(w->pool->arg);
	if (w->own != NULL)
		e = exchange_new(&x, w->pool->gateway);
	if (e == OK)
		serve_requests(w, &x);
	exchange_free(&x);
	if (w->own != NULL)
		kind->free(w->own);
	return e;
}

static void *
worker_thread(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	enum err e;

	permit_holder(give_up_permit, w);
	e = run_worker(w);
	if (e != OK)
		log_fault("a worker could not start", NULL);
	pthread_mutex_lock(&p->lock);
	return_permit(w);
	stop_listening(p, w); /* it may not have come to that */
	p->result = e;
	w->state = WORKER_ENDED;
	if (--p->running == 0)
		gateway_wake(p->main);
	else
		provide_listener(p);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* --- all of them ---------------------------------------------------------- */

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
	wake_idle(p);
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (p->worker[i].state == WORKER_RUNS)
			gateway_wake(p->worker[i].thread);
	pthread_mutex_unlock(&p->lock);
}

/* There is no way to end a thread that waits for what will not come. */
static _Noreturn void
give_up_requests(void)
{
	log_fault("requests under way given up", NULL);
	_exit(EXIT_FAILURE);
}

/* Told to stop, each finishes the request it has. */
static void
end_workers(struct pool *p)
{
	static const struct timespec pause = {
	    .tv_nsec = WAKE_INTERVAL_MS * 1000000L};
	const int64_t until = monotonic_ms() + WORKERS_HUNG_S * 1000;

	while (any_running(p)) {
		if (monotonic_ms() >= until && p->kind->may_hang(p->arg))
			give_up_requests();
		wake_all(p);
		nanosleep(&pause, NULL);
	}
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (p->worker[i].state == WORKER_ENDED)
			pthread_join(p->worker[i].thread, NULL);
	held_finish(&p->held);
}

/* The first worker comes before a request does. The caller only waits. */
static enum err
run_threads(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->result = ERR_NO_MEMORY; /* if none starts */
	add_worker(p);
	pthread_mutex_unlock(&p->lock);
	while (any_running(p) && gateway_sleep(p->gateway))
		;
	end_workers(p);
	return p->result;
}

/* Plain CGI: one request, in the thread that was there. */
static enum err
run_once(struct pool *p)
{
	struct exchange *x = NULL;
	void *own = p->kind->make(p->arg);
	enum err e = own != NULL ? exchange_new(&x, p->gateway) : ERR_NO_MEMORY;

	if (e == OK) {
		(void)p->kind->serve(own, x);
		gateway_finish(x);
	}
	exchange_free(&x);
	if (own != NULL)
		p->kind->free(own);
	return e;
}

/* In the monotonic time, which changes of the clock do not touch. */
static bool
init_waiting(struct pool *p)
{
	pthread_condattr_t attr;
	bool good;

	if (pthread_condattr_init(&attr) != 0)
		return false;
	good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0;
	for (size_t i = 0; good && i < WORKERS_MAX; i++) {
		p->worker[i].pool = p;
		good = pthread_cond_init(&p->worker[i].wanted, &attr) == 0;
	}
	pthread_condattr_destroy(&attr);
	return good && pthread_mutex_init(&p->lock, NULL) == 0 &&
	       held_init(&p->held);
}

enum err
workers_run(struct gateway *g, const struct worker_kind *kind, void *arg,
    int64_t idle_ms)
{
	/* Static, so that it needs no freeing: one a process. */
	static struct pool pool;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	pool = (struct pool){.gateway = g,
	    .kind = kind,
	    .arg = arg,
	    .idle_ms = idle_ms,
	    .permits =
		PERMITS_SPARE + (size_t)(processors > 0 ? processors : 1),
	    .main = pthread_self(),
	    .max = 1}; /* until the first of them knows */
	if (gateway_is_cgi(g))
		return run_once(&pool);
	return init_waiting(&pool) ? run_threads(&pool) : ERR_NO_MEMORY;
}
