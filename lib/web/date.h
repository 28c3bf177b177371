/*
 * Dates on pages (base/date.h).
 */
#ifndef LK_WEB_DATE_H
#define LK_WEB_DATE_H

#include "base/json.h"
#include "web/page.h"

#include <stdint.h>

/*
 * Adds T, Unix seconds, to the data of a page: NAME is the date and the time as
 * the person of P reads them, NAME_iso the same for machines:
 *
 *	<time datetime="{{used_at_iso}}">{{used_at}}</time>
 *
 * NAME may as well be in a place of a sentence. Both are "" if T is 0.
 */
void date_put(
    struct json_build *b, const char *name, int64_t t, const struct page *p);

/* The same without the time of day. */
void date_put_day_of(
    struct json_build *b, const char *name, int64_t t, const struct page *p);

#endif
