/*
 * The only clock. Tests link another clock.o in its place.
 */
#ifndef LK_BASE_CLOCK_H
#define LK_BASE_CLOCK_H

#include <stdint.h>

/* Unix seconds (UTC). */
int64_t clock_now(void);

#endif
