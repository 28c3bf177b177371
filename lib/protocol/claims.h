/*
 * What a token says about a person: the claims that scopes open (OpenID
 * Connect Core 5.1 and 5.4), the same in ID token and userinfo.
 */
#ifndef LK_PROTOCOL_CLAIMS_H
#define LK_PROTOCOL_CLAIMS_H

#include "base/json.h"
#include "domain/user.h"

/* Adds the claims SCOPE opens; a claim we have nothing for is left out. */
void claims_of_user(
    struct json_text *t, const struct user *u, const char *scope);

#endif
