/* Secrets that are typed in, or piped in; never arguments, which everybody on
 * the machine can read in the process list. */
#ifndef LK_BIN_PROMPT_H
#define LK_BIN_PROMPT_H

#include "base/err.h"

#include <stddef.h>

/* Asks on the terminal, without echo: ERR_UNSUPPORTED (there is none),
 * ERR_NO_SPACE (too long), ERR_SYNTAX (a NUL), ERR_IO. A signal puts the
 * terminal right before it takes its course. */
enum err prompt_secret(
    const char *question, char *secret, size_t cap) MUST_CHECK;

/* One line of standard input, without its newline; errors as above. */
enum err prompt_stdin(char *secret, size_t cap) MUST_CHECK;

#endif
