/*
 * What people, apps, sites and the rest are called in the store: for a name
 * that is mistyped, and for the shell's completion.
 */
#ifndef LK_BIN_STORED_NAMES_H
#define LK_BIN_STORED_NAMES_H

#include "base/nearest.h"
#include "store/store.h"

#include <stdbool.h>

/* Calls VISIT with the name of each record of KIND ("user", "client", "site",
 * "session", "grant", "app-password", or "group": those that people are in,
 * some more than once) until it returns false, but not for more than some
 * thousands. Of another KIND, or a store that cannot be read, there are none.
 */
typedef bool stored_name_visit(void *arg, const char *name);
void stored_names_each(
    struct store *store, const char *kind, stored_name_visit *visit, void *arg);

/* Tries all of them. */
void stored_names_nearest(
    struct store *store, const char *kind, struct nearest *n);

#endif
