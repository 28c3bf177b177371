/*
 * What the consent page says: a sentence for what the app will see, another for
 * how long, and a box for each scope that can be left out.
 */
#ifndef LK_INTERACTION_CONSENT_PAGE_H
#define LK_INTERACTION_CONSENT_PAGE_H

#include "base/buf.h"
#include "base/form.h"
#include "base/json.h"
#include "base/message.h"
#include "domain/api.h"
#include "domain/client.h"
#include "domain/conf.h"
#include "domain/consent.h"

/* Adds the page's data about SCOPE, a word list that CLIENT asks for, to B.
 * What REMEMBERED has as declined is neither in the sentences nor ticked. */
void consent_page_put(struct json_build *b, const struct catalogue *c,
    const struct conf *conf, const struct client *client, const char *scope,
    const struct consent *remembered);

enum { MEANING_CAP = SCOPE_WORD_CAP + 128 };

/* Appends what SCOPE means, in MEANING_CAP bytes at most: in the catalogue's
 * words, in the administrator's, which are among the SCOPE_TEXTS of its client,
 * or by its name. */
void consent_page_put_meaning(struct buf *b, const struct catalogue *c,
    const char *scope_texts, const char *scope);

/* The scopes whose boxes came back TICKED; ERR_NO_SPACE: more than there are.
 */
enum err consent_page_read(
    char ticked[static SCOPE_CAP], const struct form *posted) MUST_CHECK;

/* Adds the APIs that the app would act at. */
void consent_page_put_apis(
    struct json_build *b, const struct api_titles *titles);

#endif
