/*
 * Nouns and verbs by name: also by the names that other commands have for
 * them. A noun is a table of verbs (bin/options.h); NOUNS ends with NULL.
 */
#ifndef LK_BIN_VERBS_H
#define LK_BIN_VERBS_H

#include "options.h"

/* The first verb of the noun NAME, or NULL. */
const struct verb *verbs_noun(
    const struct verb *const *nouns, const char *name);

/* The verb NAME of the noun that VERBS begins, or NULL. */
const struct verb *verbs_find(const struct verb *verbs, const char *name);

/* Print that NAME is not known, and what may have been meant. */
void verbs_unknown_noun(const struct verb *const *nouns, const char *name);
void verbs_unknown(const struct verb *verbs, const char *name);

#endif
