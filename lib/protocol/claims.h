/*
 * What a token says about a person: the claims that scopes open (OpenID
 * Connect Core 5.1 and 5.4), the same in ID token and userinfo, and those that
 * were asked for one by one, there or here (5.5).
 */
#ifndef LK_PROTOCOL_CLAIMS_H
#define LK_PROTOCOL_CLAIMS_H

#include "base/json.h"
#include "domain/client.h"
#include "domain/user.h"

struct claims_told {
	const struct client *client;
	const char *scope;
	const char *claims; /* word list: asked for here, and allowed */
};

/* Adds the claims that W opens; a claim we have nothing for is left out. */
void claims_of_user(
    struct json_text *t, const struct user *u, const struct claims_told *w);

#endif
