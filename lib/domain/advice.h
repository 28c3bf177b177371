/*
 * What an administrator is told of a refusal: a sentence for each reason, and
 * what helps. The sentences are those of `latchkey why`, which speaks English.
 * The desk speaks the person's language, and tells the kind of a refusal alone
 * (the texts why.KIND).
 */
#ifndef LK_DOMAIN_ADVICE_H
#define LK_DOMAIN_ADVICE_H

#include "base/buf.h"
#include "domain/advice_reasons.h"
#include "domain/refusal_note.h"

/* "redirect" */
const char *advice_kind_word(enum advice_kind kind);

/* What is told of N: its cause decides, else its reason, else its error. */
struct advice advice_of(const struct refusal_note *n);

/* Appends REMEDY with what N was about in its places, or NAME, URI where that
 * is not known. Where it needs an app and none is known, it is how to find out
 * which. */
void advice_put(
    struct buf *b, const char *remedy, const struct refusal_note *n);

#endif
