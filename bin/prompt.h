/* What is asked for on the terminal. Secrets are typed in unseen, or piped in;
 * they are never arguments, which everybody on the machine can read in the
 * process list. */
#ifndef LK_BIN_PROMPT_H
#define LK_BIN_PROMPT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Asks on the terminal, without echo: ERR_UNSUPPORTED (there is none),
 * ERR_NO_SPACE (too long), ERR_SYNTAX (a NUL), ERR_IO. A signal puts the
 * terminal right before it takes its course. */
enum err prompt_secret(
    const char *question, char *secret, size_t cap) MUST_CHECK;

/* One line of standard input, without its newline; errors as above. */
enum err prompt_stdin(char *secret, size_t cap) MUST_CHECK;

/* Whether a person is there who can be asked: a script is never kept waiting.
 */
bool prompt_possible(void);

/* Asks QUESTION, and takes a line that is seen as it is typed; errors as of
 * prompt_secret. */
enum err prompt_line(const char *question, char *text, size_t cap) MUST_CHECK;

/* Asks whether to do it; true if the answer is y or yes. */
bool prompt_confirm(const char *question);

#endif
