#include "server/held.h"

#include "base/monotonic.h"

#include <errno.h>
#include <string.h>
#include <time.h>

bool
held_init(struct held *h)
{
	pthread_condattr_t attr;
	bool good;

	memset(h, 0, sizeof *h);
	if (pthread_condattr_init(&attr) != 0)
		return false;
	good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(&h->over_now, &attr) == 0;
	pthread_condattr_destroy(&attr);
	if (good && pthread_mutex_init(&h->lock, NULL) != 0) {
		pthread_cond_destroy(&h->over_now);
		good = false;
	}
	return good;
}

/* Until DUE_MS, or until all leave. */
static void
await_due(struct held *h, int64_t due_ms)
{
	struct timespec until = {
	    .tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};
	int rc = 0;

	while (!h->over && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&h->over_now, &h->lock, &until);
}

static struct exchange *
take_first(struct held *h)
{
	struct exchange *x = h->ring[h->first].exchange;

	h->first = (h->first + 1) % HELD_MAX;
	h->count--;
	return x;
}

static void *
release_held(void *arg)
{
	struct held *h = arg;

	pthread_mutex_lock(&h->lock);
	while (h->count > 0) {
		struct exchange *x;

		await_due(h, h->ring[h->first].due_ms);
		x = take_first(h);
		pthread_mutex_unlock(&h->lock);
		gateway_finish(x);
		exchange_free(&x);
		pthread_mutex_lock(&h->lock);
	}
	h->running = false;
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* One that is not running has only its return before it. */
static void
join_thread(struct held *h)
{
	if (h->started)
		pthread_join(h->thread, NULL);
	h->started = false;
}

static bool
is_released(struct held *h)
{
	if (h->running)
		return true;
	join_thread(h);
	h->started = h->running =
	    pthread_create(&h->thread, NULL, release_held, h) == 0;
	return h->running;
}

bool
held_add(struct held *h, struct exchange *x)
{
	size_t last;
	bool good;

	pthread_mutex_lock(&h->lock);
	good = !h->over && h->count < HELD_MAX;
	if (good) {
		last = (h->first + h->count++) % HELD_MAX;
		h->ring[last].exchange = x;
		h->ring[last].due_ms = monotonic_ms() + HELD_MS;
		good = is_released(h);
		h->count -= !good;
	}
	pthread_mutex_unlock(&h->lock);
	return good;
}

void
held_finish(struct held *h)
{
	pthread_mutex_lock(&h->lock);
	h->over = true;
	pthread_cond_signal(&h->over_now);
	pthread_mutex_unlock(&h->lock);
	/* None is added any more: workers have ended. */
	join_thread(h);
	h->over = false;
}
