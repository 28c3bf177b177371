/* ID tokens (OpenID Connect Core 2): made at the token endpoint, and taken
 * back as hints. */
#ifndef LK_PROTOCOL_ID_TOKEN_H
#define LK_PROTOCOL_ID_TOKEN_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/user.h"
#include "jose/jwt.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

struct id_token_grant {
	const struct client *client;
	const struct family *family;
	const struct user *user;
	const char *scope;
	const char *nonce;        /* "" if none, as after a refresh (12.2) */
	const char *access_token; /* for at_hash */
	int64_t issued_at, expires_at;
};

/* Builds and signs one into TEXT: with K, an active key of the client's alg,
 * or for an HS256 client with its secret (K is not looked at). */
enum err id_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct id_token_grant *g, const struct signkey *k) MUST_CHECK;

/* Signs CLAIMS for the client C, as its ID tokens are: with K, an active key of
 * its alg, or with its secret. */
enum err id_token_sign(char text[static JWT_CAP], const struct provider *p,
    const struct client *c, const struct buf *claims, const char *typ,
    const struct signkey *k) MUST_CHECK;

/* What an id_token_hint says. It may have expired: it is a hint (RP-Initiated
 * Logout 2, Core 3.1.2.1). */
struct id_token_hint {
	char client_id[CLIENT_ID_CAP];
	uint8_t user_id[USER_ID_LEN];
	uint8_t sid[SID_LEN];
};

/* ERR_INVALID_REQUEST unless TEXT is an ID token we signed. */
enum err id_token_hint_parse(const struct provider *p, const char *text,
    struct id_token_hint *h) MUST_CHECK;

#endif
