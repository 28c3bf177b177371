/*
 * Pages for people: a template, its data, and a Content-Security-Policy that
 * lets nothing run and nothing load but our one inline stylesheet and, on the
 * pages that have one, one inline script: for passkeys (templates/passkey.js),
 * and to send the form that takes an answer to an app (templates/continue.js).
 */
#ifndef LK_WEB_PAGE_H
#define LK_WEB_PAGE_H

#include "base/err.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/zone.h"
#include "domain/client.h"
#include "domain/conf.h"
#include "http/response.h"
#include "http/template.h"

struct page {
	const struct conf *conf;
	const struct templates *templates;
	const struct catalogue *catalogue; /* the language */
	/* Who chose the language: the person, in this browser; the app; the
	 * account of the person. */
	bool person_chose, app_chose, account_chose;
	bool by_get; /* the page is shown at the address of a GET */
	struct zone_cache *zones; /* NULL: there is UTC alone */
	char zone_name[ZONE_NAME_CAP];
	bool elsewhere; /* shown at another origin than the provider's: the
			   gate's */
	const char *framed_by; /* the origin whose pages may have this one in
				* a frame; NULL: none */
	const char *frames;    /* word list: what the page has in frames, and
				* nothing else may be there; NULL: nothing */
};

/*
 * Fills R, already begun, with the template NAME; DATA (taken over) gets the
 * stylesheet, the site's name and the language added, and a title if it has
 * none: the text NAME.title. Forms of the page may lead to ourselves, and on
 * from there to the places CLIENT (or NULL) has registered: browsers hold the
 * redirects that follow a form to form-action.
 */
void page_render(struct response *r, const struct page *p, const char *name,
    struct json_build *data, const struct client *client);

/* The page of DATA ends with the languages to choose from (language_choice.h).
 * REQUEST is what the page's address lacks of the app's request; "": nothing.
 * Not if the language is that of the person's account, or the page is shown at
 * another origin. */
void page_offer_languages(
    struct json_build *data, const struct page *p, const char *request);

/* The page of DATA has the script NAME. */
void page_want_script(struct json_build *data, const char *name);

/* What the page says of REASON: the text reason.WORD, or its PART ("title",
 * "link"). NULL if there is none. */
const char *page_reason(
    const struct page *p, enum reason reason, const char *part);

/* A page that says what went wrong and what to do. REASON is a code that is
 * also in the log. Where there is no page, it links to ours. */
void page_error(
    struct response *r, const struct page *p, enum err e, enum reason reason);

/* The same with a link to URL, if that is not "", which says TEXT. */
void page_error_link(struct response *r, const struct page *p, enum err e,
    enum reason reason, const char *url, const char *text);

/* The same with ABOUT, which came with the request, cut and shown as text. */
void page_error_about(struct response *r, const struct page *p, enum err e,
    enum reason reason, const char *about);

/* Nothing of the provider can be read at the moment. */
void page_unavailable(struct response *r, const struct page *p);

#endif
