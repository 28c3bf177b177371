/*
 * Starts libexec/drain, which sends what is in the queue
 * (domain/logout_queue.h). There is one at a time: a second one finds the lock
 * taken and exits. So it is started whenever something was put into the queue,
 * after the commit.
 */
#ifndef LK_DOMAIN_DRAINER_H
#define LK_DOMAIN_DRAINER_H

#include <stdbool.h>

#define DRAINER_LOCK "drain.lock" /* in the data directory */

/* Returns at once; what cannot be started is a line in the log. QUIET: nothing
 * of what it says goes to our standard error, for there waits a web server, or
 * a person. */
void drainer_wake(const char *dir, bool quiet);

#endif
