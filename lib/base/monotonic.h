/* How long a wait lasts: a clock that only runs forward, and that tests do not
 * move. The time of day is in base/clock.h. */
#ifndef LK_BASE_MONOTONIC_H
#define LK_BASE_MONOTONIC_H

#include <stdint.h>

/* Milliseconds since some moment in the past. */
int64_t monotonic_ms(void);

#endif
