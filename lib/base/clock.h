/*
 * The time of day, in one place. Tests link another clock.o in its place.
 */
#ifndef LK_BASE_CLOCK_H
#define LK_BASE_CLOCK_H

#include <stdint.h>

/* Unix seconds (UTC). */
int64_t clock_now(void);

/* By how much a clock that is right may be set back: what is later than that
 * was not made a moment ago. */
enum { CLOCK_SLACK_S = 300 };

/* Of two times, or of two lengths of time. */
static inline int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#endif
