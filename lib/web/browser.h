/*
 * What a browser keeps for us: the session cookie; which people have signed in
 * with it before; and at a site that the gate protects, the gate's two. (The
 * random cookie that form tokens are bound to is web/csrf.h's.)
 */
#ifndef LK_WEB_BROWSER_H
#define LK_WEB_BROWSER_H

#include "domain/conf.h"
#include "domain/device.h"
#include "domain/opaque_token.h"
#include "domain/session.h"
#include "http/request.h"
#include "http/response.h"
#include "protocol/gate_sign_in.h"

#include <stdbool.h>
#include <stdint.h>

/* The session cookie, decoded into COOKIE; NULL if there is none or it is
 * garbled, which is the same. Returns COOKIE. */
const struct session_cookie *browser_session(struct session_cookie *cookie,
    const struct conf *conf, const struct request *q);

/* Sets it: until the browser closes, or, if the person wants to stay signed
 * in, as long as the session can live. */
void browser_sign_in(struct response *r, const struct conf *conf,
    const struct session *s, const struct session_cookie *cookie, int64_t now);

void browser_sign_out(struct response *r, const struct conf *conf);

/* Who has signed in with this browser before; none if the cookie is garbled. */
void browser_devices(
    struct devices *d, const struct conf *conf, const struct request *q);
void browser_set_devices(
    struct response *r, const struct conf *conf, const struct devices *d);

/* The cookie that lets a person in at a site, into TEXT; NULL if there is
 * none. Returns TEXT. The caller wipes. */
const char *browser_gate(char text[static OPAQUE_TOKEN_TEXT_CAP],
    const struct conf *conf, const struct request *q);

/* Sets it. MAX_AGE_S as cookie_set; 0 takes it away. */
void browser_set_gate(struct response *r, const struct conf *conf,
    const char *text, int64_t max_age_s);

/* The random key this browser signs in at a site with; NULL if it has none.
 * Returns KEY. The caller wipes. */
const uint8_t *browser_gate_key(uint8_t key[static GATE_KEY_LEN],
    const struct conf *conf, const struct request *q);

/* The same, made and set if there is none. */
const uint8_t *browser_make_gate_key(uint8_t key[static GATE_KEY_LEN],
    const struct conf *conf, const struct request *q, struct response *r);

#endif
