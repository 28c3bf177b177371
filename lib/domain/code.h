/*
 * Authorization codes (RFC 6749 4.1.2, RFC 9700 2.1.1 and 4.5): 60 seconds,
 * one use, bound to client, redirect URI, code verifier and the session it was
 * issued under. A code carries the id of the family it begins. Its record stays
 * for the 60 seconds, marked when it is used, so that a second use is judged as
 * the first was: only the client that could have redeemed it ends what it
 * began. A stranger who finds a code in a log ends nothing.
 */
#ifndef LK_DOMAIN_CODE_H
#define LK_DOMAIN_CODE_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/acr.h"
#include "domain/claim.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/opaque_token.h"
#include "domain/pkce.h"
#include "domain/scope.h"
#include "domain/session.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { CODE_LIFETIME_S = 60, NONCE_CAP = 513 };

struct code {
	struct opaque_token token; /* number: when it expires, Unix seconds */
	char client_id[CLIENT_ID_CAP];
	char redirect_uri[URI_CAP];
	bool redirect_uri_given; /* then the exchange must repeat it */
	bool has_challenge;
	uint8_t code_challenge[PKCE_LEN];
	uint8_t user_id[USER_ID_LEN];
	uint8_t sid[SID_LEN];
	char scope[SCOPE_CAP];
	char nonce[NONCE_CAP];
	int64_t auth_time;
	char amr[AMR_CAP];
	char acr[ACR_CAP]; /* what the app is told of it (domain/acr.h) */
	int64_t expires_at;
	char
	    resources[RESOURCE_LIST_CAP]; /* asked for and allowed (RFC 8707) */
	bool used; /* its record waits for its end, and redeems nothing */
	/* Word lists: asked for one by one, and allowed (domain/claim.h). */
	char id_token_claims[CLAIM_LIST_CAP], userinfo_claims[CLAIM_LIST_CAP];
	struct confirmation cnf; /* the key that must redeem it (dpop_jkt, RFC
				  * 9449 10); redeemed: what was shown */
};

extern const struct record_type code_record;

/* Gives C a token and an expiry and puts it. */
enum err code_issue(
    struct store_txn *t, struct code *c, int64_t now) MUST_CHECK;

/* What the client presents with its code. */
struct code_presented {
	struct opaque_token token;
	const char *client_id;           /* authenticated */
	const char *redirect_uri;        /* NULL if not sent */
	const char *code_verifier;       /* NULL if not sent */
	const char *resources;           /* word list; NULL or "" if not sent */
	const char *audience;            /* of the client */
	const struct evidence *evidence; /* of the request; NULL: none */
};

/* Whether VERIFIER (NULL: none was sent) is that of a CHALLENGE, if one came
 * before; ERR_INVALID_REQUEST or ERR_INVALID_GRANT. */
enum err code_verifier_check(bool has_challenge,
    const uint8_t challenge[static PKCE_LEN], const char *verifier,
    enum reason *reason) MUST_CHECK;

/*
 * The code that P names, used or not, if P is what its client has; refuses as
 * code_redeem does, except that neither a used code nor its session is a
 * reason. Nothing changes.
 */
enum err code_look(struct store_txn *t, const struct code_presented *p,
    int64_t now, struct code *c, enum reason *reason) MUST_CHECK;

/*
 * Marks the code as used and gives it in C, with what P has shown as its cnf,
 * or refuses: ERR_INVALID_GRANT (unknown, expired, another client's, another
 * redirect URI, wrong verifier, its session over, another key than it is bound
 * to), ERR_INVALID_REQUEST (verifier missing or malformed),
 * ERR_INVALID_DPOP_PROOF (no key at all), ERR_INVALID_TARGET (a resource that
 * was not allowed). A refusal leaves the code as it was, so that a client
 * cannot spoil another's; only a second use that is otherwise good changes
 * something: it ends the family that the first began, with an audit line.
 * Commit either way. *REASON says why, for the log on a refusal.
 */
enum err code_redeem(struct store_txn *t, const struct code_presented *p,
    int64_t now, struct code *c, enum reason *reason) MUST_CHECK;

/* C's person into U, which the caller wipes: ERR_INVALID_GRANT if the account
 * is disabled or gone, or may not use CLIENT. */
enum err code_require_person(struct store_txn *t, const struct code *c,
    const struct client *client, struct user *u,
    enum reason *reason) MUST_CHECK;

/* Begins the family of C, which was redeemed, as F: with what the code says,
 * and with refresh tokens if CLIENT has them, which are bound as C is if CLIENT
 * is public. */
enum err code_begin_family(struct store_txn *t, const struct code *c,
    const struct client *client, const struct family_lifetimes *l, int64_t now,
    struct family *f) MUST_CHECK;

/* Removes codes, used or not, that match; a NULL matches all. */
void code_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
