/*
 * Authorization codes (RFC 6749 4.1.2, RFC 9700 2.1.1 and 4.5): 60 seconds,
 * one use, bound to client, redirect URI and code verifier. A code carries the
 * id of the family it begins; when one of ours turns up whose record is gone
 * and whose family lives, it has been used before, and the family ends.
 */
#ifndef LK_DOMAIN_CODE_H
#define LK_DOMAIN_CODE_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/pkce.h"
#include "domain/scope.h"
#include "domain/session.h"
#include "domain/token.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { CODE_LIFETIME_S = 60, NONCE_CAP = 513 };

struct code {
	struct token token; /* number: when it expires, Unix seconds */
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
	int64_t expires_at;
};

/* Gives C a token and an expiry and puts it. */
enum err code_issue(
    struct store_txn *t, struct code *c, int64_t now) MUST_CHECK;

/* What the client presents with its code. */
struct code_presented {
	struct token token;
	const char *client_id;     /* authenticated */
	const char *redirect_uri;  /* NULL if not sent */
	const char *code_verifier; /* NULL if not sent */
};

/*
 * Takes the code out of the store and into C, or refuses: ERR_INVALID_GRANT
 * (unknown, expired, another client's, another redirect URI, wrong verifier),
 * ERR_INVALID_REQUEST (verifier missing or malformed). A refusal leaves the
 * code as it was, so nobody spoils another's; only a second use changes
 * something: it ends the family the first began, with an audit line. Commit
 * either way. *WHY is a word for the log on a refusal.
 */
enum err code_redeem(struct store_txn *t, const struct code_presented *p,
    int64_t now, struct code *c, const char **why) MUST_CHECK;

/* Removes codes not yet redeemed that match; a NULL matches all. */
void code_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
