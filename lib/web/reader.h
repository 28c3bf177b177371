/*
 * In which language a page speaks, and in which time zone its dates are. The
 * first of these decides that names a language there is: what the person chose
 * at the foot of a page, in this browser; the app (ui_locales); the browser
 * (Accept-Language); the setting `language`. Once it is known who reads, the
 * account's language comes before all but the app's.
 */
#ifndef LK_WEB_READER_H
#define LK_WEB_READER_H

#include "base/form.h"
#include "base/json.h"
#include "base/zone.h"
#include "domain/user.h"
#include "http/request.h"
#include "http/response.h"
#include "web/page.h"

/* What is known before it is known what is asked, and who asks. */
void reader_from_browser(struct page *p, const struct request *q);

/* The app's request is FORM (OpenID Connect Core 3.1.2.1, RP-Initiated Logout
 * 2). */
void reader_from_app(struct page *p, const struct form *form);

/* A person reads the page whose account has the LANGUAGE; "": none. */
void reader_from_account(struct page *p, const char *language);

/* The person U reads the page, with the language and zone of their account. */
void reader_from_person(struct page *p, const struct user *u);

/* The zone of P's dates; NULL: UTC. Until the next page. */
const struct zone *reader_zone(const struct page *p);

/* This browser remembers for a year that C was chosen. */
void reader_remember(
    struct response *r, const struct conf *conf, const struct catalogue *c);

/* Adds the languages there are, for a form in which one is chosen: "languages",
 * an array of {tag, language_name, chosen}. CHOSEN may be NULL. */
void reader_put_languages(struct json_build *b, const struct catalogue *chosen);

#endif
