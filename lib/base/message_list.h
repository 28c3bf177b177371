/*
 * Several things in a sentence, as its language writes them: "name, address and
 * groups".
 */
#ifndef LK_BASE_MESSAGE_LIST_H
#define LK_BASE_MESSAGE_LIST_H

#include "base/message.h"

#include <stddef.h>

enum { MESSAGE_LIST_CAP = 512 };

/* Appends the COUNT texts of ITEMS, joined by the texts list.two (the last two)
 * and list.more. OUT fails if they do not fit into MESSAGE_LIST_CAP. */
void message_put_list(struct buf *out, const struct catalogue *c,
    const char *const *items, size_t count);

#endif
