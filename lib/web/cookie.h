/*
 * Cookies (RFC 6265bis). Over https their names have the prefix that makes
 * browsers hold us to the attributes: __Host- for Path=/, __Secure- otherwise.
 * With an issuer below a path its cookies have that path, so that other
 * programs at that host are not sent them. An http issuer is on a loopback
 * address and can have neither prefix nor Secure.
 */
#ifndef LK_WEB_COOKIE_H
#define LK_WEB_COOKIE_H

#include "domain/conf.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>
#include <stdint.h>

enum same_site { SAME_SITE_LAX, SAME_SITE_STRICT };

enum { COOKIE_NAME_CAP = 80 };

struct cookie {
	const char *name; /* without prefix: "latchkey-session" */
	const char *path; /* "/", or a full path; NULL: the issuer's own */
	enum same_site same_site;
};

/* The value the browser sent, as request_cookie. */
bool cookie_get(const struct conf *conf, const struct request *q,
    const struct cookie *c, char *value, size_t cap);

/* The name, without prefix, of the next cookie the browser sent that has C's
 * prefix, and fits NAME; false if there are no more. *AT is NULL at first. */
bool cookie_next(const struct conf *conf, const struct request *q,
    const struct cookie *c, const char **at, char *name, size_t cap);

/* Set-Cookie, HttpOnly. MAX_AGE_S < 0: until the browser closes; 0: delete. */
void cookie_set(struct response *r, const struct conf *conf,
    const struct cookie *c, const char *value, int64_t max_age_s);

#endif
