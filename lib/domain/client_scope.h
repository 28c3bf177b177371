/*
 * What a scope of an app's own means, in the administrator's words. A row is
 * SCOPE=TEXT, or SCOPE[LANGUAGE]=TEXT for one language.
 */
#ifndef LK_DOMAIN_CLIENT_SCOPE_H
#define LK_DOMAIN_CLIENT_SCOPE_H

#include "base/err.h"
#include "domain/client.h"

#include <stdbool.h>

enum { SCOPE_TEXT_CAP = 161 };

/* NULL if ROW may be one, else what is wrong, for people. */
const char *client_scope_text_refusal(const char *row);

/* Adds ROW, which may be one; ERR_NO_SPACE. A row that there is for the same
 * scope and language stays the one that is found. */
enum err client_scope_text_add(struct client *c, const char *row) MUST_CHECK;

/* The text of SCOPE in LANGUAGE, or else for all languages, among the ROWS of a
 * client (scope_texts); false: there is none. */
bool client_scope_text(char text[static SCOPE_TEXT_CAP], const char *rows,
    const char *scope, const char *language);

#endif
