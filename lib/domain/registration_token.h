/*
 * Initial access tokens (RFC 7591 3): an administrator makes one and gives it
 * to an app, which registers itself with it. A token has 20 random bytes with a
 * stamp (domain/stamp.h); the store has a hash of them. It is good for so many
 * apps, until a time. Those that are spent or too old are kept for a while, so
 * that it can be told which it is.
 */
#ifndef LK_DOMAIN_REGISTRATION_TOKEN_H
#define LK_DOMAIN_REGISTRATION_TOKEN_H

#include "base/err.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/audit.h"
#include "domain/keyring.h"
#include "domain/stamp.h"
#include "store/record_type.h"

#include <stdint.h>

enum {
	REGISTRATION_TOKEN_RANDOM_LEN = 20,
	REGISTRATION_TOKEN_MAC_LEN = 12,
	REGISTRATION_TOKEN_LEN = REGISTRATION_TOKEN_RANDOM_LEN +
				 REGISTRATION_TOKEN_MAC_LEN + STAMP_MARK_LEN,
	REGISTRATION_TOKEN_CAP = BASE64URL_CAP(REGISTRATION_TOKEN_LEN),
	REGISTRATION_TOKEN_ID_LEN = 9, /* 12 characters */
	REGISTRATION_TOKEN_NAME_CAP = 65,
	REGISTRATION_TOKEN_USES_MAX = 100,
	REGISTRATION_TOKEN_S = 86400, /* its life, if nothing else is said */
	REGISTRATION_TOKEN_MIN_S = 300,
	REGISTRATION_TOKEN_MAX_S = 30 * 86400,
	REGISTRATION_TOKEN_KEPT_S = 7 * 86400
};

struct registration_token {
	uint8_t id[REGISTRATION_TOKEN_ID_LEN];
	uint8_t hash[HASH_LEN];
	char name[REGISTRATION_TOKEN_NAME_CAP]; /* what it is for; may be "" */
	uint32_t uses_left, used;
	int64_t created_at, good_until;
	int64_t expires_at; /* of the record */
};

extern const struct record_type registration_token_record;

/* Makes a token R, which says already what it is for and how often and until
 * when it is good, and TEXT, which is nowhere else: the caller wipes it. */
void registration_token_make(char text[static REGISTRATION_TOKEN_CAP],
    struct registration_token *r, const struct keyring *k);

/* What the audit calls R: its id, and its name. */
void registration_token_title(
    char title[static AUDIT_TEXT_CAP], const struct registration_token *r);

/* Puts R, new, with its line of the audit. */
enum err registration_token_put(struct store_txn *t,
    const struct registration_token *r, const struct change *c) MUST_CHECK;

/*
 * The token TEXT, if it is good: OK, or ERR_INVALID_TOKEN because it is none of
 * ours (REASON_REGISTRATION_TOKEN_UNKNOWN), has been used as often as it may
 * (_USED), is too old (_EXPIRED), or was made before the store was restored
 * (REASON_RESTORED).
 */
enum err registration_token_find(struct store_txn *t, const char *text,
    const struct keyring *k, int64_t now, struct registration_token *r,
    enum reason *reason) MUST_CHECK;

/* One use less is left of R, which was just found. */
enum err registration_token_spend(
    struct store_txn *t, struct registration_token *r) MUST_CHECK;

/* Removes the token ID, with its line of the audit; ERR_NOT_FOUND. */
enum err registration_token_del(struct store_txn *t,
    const uint8_t id[static REGISTRATION_TOKEN_ID_LEN],
    const struct change *c) MUST_CHECK;

#endif
