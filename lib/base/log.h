/*
 * One line an event, to standard error (the web server's error log) or syslog:
 *
 *	latchkey token: invalid_grant reason=code_expired client_id=photos
 *
 * Values from outside are escaped. Nothing here is ever given a secret.
 */
#ifndef LK_BASE_LOG_H
#define LK_BASE_LOG_H

#include "base/err.h"

#include <stdbool.h>

/* Names the program in every line to come; before any thread. */
void log_open(const char *program);

/* Lines go to syslog (LOG_AUTHPRIV, as "latchkey-PROGRAM") from now on, or
 * back to standard error. */
void log_to_syslog(bool to_syslog);

/* Writes WHAT and then name, value pairs up to a NULL name. A NULL value is
 * left out. log_note is for what an administrator may want to read, log_fault
 * for what needs a repair. */
void log_note(const char *what, ...) __attribute__((sentinel));
void log_fault(const char *what, ...) __attribute__((sentinel));

/* For a signal handler, before the end: one line of WHAT and MORE, always to
 * standard error. */
void log_last_words(const char *what, const char *more);

#endif
