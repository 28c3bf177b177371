/*
 * Turns. A program computes for a few requests at a time (app/workers.h).
 * Whoever is about to wait for something, the disk or a lock, passes its turn
 * on, so that another request can begin meanwhile.
 */
#ifndef LK_BASE_TURN_H
#define LK_BASE_TURN_H

/* Whom this thread's turn_pass tells; NULL, as at first: nobody. */
void turn_holder(void (*passed)(void *arg), void *arg);

/* Before a wait. Any number of times in a request; the first counts. */
void turn_pass(void);

#endif
