/* `latchkey help`: the tables of verbs, as text of 80 columns. */
#ifndef LK_BIN_HELP_H
#define LK_BIN_HELP_H

#include "options.h"

#include <stdio.h>

/* For who gives the command alone: what comes first, and which nouns there are.
 */
void help_first_steps(FILE *out);

/* A line for each verb of NOUNS, which ends with NULL. */
void help_overview(FILE *out, const struct verb *const *nouns);

/* The verbs of one noun with their options. */
void help_noun(FILE *out, const struct verb *verbs);

void help_verb(FILE *out, const struct verb *verb);

#endif
