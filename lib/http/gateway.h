/*
 * How requests reach us: FastCGI when standard input is a listening socket
 * (what every server and spawner does), plain CGI otherwise; the same binary
 * serves both. The only module that knows libfcgi.
 */
#ifndef LK_HTTP_GATEWAY_H
#define LK_HTTP_GATEWAY_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATEWAY_IDLE_S = 3 };

struct gateway;  /* where requests come from; one a process */
struct exchange; /* one request and its answer; one a worker, used again */

/* ERR_IO if the library does not start; ERR_NO_MEMORY. Installs handlers: on
 * SIGTERM, SIGINT and SIGUSR1 the requests under way are finished, and the
 * functions that wait say false. In plain CGI they keep their default. IDLE_MS
 * is the most that gateway_next waits, if it is not 0 and less than
 * GATEWAY_IDLE_S. */
enum err gateway_open(struct gateway **g, int64_t idle_ms) MUST_CHECK;
void gateway_close(struct gateway **g);
bool gateway_is_cgi(const struct gateway *g);

enum err exchange_new(struct exchange **x, struct gateway *g) MUST_CHECK;
void exchange_free(struct exchange **x);

/* Waits for the next request. False when there will be none: told to stop, the
 * socket failed, or the one CGI request has been served; and when none came for
 * a while. Signals that stop us are held back until the request is
 * finished. */
bool gateway_next(struct gateway *g, struct exchange *x);

/* Whether gateway_next said false because no more will come. */
bool gateway_is_over(const struct gateway *g);

/* Whether all of the request has come, so that reading it waits for nothing.
 * May be false for a long one all the same. */
bool exchange_has_arrived(const struct exchange *x);

/* Reads it up to its body; false when nothing came of it: on to the next. A
 * peer that is silent for half a minute in the middle of one is given up. */
bool exchange_begin(struct exchange *x);

/* Whether the web server keeps X's connection for more requests. One may be on
 * its way, so that X is not to be freed before gateway_next said false. */
bool exchange_is_kept(const struct exchange *x);

/*
 * Several threads may call gateway_next, each with an exchange of its own. The
 * signals that stop us are for the thread that opened G, which alone may call
 * this: it waits until the thread is woken, even if that was before, and
 * returns false when told to stop.
 */
bool gateway_sleep(struct gateway *g);

/* Wakes a thread that waits. One that is only just about to, in gateway_next,
 * sleeps through it: so again and again until it has ended. */
void gateway_wake(pthread_t thread);

/* Whether the answer in X may leave later: by a gateway_finish of another
 * thread, on a connection that nothing else is to come on. */
bool exchange_may_wait(const struct exchange *x);

/* A CGI meta-variable (RFC 3875 4.1), or NULL. Valid until gateway_finish. */
const char *exchange_param(const struct exchange *x, const char *name);

/* Whether it came more than once: nginx before 1.23 makes a parameter of each
 * header of a name, where others join them. */
bool exchange_param_is_repeated(const struct exchange *x, const char *name);

/* Reads up to CAP bytes of the body: *len is 0 at its end. ERR_IO when the
 * peer is gone. */
enum err exchange_read(
    struct exchange *x, void *bytes, size_t cap, size_t *len) MUST_CHECK;

/* Adds to the answer. A peer that is gone is no error of ours: OK or ERR_IO. */
enum err exchange_write(
    struct exchange *x, const void *bytes, size_t len) MUST_CHECK;

/* Ends the request: the answer is flushed, borrowed pointers are invalid. */
void gateway_finish(struct exchange *x);

#endif
