/* Who does what: turns, listeners, and those that are parked. */
#include "app/roles.h"

#include "check.h"

#include <pthread.h>
#include <time.h>

enum { TURNS = 2, WORKERS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct roles roles;
static struct player players[WORKERS];

/* What was asked for, and how often; nobody ever comes. */
static enum role recruited;
static int recruits;

static void
recruit(void *arg, enum role role)
{
	(void)arg;
	recruited = role;
	recruits++;
}

static void
begin_anew(int64_t parked_s)
{
	roles_init(&roles, &lock, recruit, NULL, TURNS, parked_s);
	for (size_t i = 0; i < WORKERS; i++)
		(void)player_init(&players[i]);
	recruits = 0;
}

static void
end_all(void)
{
	for (size_t i = 0; i < WORKERS; i++)
		player_free(&players[i]);
}

/* Whether so many were asked for since the last look, the last as ROLE. */
static bool
asked(int times, enum role role)
{
	bool as_told = recruits == times && (times == 0 || recruited == role);

	recruits = 0;
	return as_told;
}

static void
turns(void)
{
	struct player *a = &players[0], *b = &players[1], *c = &players[2];

	begin_anew(0);
	pthread_mutex_lock(&lock);
	CHECK(roles_await(&roles, a) && roles_await(&roles, b) &&
		  roles.listening == 2 && asked(0, 0),
	    "roles: two may listen");
	CHECK(!roles_await(&roles, c),
	    "roles: a third is not needed, and told so");
	roles_begin(&roles, a);
	CHECK(roles.listening == 1 && asked(0, 0),
	    "roles: one has a request, and the other still listens");
	CHECK(roles_await(&roles, c) && roles.listening == 2,
	    "roles: now the third may");
	roles_begin(&roles, b);
	CHECK(roles.taken == TURNS && asked(0, 0),
	    "roles: the last turn is taken, and somebody listens");
	roles_begin(&roles, c);
	CHECK(asked(1, ROLE_WATCHING),
	    "roles: when nobody listens and no turn is left, one is to watch");
	roles_pass(&roles, b);
	CHECK(asked(1, ROLE_WATCHING),
	    "roles: those over the turns there are come first");
	roles_pass(&roles, b);
	CHECK(asked(0, 0), "roles: a turn is passed on once");
	roles_pass(&roles, c);
	CHECK(roles.taken == 1 && asked(1, ROLE_LISTENING),
	    "roles: a turn passed on lets another listen");
	CHECK(roles_await(&roles, a) && roles.taken == 0 &&
		  a->role == ROLE_LISTENING,
	    "roles: who has ended a request listens, without a turn");
	CHECK(!roles_may_end(&roles, true) && roles_may_end(&roles, false),
	    "roles: the last who listens may end only where there is nobody "
	    "else");
	CHECK(roles_await(&roles, b) && roles_may_end(&roles, true),
	    "roles: one of two who listen may end");
	pthread_mutex_unlock(&lock);
	end_all();
}

/* One who watches, by itself: nobody begins anything. */
static void
watching(void)
{
	struct player *a = &players[0], *b = &players[1], *c = &players[2];

	begin_anew(0);
	pthread_mutex_lock(&lock);
	roles_set(&roles, a, ROLE_LISTENING);
	roles_begin(&roles, a);
	roles_begin(&roles, b);
	(void)asked(0, 0);
	CHECK(roles.taken == TURNS && roles_await(&roles, c) &&
		  c->role == ROLE_LISTENING && roles.taken == 0,
	    "roles: turns that nothing comes of are taken back");
	roles_begin(&roles, c);
	roles_pass(&roles, a);
	roles_pass(&roles, b);
	CHECK(roles.taken == 1,
	    "roles: a turn that was taken back cannot be passed on");
	roles_pass(&roles, c);
	CHECK(roles.taken == 0, "roles: the turn of one who came later can");
	pthread_mutex_unlock(&lock);
	end_all();
}

static size_t order[WORKERS], woken;

static void *
wait_parked(void *arg)
{
	struct player *w = arg;

	pthread_mutex_lock(&lock);
	if (roles_await(&roles, w)) {
		order[woken++] = (size_t)(w - players);
		roles_set(&roles, w, ROLE_BUSY);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Until W is on top of those that are parked. */
static void
await_parked(const struct player *w)
{
	static const struct timespec pause = {.tv_nsec = 1000000};
	bool parked = false;

	while (!parked) {
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&lock);
		parked = roles.parked == w;
		pthread_mutex_unlock(&lock);
	}
}

/* The first two listen; two threads are parked behind them. */
static void
parking(void)
{
	pthread_t thread[WORKERS];

	begin_anew(60);
	pthread_mutex_lock(&lock);
	(void)roles_await(&roles, &players[0]);
	(void)roles_await(&roles, &players[1]);
	pthread_mutex_unlock(&lock);
	for (size_t i = 2; i < WORKERS; i++) {
		if (pthread_create(
			&thread[i], NULL, wait_parked, &players[i]) != 0)
			return;
		await_parked(&players[i]);
	}
	pthread_mutex_lock(&lock);
	roles_begin(&roles, &players[0]);
	roles_pass(&roles, &players[0]);
	roles_begin(&roles, &players[1]); /* nobody is left who listens */
	pthread_mutex_unlock(&lock);
	pthread_join(thread[3], NULL);
	CHECK(woken >= 1 && order[0] == 3,
	    "roles: the last who was parked is the first to go");
	pthread_mutex_lock(&lock);
	roles_wake(&roles, &players[2]);
	pthread_mutex_unlock(&lock);
	pthread_join(thread[2], NULL);
	CHECK(woken == 2 && order[1] == 2 && asked(0, 0),
	    "roles: when it is over, nobody stays parked");
	end_all();
}

int
main(void)
{
	turns();
	watching();
	parking();
	return check_done();
}
