/*
 * What a developer is told of a refusal beside its word: what came, and what
 * was expected. It goes into error_description (RFC 6749 5.2), and so to the
 * one who asked. Nothing that came is repeated but lengths, and what is no
 * secret; nothing is told that depends on what we know of a client or a token.
 */
#ifndef LK_WEB_HINT_H
#define LK_WEB_HINT_H

#include "base/buf.h"
#include "base/form.h"
#include "base/reason.h"

#include <stdbool.h>

/* What came, as far as it is known. */
struct hint_of {
	const struct form *form;  /* or NULL */
	const char *content_type; /* or NULL */
	bool takes_json;          /* else forms are what is taken */
	/* Of metadata: what is wrong with which member (or NULL). */
	const char *member, *message;
};

/* Appends the hint for E because of REASON, if there is one. */
void hint_put(
    struct buf *b, enum err e, enum reason reason, const struct hint_of *of);

/* Makes TEXT one that error_description may be: other characters than those of
 * RFC 6749 5.2 become a full stop. */
void hint_clean(char *text);

#endif
