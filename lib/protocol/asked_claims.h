/*
 * The parameter `claims` (OpenID Connect Core 5.5): claims that an app asks for
 * one by one, and where it wants them. It is a wish: what is not known here, or
 * has a shape that is not, makes no difference.
 */
#ifndef LK_PROTOCOL_ASKED_CLAIMS_H
#define LK_PROTOCOL_ASKED_CLAIMS_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/claim.h"
#include "domain/client.h"
#include "domain/scope.h"
#include "domain/user.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More of them in a request do not count. */
enum { CLAIMED_SUBS_MAX = 16 };

struct asked_claims {
	/* Word lists, of claims that the client may have by its scopes. */
	char in_id_token[CLAIM_LIST_CAP], at_userinfo[CLAIM_LIST_CAP];
	bool has_sub; /* the person must be one of these (Core 5.5.1) */
	size_t subs;
	uint8_t sub[CLAIMED_SUBS_MAX][USER_ID_LEN];
};

struct authorize_request;

/*
 * Reads VALUE (NULL: none came) into Q, whose other parameters are there: what
 * is asked for, what the person is asked about then, and how they sign in
 * (protocol/asked_acr.h). Only a sign-in that cannot be is refused.
 */
enum err asked_claims_parse(struct authorize_request *q, const char *value,
    enum reason *reason) MUST_CHECK;

/* Whether the person USER_ID is one whom the app means. */
bool asked_claims_mean(
    const struct asked_claims *a, const uint8_t user_id[static USER_ID_LEN]);

/* Leaves in LIST the claims that one of GRANTED's scopes opens. */
void asked_claims_limit(char list[static CLAIM_LIST_CAP], const char *granted);

#endif
