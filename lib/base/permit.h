/*
 * Permits to compute. A program computes for a few requests at a time
 * (server/worker_pool.h). A thread that is about to wait for something, the
 * disk or a lock, gives its permit up, so that another request can begin.
 */
#ifndef LK_BASE_PERMIT_H
#define LK_BASE_PERMIT_H

/* Says what this thread's permit_give_up calls; NULL, as at first: nothing. */
void permit_holder(void (*given_up)(void *arg), void *arg);

/* Before a wait. Any number of times in a request; the first counts. */
void permit_give_up(void);

#endif
