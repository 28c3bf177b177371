/*
 * Form tokens, so that no other site can fill in our forms: a random number
 * that the browser has as a cookie, and a MAC over it, what the form does and,
 * where a person is signed in, their session. Also before sign-in, where there
 * is no session yet: a stranger must not sign a person in as the stranger (RFC
 * 6749 10.12).
 *
 * Two pages that a browser without the cookie loads at once each set one, and
 * the last one stays. The form of the other page is known by its own token and
 * by the browser's word that it comes from a page of ours (Sec-Fetch-Site, or
 * Origin), which no page of another site can forge.
 */
#ifndef LK_WEB_CSRF_H
#define LK_WEB_CSRF_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/conf.h"
#include "domain/keyring.h"
#include "domain/session.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>

enum {
	CSRF_BROWSER_CAP = BASE64URL_CAP(16),
	CSRF_MAC_CAP = BASE64URL_CAP(24),
	CSRF_TOKEN_CAP = CSRF_BROWSER_CAP + CSRF_MAC_CAP /* joined by "." */
};

struct csrf {
	const struct keyring *keyring;
	char browser[CSRF_BROWSER_CAP]; /* the cookie; "": none came */
	bool from_us; /* the browser says that a page of this origin asks */
	uint8_t sid[SID_LEN]; /* zeroes before sign-in */
};

/* Takes up the browser's cookie, or "" if it has none. */
void csrf_load(struct csrf *c, const struct keyring *k, const struct conf *conf,
    const struct request *q);

/* Binds tokens to the session SID as well; NULL: to none. */
void csrf_bind(struct csrf *c, const uint8_t *sid);

/* The number that forms of this browser are bound to, which gets the cookie if
 * it has none yet. */
const char *csrf_browser(
    struct csrf *c, const struct conf *conf, struct response *r);

/* Makes the token of the form that does PURPOSE, and sets the cookie if the
 * browser has none yet. */
void csrf_make(char token[static CSRF_TOKEN_CAP], struct csrf *c,
    const struct conf *conf, struct response *r, const char *purpose);

/* Whether a form without its token may be answered with a page, which may set
 * the cookie: the browser has one, or asks from a page of ours. Another site's
 * form comes without it and must not replace it. */
bool csrf_may_answer(const struct csrf *c);

/* OK, or ERR_FORBIDDEN for a token (or NULL) that is not PURPOSE's, or for a
 * browser without the cookie. */
enum err csrf_check(
    const struct csrf *c, const char *purpose, const char *token) MUST_CHECK;

#endif
