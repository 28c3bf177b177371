/*
 * Access tokens: JWTs of RFC 9068, signed, 15 minutes by default. APIs check
 * them alone, and find in them what the sign-in was worth and when it was
 * (RFC 9470 6): it stays so when they are refreshed. Introspection and userinfo
 * must know at once that a family has ended; they find it by the jti: family_id
 * (16 bytes), the generation of the refresh token that came with it (5), the
 * beginning of the epoch (4), 8 random bytes. The jti of a token that was got
 * for another (RFC 8693) is that one's jti and 8 more random bytes: it is of
 * the same family, and ends with each token that it came from.
 */
#ifndef LK_PROTOCOL_ACCESS_TOKEN_H
#define LK_PROTOCOL_ACCESS_TOKEN_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/acr.h"
#include "domain/client.h"
#include "domain/confirmation.h"
#include "domain/family.h"
#include "domain/scope.h"
#include "domain/user.h"
#include "jose/jwt.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	JTI_GENERATION_LEN = 5,
	JTI_EPOCH_LEN = 4,
	JTI_NUMBER_LEN = 8,
	EXCHANGES_MAX = 4, /* between a token and the app's own */
	JTI_CAP =
	    BASE64URL_CAP(FAMILY_ID_LEN + JTI_GENERATION_LEN + JTI_EPOCH_LEN +
			  (1 + EXCHANGES_MAX) * JTI_NUMBER_LEN),
	ACT_CAP = EXCHANGES_MAX * (CLIENT_ID_CAP + 16)
};

struct access_token;

/* What goes into one. F and U are NULL for client_credentials. */
struct access_token_grant {
	const struct client *client;
	const struct family *family;
	const struct user *user;
	const char *scope;
	const char *resources;   /* word list: what it is for; "": what the
				  * client's tokens are for anyway */
	struct confirmation cnf; /* what it is bound to */
	const struct access_token *subject; /* what it is got for; NULL: it is
					     * the app's own */
	int64_t issued_at, expires_at;
};

/* Builds and signs one with K, an active key, into TEXT. */
enum err access_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct access_token_grant *g, const struct signkey *k) MUST_CHECK;

/* One that was presented. */
struct access_token {
	char jti[JTI_CAP];
	bool has_family;
	uint8_t family_id[FAMILY_ID_LEN];
	uint64_t generation;
	uint8_t epoch[JTI_EPOCH_LEN];
	char sub[CLIENT_ID_CAP]; /* a client_id is the longest of them */
	char client_id[CLIENT_ID_CAP];
	char scope[SCOPE_CAP];
	char aud[RESOURCE_LIST_CAP]; /* word list */
	struct confirmation cnf;     /* none: a bearer token */
	int64_t issued_at, expires_at;
	enum acr acr;      /* ACR_NONE: it says nothing of a sign-in */
	int64_t auth_time; /* 0: the same */
	size_t exchanges;  /* between it and the app's own token */
	char act[ACT_CAP]; /* who got it for another (RFC 8693 4.1), as JSON:
			    * "" where EXCHANGES is 0 */
};

/* ERR_INVALID_TOKEN unless TEXT is an access token of ours, signed by a key
 * that is published, within its time. Whether its family lives is not asked. */
enum err access_token_parse(const struct provider *p, const char *text,
    int64_t now, struct access_token *a, enum reason *reason) MUST_CHECK;

/* "DPoP" (RFC 9449 5) or "Bearer": how one that is bound to C is presented. */
const char *access_token_type(const struct confirmation *c);

/*
 * Whether its prerequisites still hold: neither it nor a token that it came
 * from is revoked, and its family lives (family_require) and has not given its
 * line up, or, without one, its client is there with client_credentials. One
 * that was got for another is good as long as who got it may
 * (domain/exchange.h). ERR_INVALID_TOKEN otherwise. F, C and U are what was
 * found, C the app of the family; F and U are zeroed for a token without a
 * family.
 */
enum err access_token_require(struct store_txn *t, const struct access_token *a,
    int64_t now, struct family *f, struct client *c, struct user *u,
    enum reason *reason) MUST_CHECK;

#endif
