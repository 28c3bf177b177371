/*
 * The answer to a token request (RFC 6749 5.1), and the cookie that keeps a
 * browser app's refresh token where no script can read it.
 */
#ifndef LK_WEB_TOKEN_REPLY_H
#define LK_WEB_TOKEN_REPLY_H

#include "base/conf.h"
#include "protocol/grant.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>

/* The tokens as JSON; a refresh token that lives in a cookie goes there, and
 * only there. CLIENT_ID names the cookie. */
void token_reply_send(struct response *r, const struct conf *conf,
    const char *client_id, const struct token_reply *reply);

/* The refresh cookie of CLIENT_ID; false if there is none. */
bool refresh_cookie_get(char token[static TOKEN_TEXT_CAP],
    const struct conf *conf, const struct request *q, const char *client_id);

/* Takes the cookie back: what it held is no good any more. */
void refresh_cookie_drop(
    struct response *r, const struct conf *conf, const char *client_id);

#endif
