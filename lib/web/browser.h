/*
 * What a browser keeps for us: the session cookie. (The random cookie that
 * form tokens are bound to is web/csrf.h's.)
 */
#ifndef LK_WEB_BROWSER_H
#define LK_WEB_BROWSER_H

#include "base/conf.h"
#include "domain/session.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stdint.h>

/* The session cookie, decoded into COOKIE; NULL if there is none or it is
 * garbled, which is the same. Returns COOKIE. */
const struct session_cookie *browser_session(struct session_cookie *cookie,
    const struct conf *conf, const struct request *q);

/* Sets it: until the browser closes, or, if the person wants to stay signed
 * in, as long as the session lives. */
void browser_sign_in(struct response *r, const struct conf *conf,
    const struct session *s, const struct session_cookie *cookie, int64_t now);

void browser_sign_out(struct response *r, const struct conf *conf);

#endif
