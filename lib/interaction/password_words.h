/* What a page says of a new password that cannot be
 * (domain/new_password.h). */
#ifndef LK_INTERACTION_PASSWORD_WORDS_H
#define LK_INTERACTION_PASSWORD_WORDS_H

#include "domain/new_password.h"
#include "interaction/interaction.h"

enum { PASSWORD_WORDS_CAP = 512 };

/* Into TEXT, which it returns. */
const char *password_words(char text[static PASSWORD_WORDS_CAP],
    const struct interaction *i, enum password_flaw flaw);

/* Adds what a form for a new password says of it: `password_hint`. */
void password_words_put_hint(struct interaction *i, struct json_build *b);

/* What the page says when a hash could not be made, because of E: it also sets
 * the status. NULL: E is no such error. */
const char *password_words_busy(struct interaction *i, enum err e);

#endif
