/*
 * Form tokens, so that no other site can fill in our forms: a MAC over what
 * the form does, a random cookie of this browser and, where somebody is signed
 * in, their session. Also before sign-in, where there is no session yet: a
 * stranger must not sign somebody in as the stranger (RFC 6749 10.12).
 */
#ifndef LK_WEB_CSRF_H
#define LK_WEB_CSRF_H

#include "base/conf.h"
#include "base/err.h"
#include "base/secret.h"
#include "domain/keyring.h"
#include "domain/session.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>

enum {
	CSRF_BROWSER_CAP = BASE64URL_CAP(16),
	CSRF_TOKEN_CAP = BASE64URL_CAP(24)
};

struct csrf {
	const struct keyring *keyring;
	char browser[CSRF_BROWSER_CAP]; /* the cookie */
	uint8_t sid[SID_LEN];           /* zeroes before sign-in */
};

/* Takes up the browser's cookie, or "" if it has none. */
void csrf_load(struct csrf *c, const struct keyring *k, const struct conf *conf,
    const struct request *q);

/* Binds tokens to the session SID as well; NULL: to none. */
void csrf_bind(struct csrf *c, const uint8_t *sid);

/* Makes the token of the form that does PURPOSE, and sets the cookie if the
 * browser has none yet. */
void csrf_make(char token[static CSRF_TOKEN_CAP], struct csrf *c,
    const struct conf *conf, struct response *r, const char *purpose);

/* OK, or ERR_FORBIDDEN for a token (or NULL) that is not PURPOSE's. */
enum err csrf_check(
    const struct csrf *c, const char *purpose, const char *token) MUST_CHECK;

#endif
