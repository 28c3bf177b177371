/*
 * Which language a person reads (RFC 5646): one of the catalogues
 * (base/message.h). What browsers and apps send is a wish: what cannot be read
 * of it is passed over, and never refused.
 */
#ifndef LK_BASE_LANGUAGE_H
#define LK_BASE_LANGUAGE_H

#include "base/buf.h"
#include "base/message.h"

#include <stddef.h>

/* The language of the LEN bytes at TAG, in any case, or else of what is left of
 * it without its last parts (RFC 4647 3.4): "de-AT" is de, and zh is zh-Hans.
 * NULL: there is none. */
const struct catalogue *language_find_n(const char *tag, size_t len);
const struct catalogue *language_find(const char *tag);

/* The first language there is of TAGS, separated by spaces: ui_locales (OpenID
 * Connect Core 3.1.2.1). NULL: none of them. */
const struct catalogue *language_first(const char *tags);

/* The one that Accept-Language (RFC 9110 12.5.4) likes best; NULL: none. */
const struct catalogue *language_accepted(const char *header);

/* Appends the tags of all languages, separated by spaces. */
void language_put_all(struct buf *b);

#endif
