/*
 * The cookie that keeps a browser app's refresh token where no script can read
 * it: one an app, HttpOnly, SameSite=Strict. Where the issuer has no path it is
 * __Host-, which no sister host can plant (RFC 6265bis 4.1.3.2); its Path is
 * "/" then, and so a browser has at most REFRESH_COOKIES_MAX of them.
 */
#ifndef LK_WEB_REFRESH_COOKIE_H
#define LK_WEB_REFRESH_COOKIE_H

#include "domain/conf.h"
#include "domain/opaque_token.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>
#include <stdint.h>

enum { REFRESH_COOKIES_MAX = 16 };

/* The cookie of CLIENT_ID into TOKEN; false if there is none. */
bool refresh_cookie_get(char token[static OPAQUE_TOKEN_TEXT_CAP],
    const struct conf *conf, const struct request *q, const char *client_id);

/* Sets it, and removes the oldest of the others that Q brought if the browser
 * would have more than REFRESH_COOKIES_MAX. MAX_AGE_S as cookie_set. */
void refresh_cookie_set(struct response *r, const struct conf *conf,
    const struct request *q, const char *client_id, const char *token,
    int64_t max_age_s);

/* Takes it back: what it held is no good any more. */
void refresh_cookie_drop(
    struct response *r, const struct conf *conf, const char *client_id);

#endif
