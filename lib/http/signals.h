/*
 * The signals that FastCGI programs take: SIGTERM, SIGINT and SIGUSR1 stop the
 * process, in one of its threads; SIGUSR2 wakes a thread. All are held back
 * except while a thread waits: otherwise they would interrupt a read or write
 * that is under way. For the gateway.
 */
#ifndef LK_HTTP_SIGNALS_H
#define LK_HTTP_SIGNALS_H

#include "base/err.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

/*
 * Installs the handlers and holds the signals back. WAITING is the mask with
 * which this thread, which they are to stop, waits. A signal that comes between
 * a look at the flag and accept would be slept through: so it also has accept
 * find, in this process, that LISTEN_FD is no socket. ERR_IO.
 */
enum err signals_take(int listen_fd, sigset_t *waiting) MUST_CHECK;

/* Makes WAITING that of another thread: it is woken, and never stopped. */
void signals_of_another(sigset_t *waiting);

/* Lets them in, before a wait; holds them back after it. */
void signals_let(const sigset_t *waiting);
void signals_hold(void);

/* Whether one came that stops us. */
bool signals_stop(void);

/* Interrupts the wait of THREAD, if it has begun. */
void signals_wake(pthread_t thread);

#endif
