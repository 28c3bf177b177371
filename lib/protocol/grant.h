/*
 * The token endpoint's decisions (RFC 6749 3.2, OAuth 2.1 3.2): authorization
 * codes and refresh tokens become tokens, clients get tokens of their own.
 */
#ifndef LK_PROTOCOL_GRANT_H
#define LK_PROTOCOL_GRANT_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/token.h"
#include "jose/jwt.h"
#include "protocol/caller.h"
#include "protocol/client_auth.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* A token request, taken apart. Strings are borrowed from the form. */
struct token_request {
	const struct caller *who;
	struct client_auth auth;
	enum grant grant_type;
	const char *code, *redirect_uri, *code_verifier;
	const char *refresh_token;
	bool refresh_in_cookie; /* it came in the cookie */
	const char *scope;      /* asked for, or NULL */
};

/* Who asks, and which grant: ERR_INVALID_REQUEST, ERR_INVALID_CLIENT,
 * ERR_UNSUPPORTED_GRANT_TYPE. What a grant needs beyond that is looked at when
 * the client is known. */
enum err token_request_parse(struct token_request *q, const struct caller *who,
    enum reason *reason) MUST_CHECK;
void token_request_wipe(struct token_request *q);

/*
 * Whether a page of ORIGIN may have the refresh cookie of C set, or a token
 * taken from it: it must be the app's own. A browser says whose page asks, and
 * no page of another site can forge that; it sends cookies for other apps of
 * the same site, and takes them from answers to other sites' forms, too.
 * OK or ERR_UNAUTHORIZED_CLIENT.
 */
enum err refresh_cookie_admit(
    const struct client *c, const char *origin, enum reason *reason) MUST_CHECK;

/* A token answer (RFC 6749 5.1). "" is none. */
struct token_reply {
	char access_token[JWT_CAP];
	char id_token[JWT_CAP];
	char refresh_token[TOKEN_TEXT_CAP];
	char scope[SCOPE_CAP];
	int64_t expires_in;

	/* The refresh token goes into a cookie, not into the answer. */
	bool cookie;
	int64_t cookie_max_age_s;

	bool instead; /* given for one that was never used: to be logged */
};
void token_reply_wipe(struct token_reply *r);

/*
 * Answers Q at NOW: looks at a snapshot, and if that does not refuse, asks for
 * one write transaction (none for client_credentials). A refusal may still have
 * changed something: a code or refresh token used twice has ended its family.
 * *REASON says why.
 */
enum err grant_token(const struct provider *p, const struct token_request *q,
    int64_t now, struct token_reply *r, enum reason *reason) MUST_CHECK;

#endif
