/*
 * Lists of names that may have spaces in them, such as groups: separated by
 * commas, as Remote-Groups has them. A name has no comma in it; what makes one
 * is its owner's to say. Lists of words are in base/str.h.
 */
#ifndef LK_BASE_NAMES_H
#define LK_BASE_NAMES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The next name of a list. *CURSOR starts at the list and moves on; the name is
 * copied into NAME. False at the end, or when a name does not fit in CAP. */
bool names_next(const char **cursor, char *name, size_t cap);

bool names_has(const char *list, const char *name);
bool names_overlap(const char *a, const char *b);

/* Appends NAME unless it is there; ERR_NO_SPACE when it does not fit,
 * ERR_SYNTAX when it is not one name. LIST is unchanged then. */
enum err names_add(char *list, size_t cap, const char *name) MUST_CHECK;

/* Takes NAME out of LIST, if it is there. */
void names_remove(char *list, const char *name);

#endif
