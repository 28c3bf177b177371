#include "app/workers.h"

#include "app/held.h"
#include "app/roles.h"
#include "app/thread.h"
#include "base/log.h"
#include "base/turn.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	WAKE_INTERVAL_MS = 5,
	TURNS_SPARE = 2 /* more than there are processors */
};

struct worker {
	struct pool *pool;
	struct thread thread;
	bool ended;
	struct player player;
	void *own; /* what its kind made for it */
};

struct pool {
	struct gateway *gateway;
	const struct worker_kind *kind;
	void *arg;
	pthread_t main;
	struct held held;

	pthread_mutex_t lock; /* of what follows, and of what workers play */
	struct roles roles;
	size_t max, running; /* workers */
	enum err result;     /* of the worker that ended last */
	struct worker *worker[WORKERS_MAX];
	struct worker main_worker; /* where there can be no other */
};

static void *run_thread(void *arg);

/* NULL if there is no room for it. */
static struct worker *
worker_new(struct pool *p)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->pool = p;
	if (player_init(&w->player)) {
		if (thread_start(&w->thread, run_thread, w))
			return w;
		player_free(&w->player);
	}
	free(w);
	return NULL;
}

static void
worker_free(struct worker **w)
{
	thread_join(&(*w)->thread);
	player_free(&(*w)->player);
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

/* One more worker, if there may be; the pool is locked. That it cannot be had
 * is no reason to refuse anything: those that are there go on. */
static void
recruit(void *arg, enum role role)
{
	struct pool *p = arg;
	struct worker **place = p->running < p->max ? take_place(p) : NULL;

	if (place == NULL)
		return;
	if (p->running > 0)
		memory_spread();
	*place = worker_new(p);
	if (*place == NULL) {
		log_fault("no more workers", NULL);
		return;
	}
	p->running++;
	roles_set(&p->roles, &(*place)->player, role);
}

/* --- a worker's life ------------------------------------------------------ */

/* Its turn, if it has one, is another's. */
static void
pass_turn(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->pool->lock);
	roles_pass(&w->pool->roles, &w->player);
	pthread_mutex_unlock(&w->pool->lock);
}

/* The next request on a connection of its own. */
static bool
next_kept(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	bool got;

	pass_turn(w);
	got = gateway_next(p->gateway, x);
	if (got) {
		pthread_mutex_lock(&p->lock);
		roles_begin(&p->roles, &w->player);
		pthread_mutex_unlock(&p->lock);
	}
	return got;
}

/* The next request of all; false when the worker is to end. When nothing comes
 * that is if another listens, or there is no other: then the thread that
 * started us does. */
static bool
next_accepted(struct worker *w, struct exchange *x)
{
	struct pool *p = w->pool;
	struct roles *r = &p->roles;
	bool got = false, stays;

	pthread_mutex_lock(&p->lock);
	stays = roles_await(r, &w->player);
	while (stays && !got) {
		pthread_mutex_unlock(&p->lock);
		got = gateway_next(p->gateway, x);
		pthread_mutex_lock(&p->lock);
		stays = !gateway_is_over(p->gateway) &&
			!roles_may_end(r, p->running > 1);
	}
	if (got) {
		p->max = p->kind->max(w->own);
		roles_begin(r, &w->player);
	} else {
		roles_set(r, &w->player, ROLE_BUSY);
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

/* What a request left there may be secret. The thread that started us serves
 * only where there can be no other. */
static void
wipe_stack(struct worker *w)
{
	if (w != &w->pool->main_worker)
		thread_wipe(&w->thread);
}

/* Ends the request in *X, or has another thread do so later, and goes on with
 * another exchange. */
static void
finish(struct worker *w, struct exchange **x, bool late)
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
			finish(w, &x, p->kind->serve(w->own, x));
			wipe_stack(w);
		}
	exchange_free(&x);
	if (w->own != NULL)
		p->kind->free(w->own);
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
	roles_set(&p->roles, &w->player, ROLE_BUSY);
	p->result = e;
	w->ended = true;
	if (--p->running == 0)
		gateway_wake(p->main);
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
	for (size_t i = 0; i < WORKERS_MAX; i++) {
		struct worker *w = p->worker[i];

		if (w == NULL || w->ended)
			continue;
		roles_wake(&p->roles, &w->player);
		gateway_wake(w->thread.id);
	}
	pthread_mutex_unlock(&p->lock);
}

/* There is no way to end a thread that waits for what will not come. */
static _Noreturn void
give_up(void)
{
	log_fault("requests under way given up", NULL);
	_exit(EXIT_FAILURE);
}

/* Told to stop, each finishes the request it has. */
static void
end_all(struct pool *p)
{
	static const struct timespec pause = {
	    .tv_nsec = WAKE_INTERVAL_MS * 1000000L};
	const int rounds_max = WORKERS_HUNG_S * 1000 / WAKE_INTERVAL_MS;

	for (int round = 0; any_running(p); round++) {
		if (round >= rounds_max && p->kind->may_hang(p->arg))
			give_up();
		wake_all(p);
		nanosleep(&pause, NULL);
	}
}

/* Gives back what those had that have ended; says how the last of them did. */
static enum err
clear(struct pool *p)
{
	enum err e;

	held_finish(&p->held);
	pthread_mutex_lock(&p->lock);
	(void)take_place(p);
	e = p->result;
	pthread_mutex_unlock(&p->lock);
	memory_trim();
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

/* False if it cannot be had. */
static bool
recruit_first(struct pool *p)
{
	bool any;

	pthread_mutex_lock(&p->lock);
	recruit(p, ROLE_LISTENING);
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

	memory_tune();
	do {
		if (!recruit_first(p))
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
	size_t turns = TURNS_SPARE + (processors > 0 ? (size_t)processors : 1);
	enum err e = ERR_NO_MEMORY;

	if (p == NULL)
		return e;
	p->gateway = g;
	p->kind = kind;
	p->arg = arg;
	p->main = pthread_self();
	p->main_worker.pool = p;
	p->max = 1; /* until the first of them knows */
	roles_init(&p->roles, &p->lock, recruit, p, turns, GATEWAY_IDLE_S);
	if (!held_init(&p->held)) {
		free(p);
		return e;
	}
	if (pthread_mutex_init(&p->lock, NULL) == 0) {
		if (player_init(&p->main_worker.player)) {
			e = gateway_is_cgi(g) ? work(&p->main_worker) : run(p);
			player_free(&p->main_worker.player);
		}
		pthread_mutex_destroy(&p->lock);
	}
	held_free(&p->held);
	free(p);
	return e;
}
