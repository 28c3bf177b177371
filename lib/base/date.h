/*
 * Dates for people: in the words and the order of their language, in their time
 * zone, with 24 hours.
 */
#ifndef LK_BASE_DATE_H
#define LK_BASE_DATE_H

#include "base/buf.h"
#include "base/message.h"
#include "base/zone.h"

#include <stdint.h>

enum { DATE_CAP = 96 };

/* Appends the day of T, Unix seconds: "29 November 2026". Z may be NULL:
 * UTC. */
void date_put_day(
    struct buf *b, const struct catalogue *c, const struct zone *z, int64_t t);

/* The same with the time: "29 November 2026, 15:04", or "15:04 UTC". */
void date_put_time(
    struct buf *b, const struct catalogue *c, const struct zone *z, int64_t t);

/* "2026-11-29T15:04:05Z", for machines. */
void date_put_iso(struct buf *b, int64_t t);

#endif
