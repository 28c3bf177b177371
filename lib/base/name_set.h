/*
 * A set of texts, for what must be there once, or is still to come. Memory that
 * is not there is remembered, and asked for once, at the end.
 */
#ifndef LK_BASE_NAME_SET_H
#define LK_BASE_NAME_SET_H

#include "base/err.h"

#include <stdbool.h>

struct name_set { /* begun with zeroes */
	void *root;
	bool no_memory;
};

/* False: NAME was there. */
bool name_set_add(struct name_set *set, const char *name);

bool name_set_has(const struct name_set *set, const char *name);

/* False: NAME was not there. */
bool name_set_remove(struct name_set *set, const char *name);

/* One that is there, valid until the set changes; NULL: it is empty. */
const char *name_set_any(const struct name_set *set);

/* Leaves an empty set. */
void name_set_free(struct name_set *set);

#endif
