/*
 * The answer to a token request (RFC 6749 5.1).
 */
#ifndef LK_WEB_TOKEN_REPLY_H
#define LK_WEB_TOKEN_REPLY_H

#include "domain/conf.h"
#include "http/request.h"
#include "http/response.h"
#include "protocol/token_endpoint.h"

/* The tokens as JSON; a refresh token that lives in a cookie goes there, and
 * only there. CLIENT_ID names the cookie; Q is what is answered. */
void token_reply_send(struct response *r, const struct conf *conf,
    const struct request *q, const char *client_id,
    const struct token_reply *reply);

#endif
