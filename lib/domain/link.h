/*
 * One-time links: an administrator makes one and gives it to a person, who
 * chooses a password with it. A link has 16 random bytes with a stamp
 * (domain/stamp.h); the store has a keyed hash of them. It is good once, until
 * a time that its page shows, in any browser; and only as long as the person
 * has the password (or none) that they had when it was made. A new link of a
 * person replaces the one before.
 *
 * Links that are spent or too old are kept for a while, so that people can be
 * told which it is.
 */
#ifndef LK_DOMAIN_LINK_H
#define LK_DOMAIN_LINK_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/audit.h"
#include "domain/keyring.h"
#include "domain/stamp.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LINK_RANDOM_LEN = 16,
	LINK_MAC_LEN = 12,
	LINK_LEN = LINK_RANDOM_LEN + LINK_MAC_LEN + STAMP_MARK_LEN,
	LINK_TEXT_CAP = BASE64URL_CAP(LINK_LEN),
	LINK_INVITE_S = 7 * 86400, /* lifetimes, if nothing else is said */
	LINK_RESET_S = 86400,
	LINK_VALID_MIN_S = 300,
	LINK_VALID_MAX_S = 30 * 86400,
	LINK_KEPT_S = 30 * 86400
};

enum link_kind {
	LINK_INVITE,
	LINK_RESET,         /* a new password */
	LINK_RESET_FACTORS, /* and the second factors are removed */
	LINK_KINDS
};

enum link_state { LINK_LIVE, LINK_USED, LINK_REPLACED, LINK_STATES };

struct link {
	uint8_t hash[HASH_LEN];
	uint8_t user_id[USER_ID_LEN];
	uint8_t
	    password[HASH_LEN]; /* a hash of the person's, when it was made */
	enum link_kind kind;
	enum link_state state;
	char by[USER_NAME_CAP]; /* who made it; "": the command */
	int64_t created_at, good_until, used_at;
	int64_t expires_at; /* of the record */
};

extern const struct record_type link_record;

/* "invite", "password", "factors" */
const char *link_kind_word(unsigned kind);

/* Makes a link, L, for U, and TEXT, which is nowhere else: the caller wipes
 * it. L is not yet put: a step may run twice. */
void link_make(char text[static LINK_TEXT_CAP], struct link *l,
    enum link_kind kind, int64_t valid_s, const struct user *u,
    const struct keyring *k, const struct change *c);

/* Puts L, made for U, in place of U's links before it; with its line of the
 * audit. */
enum err link_put(struct store_txn *t, const struct link *l,
    const struct user *u, const struct change *c) MUST_CHECK;

/* Whether a link of the person is still good, by its time. */
bool link_has_live(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], int64_t now);

/* The link TEXT, and its person: OK, or ERR_NOT_FOUND; ERR_FOREIGN if it was
 * made before the store was restored. */
enum err link_find(struct store_txn *t, const char *text,
    const struct keyring *k, struct link *l, struct user *u) MUST_CHECK;

enum link_fault {
	LINK_GOOD,
	LINK_WAS_USED,
	LINK_WAS_REPLACED, /* or the person has got another password since */
	LINK_TOO_OLD,
	LINK_OF_LOCKED /* the person may not sign in */
};

/* What is wrong with L, whose person is U. */
enum link_fault link_fault(
    const struct link *l, const struct user *u, int64_t now);

/* L has been used, at NOW. */
enum err link_spend(
    struct store_txn *t, struct link *l, int64_t now) MUST_CHECK;

/* Removes all links of a person. */
void link_del_all(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

#endif
