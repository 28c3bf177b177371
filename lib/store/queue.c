/* The threads that wait for the next transaction. The first that finds no
 * leader leads; there is no timer and no thread of our own. */
#include "store/internal.h"

enum { BATCH_MAX = 256 };

enum err
store_queue_init(struct store_queue *q)
{
	return pthread_mutex_init(&q->lock, NULL) == 0 ? OK : ERR_NO_MEMORY;
}

void
store_queue_destroy(struct store_queue *q)
{
	pthread_mutex_destroy(&q->lock);
}

static void
queue_waiter(struct store_queue *q, struct waiter *w)
{
	if (q->last != NULL)
		q->last->next = w;
	else
		q->first = w;
	q->last = w;
}

bool
store_queue_wait(struct store_queue *q, struct waiter *w)
{
	bool wait;

	if (sem_init(&w->told, 0, 0) != 0) {
		w->answer = ERR_NO_MEMORY;
		return false;
	}
	pthread_mutex_lock(&q->lock);
	queue_waiter(q, w);
	wait = q->leading;
	q->leading = true;
	pthread_mutex_unlock(&q->lock);
	while (wait && sem_wait(&w->told) != 0)
		; /* a signal */
	if (w->done)
		sem_destroy(&w->told);
	return !w->done;
}

struct waiter *
store_queue_take(struct store_queue *q, size_t *count)
{
	struct waiter *first, *w;

	pthread_mutex_lock(&q->lock);
	first = w = q->first;
	for (*count = 1; *count < BATCH_MAX && w->next != NULL; ++*count)
		w = w->next;
	q->first = w->next;
	if (q->first == NULL)
		q->last = NULL;
	pthread_mutex_unlock(&q->lock);
	return first;
}

void
store_queue_pass_on(struct store_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->leading = q->first != NULL;
	if (q->leading)
		sem_post(&q->first->told);
	pthread_mutex_unlock(&q->lock);
}

void
store_queue_tell(struct waiter *w)
{
	w->done = true;
	sem_post(&w->told);
}
