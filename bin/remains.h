/*
 * A data directory of which a part is missing: what is missing, and how to get
 * it back. Nothing here advises to remove what is left.
 */
#ifndef LK_BIN_REMAINS_H
#define LK_BIN_REMAINS_H

#include <stdbool.h>
#include <stddef.h>

enum { REMAINS_MESSAGE_CAP = 2048 };

/* Whether DIR has anything that a data directory has. */
bool remains_any(const char *dir);

/* Says in MESSAGE, in one line, which part of DIR is missing first and how to
 * get it back. False, with an empty MESSAGE, if all parts are there. */
bool remains_missing(const char *dir, char *message, size_t message_cap);

#endif
