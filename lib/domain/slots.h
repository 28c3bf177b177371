/*
 * Slots: how many passwords are hashed at once on the whole machine, and how
 * many sign-ins wait for that.
 *
 * Both are counted by file locks in DIR/slots, which a process loses when it
 * ends, however it ends. One hash takes tens of megabytes and a processor, so
 * there are no more slots than processors. A sign-in first takes a place in the
 * line, without waiting: a flood of guesses finds the line full, is refused,
 * and leaves the other workers of the program to people who are signed in
 * already. Some places are for browsers that have signed in before as that
 * person.
 */
#ifndef LK_DOMAIN_SLOTS_H
#define LK_DOMAIN_SLOTS_H

#include "base/err.h"
#include "domain/conf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SLOTS_WAIT_MS = 5000, /* the longest wait for a slot */
	SLOTS_LOG_INTERVAL =
	    10 /* seconds from one line in the log to the next */
};

/* Hashes at once: argon2_slots, and at most one a processor. */
uint32_t slots_count(const struct conf *conf);

/* Places in the line: eight a slot, at most half of `workers`. A quarter of
 * them, rounded down, is for known browsers. */
uint32_t slots_places(const struct conf *conf);

/* Takes a place; closing *PLACE gives it back. KNOWN: any place will do.
 * ERR_BUSY: there is none; ERR_IO, ERR_PERMISSION. */
enum err slots_line_up(
    int *place, const struct conf *conf, bool known) MUST_CHECK;

/* Takes a slot, which is waited for up to WAIT_MS; closing *SLOT gives it back.
 * ERR_BUSY: none became free; ERR_IO, ERR_PERMISSION. */
enum err slots_take(
    int *slot, const struct conf *conf, int64_t wait_ms) MUST_CHECK;

/* Whether a refusal at NOW is to be logged: it is the first on this machine in
 * SLOTS_LOG_INTERVAL. Lines of a flood would flood the log. */
bool slots_should_log(const struct conf *conf, int64_t now);

#endif
