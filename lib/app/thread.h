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
	unsigned char *pages; /* thread_wipe's: which of the stack's it used */
};

/* False if there is no room for one. */
bool thread_start(struct thread *t, void *(*run)(void *arg), void *arg);

/* Waits until it has ended, and gives back its stack. */
void thread_join(struct thread *t);

/* Wipes what calls that have returned left on the stack. T is the calling
 * thread. */
void thread_wipe(struct thread *t);

/* Before the first thread; before there is a second; when all have ended. */
void memory_tune(void);
void memory_spread(void);
void memory_trim(void);

#endif
