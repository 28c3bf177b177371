/* `latchkey complete`: what the shells' completion (conf/completion/) asks. */
#ifndef LK_BIN_COMPLETE_H
#define LK_BIN_COMPLETE_H

#include "options.h"

/*
 * Prints what the last of the words after "--" may become, a line each, with a
 * tab and what it is if there is more to say; or a single line ":files" or
 * ":directories". The words are those of a command line after its first. Names
 * are those of the data directory DIR, as far as it can be read. NOUNS ends
 * with NULL. An exit status.
 */
int complete_words(
    const char *dir, const struct verb *const *nouns, int argc, char **argv);

#endif
