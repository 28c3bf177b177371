/*
 * A person's visit, for the programs that answer with pages: the browser's
 * cookies, and the request of the app that sent it here.
 *
 * The pages carry the app's request along as text, in their own address or in
 * a hidden field, and every step parses it again: no step trusts an earlier
 * one, and nothing is kept for people who never come back.
 */
#ifndef LK_APP_VISIT_H
#define LK_APP_VISIT_H

#include "app/app.h"

#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/reason.h"
#include "domain/session.h"
#include "web/csrf.h"

#include <stdbool.h>

enum {
	VISIT_TEXT_CAP = REQUEST_QUERY_MAX + 1,
	/* Longer, and some server on the way would refuse the URL. */
	VISIT_URL_CAP = 24576
};

struct visit {
	struct call *call;
	const struct conf *conf;
	const char *path; /* "/authorize" */
	struct csrf csrf;
	struct session_cookie cookie_storage;
	const struct session_cookie *cookie; /* NULL: none came */
	bool own_form;                       /* a form of ours came back */
	struct form form;                    /* the app's request */
	char text[VISIT_TEXT_CAP]; /* behind form, if a form of ours brought it
				    */
};

/* Begins a visit to the endpoint PATH. */
void visit_begin(struct visit *v, struct call *c, const char *path);

/* Wipes what was secret. */
void visit_end(struct visit *v);

/* Takes the app's request from where it is: the query, the app's POST, or the
 * hidden field of a form of ours. ERR_INVALID_REQUEST: that field is damaged.
 */
enum err visit_load(struct visit *v, enum reason *reason) MUST_CHECK;

/* ERR_CONTENT_TOO_LARGE if the request is too long to go along with every
 * step: to be asked at once, not after somebody has typed a password. */
enum err visit_fits(const struct visit *v, enum reason *reason) MUST_CHECK;

/* Whether a POST is the app's own, which comes without our cookies if it comes
 * from another site: answered with visit_again, it comes back with them. */
bool visit_is_foreign_post(const struct visit *v);

/* Back to ourselves with a GET and the app's request as it now is. */
void visit_again(struct visit *v);

/* Begins the data of a page whose form does PURPOSE (web/csrf.h): title,
 * client_name, action, request, csrf. */
void visit_page(struct visit *v, struct json_build *b, const char *title,
    const char *purpose, const char *client_name);

/* Renders the page (web/page.h). */
void visit_show(struct visit *v, struct json_build *b, const char *template,
    const struct client *client);

#endif
