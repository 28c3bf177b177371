/*
 * Threads whose memory goes back to the system when they have ended, which the
 * C library by itself would keep.
 */
#ifndef LK_APP_THREAD_H
#define LK_APP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

struct thread {
	pthread_t id;
	void *stack;
};

/* False if there is no room for one. */
bool thread_start(struct thread *t, void *(*run)(void *arg), void *arg);

/* Waits until it has ended, and gives back its stack. */
void thread_join(struct thread *t);

/* Before the first thread; before there is a second; when all have ended. */
void memory_tune(void);
void memory_spread(void);
void memory_trim(void);

#endif
