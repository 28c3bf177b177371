/*
 * The token endpoint (RFC 6749 3.2, OAuth 2.1 3.2): authorization codes and
 * refresh tokens become tokens, clients get tokens of their own. Each grant is
 * a row in token_endpoint.c and a file grant_*.c.
 */
#ifndef LK_PROTOCOL_TOKEN_ENDPOINT_H
#define LK_PROTOCOL_TOKEN_ENDPOINT_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/opaque_token.h"
#include "jose/jwt.h"
#include "protocol/caller.h"
#include "protocol/client_auth.h"
#include "protocol/provider.h"
#include "protocol/unused_codes.h"

#include <stdbool.h>
#include <stdint.h>

/* A token request, taken apart. Strings are borrowed from the form. */
struct token_request {
	const struct caller *who;
	struct client_auth auth;
	enum grant_type grant_type;
	const char *code, *redirect_uri, *code_verifier;
	const char *refresh_token, *device_code;
	/* Of an exchange (RFC 8693 2.1). */
	const char *subject_token, *subject_token_type, *actor_token,
	    *actor_token_type, *requested_token_type, *audience;
	/* The token in the app's cookie, which is taken if there is none in the
	 * form: "" if there is no cookie; NULL: cookies do not count. */
	const char *refresh_cookie;
	const char *scope;                 /* asked for, or NULL */
	char resources[RESOURCE_LIST_CAP]; /* asked for (RFC 8707) */
};

/* Who asks, and which grant: ERR_INVALID_REQUEST, ERR_INVALID_CLIENT,
 * ERR_UNSUPPORTED_GRANT_TYPE, ERR_INVALID_TARGET. What a grant needs beyond
 * that is looked at when the client is known. The cookie is the caller's to
 * set. */
enum err token_request_parse(struct token_request *q, const struct caller *who,
    enum reason *reason) MUST_CHECK;
void token_request_wipe(struct token_request *q);

/* A token answer (RFC 6749 5.1). "" is none. */
struct token_reply {
	char access_token[JWT_CAP];
	const char *token_type;        /* "Bearer" or "DPoP" */
	const char *issued_token_type; /* NULL: it goes without saying */
	char id_token[JWT_CAP];
	char refresh_token[OPAQUE_TOKEN_TEXT_CAP];
	char scope[SCOPE_CAP];
	int64_t expires_in;

	/* The refresh token goes into a cookie, not into the answer. */
	bool cookie;
	int64_t cookie_max_age_s;

	bool instead; /* given for one that was never used: to be logged */
	struct unused_codes codes; /* what a code has begun */
};
void token_reply_wipe(struct token_reply *r);

/*
 * Answers Q at NOW: looks at a snapshot, and if that does not refuse, asks for
 * one write transaction (none for client_credentials and exchanges, which
 * change nothing). A refusal may still have
 * changed something: a code or refresh token used twice has ended its family.
 */
enum err token_endpoint(const struct provider *p, const struct token_request *q,
    int64_t now, struct token_reply *r, enum reason *reason) MUST_CHECK;

#endif
