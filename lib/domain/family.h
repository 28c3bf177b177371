/*
 * Refresh-token families (RFC 9700 4.14; OAuth 2.1 4.3.1). A family is what a
 * person once allowed an app, in one record however often its token has been
 * rotated. A refresh token names its family and generation
 * (domain/opaque_token.h), so every older token is recognised for what it is
 * and storage is constant.
 *
 *	current		the generation that is good
 *	parent		the one from which current was issued; while it can
 *			still be presented lawfully, current is unused
 *	rotated_at	when current was issued
 *	low		the oldest generation that may still arrive late
 *	mark, mark_at	the first one used in the present burst, and when
 *	from, instead	the last time a successor was given instead of another:
 *			its parent, and it; 0: never
 *
 * Presented, check and change in one transaction:
 *	current			-> its successor
 *	used in the window	-> the present successor again: the answer was
 *				   lost, tabs raced, or a slow connection was
 *				   overtaken; a used generation is good for the
 *				   window at least and three times that at most
 *	parent, later		-> another successor; the generations between
 *				   are abandoned, and if one turns up, that is
 *				   theft. So is a second such repetition, of
 *				   another parent, within eight rotations
 *	anything else		-> theft: the family ends
 * With a window of 0 every second use is theft. family_search.c shows what
 * this rule promises.
 *
 * The refresh tokens of a public client that proves to hold a key are bound to
 * it (RFC 9449 5), from the generation on that was the first to be given for a
 * proof. Without that key such a token is nothing: it is refused, and no theft,
 * so that who finds an old one ends nothing. One from before the family was
 * bound could be used by anyone, so with another key than the family's it is
 * theft, even a late one.
 *
 * A family is stored under the first half of its id, so that the tree of a
 * million families has one level less. If another family is stored there
 * already, it is stored under its whole id.
 */
#ifndef LK_DOMAIN_FAMILY_H
#define LK_DOMAIN_FAMILY_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/acr.h"
#include "domain/claim.h"
#include "domain/client.h"
#include "domain/confirmation.h"
#include "domain/opaque_token.h"
#include "domain/scope.h"
#include "domain/session.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { FAMILY_KEY_LEN = FAMILY_ID_LEN / 2 };

struct family {
	uint8_t family_id[FAMILY_ID_LEN];
	size_t key_len; /* how much of it is its key in the store */
	char client_id[CLIENT_ID_CAP];
	uint8_t user_id[USER_ID_LEN];
	uint8_t sid[SID_LEN];
	char scope[SCOPE_CAP]; /* what was granted; never widens */
	bool refreshable;      /* has refresh tokens at all */
	bool offline;          /* outlives the session (offline_access) */
	bool cookie;           /* its tokens travel in a cookie only */
	int64_t auth_time;
	char amr[AMR_CAP];
	char acr[ACR_CAP]; /* what the app is told of it (domain/acr.h) */
	char resources[RESOURCE_LIST_CAP]; /* what its access tokens may be for;
					    * "": what the client's are for */
	int64_t created_at;
	int64_t expires_at; /* if it is not used before */
	int64_t absolute_expires_at;
	uint64_t current, parent;
	int64_t rotated_at; /* when it was last used, or begun */
	uint64_t low, mark;
	int64_t mark_at;
	uint64_t from, instead;
	/* Word lists: asked for one by one, and allowed (domain/claim.h). */
	char id_token_claims[CLAIM_LIST_CAP], userinfo_claims[CLAIM_LIST_CAP];
	struct confirmation cnf; /* what its refresh tokens are bound to */
	uint64_t bound_from;     /* the first generation that is; 0: all */
	bool given_instead;      /* not in the record: by this refresh */
	/* Not in the record; of its session as it is now, unless offline
	 * (family_require): */
	bool use_due;         /* a use of it is to be noted */
	enum acr session_acr; /* what it is worth */
	int64_t session_auth_time;
};

extern const struct record_type family_record;

/* What one presentation of a refresh token did. */
enum rotation {
	ROTATION_NEXT,    /* current was presented */
	ROTATION_AGAIN,   /* it arrived late: the present successor */
	ROTATION_INSTEAD, /* it was lost long ago: another successor */
	ROTATION_THEFT    /* an older token: the family must end */
};

struct rotation_rule {
	int64_t grace_s;     /* the window */
	bool retry_is_theft; /* no successor is ever given instead */
};

/*
 * The rule itself, without a store: what presenting GENERATION at NOW means
 * for F, which is changed accordingly. Theft and a repetition in the window
 * change nothing. A clock that went back counts as inside the window, until the
 * next use.
 */
enum rotation family_rotate(struct family *f, uint64_t generation,
    const struct rotation_rule *rule, int64_t now);

/* The rule for C's families, where USUAL is that of the settings. */
struct rotation_rule rotation_rule_for(
    const struct client *c, const struct rotation_rule *usual);

/* Whether GENERATION is of the line that was given up for another. */
bool family_abandoned(const struct family *f, uint64_t generation);

/* How long a family lives: conf's figures, in seconds. */
struct family_lifetimes {
	int64_t access_token_s, idle_s, absolute_s;
	struct rotation_rule rule;
};

/* Puts a new family: generation 1, its key from its id, its expiries from L.
 * One that is not refreshable lives as long as its access token. */
enum err family_begin(struct store_txn *t, struct family *f,
    const struct family_lifetimes *l, int64_t now) MUST_CHECK;

/* OK, or ERR_NOT_FOUND: ended, expired, never was. Looks at the record alone.
 */
enum err family_get(struct store_txn *t,
    const uint8_t family_id[static FAMILY_ID_LEN], int64_t now,
    struct family *f) MUST_CHECK;

/*
 * As family_get, and its conditions still hold: its session unless
 * offline, its person, its client, the person's right to use it. OK or
 * ERR_NOT_FOUND; C and U are what was found. What introspection, userinfo and
 * refresh ask.
 */
enum err family_require(struct store_txn *t,
    const uint8_t family_id[static FAMILY_ID_LEN], int64_t now,
    struct family *f, struct client *c, struct user *u) MUST_CHECK;

/* A refresh token as a client presents it. */
struct refresh_presented {
	struct opaque_token token;
	const struct client *client; /* authenticated, as T has it */
	const char *scope;     /* asked for, or NULL: all of the family's */
	const char *resources; /* word list; NULL or "": all */
	bool cookie;           /* it came in a cookie */
	const struct evidence *evidence; /* of the request; NULL: none */
};

/* The prerequisites of a family, as a snapshot had them: its session unless
 * offline, its person, and that person's right to use the client. */
struct family_prerequisites {
	bool hold;        /* they were checked, and do */
	bool use_due;     /* and a use of the session is to be noted */
	struct user user; /* then the family's person; the caller wipes it */
};

/*
 * What can be told from a snapshot, without the store's one writer: refuses
 * what family_refresh would refuse without a change, in the same words. OK if
 * that is to be asked next; G is for it. (Theft is not refused here, because
 * that ends the family.)
 */
enum err family_look(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now,
    struct family_prerequisites *g, enum reason *reason) MUST_CHECK;

/*
 * Rotates, or refuses: ERR_INVALID_GRANT, ERR_INVALID_SCOPE (more than the
 * family has, RFC 6749 6), ERR_INVALID_TARGET (the same, RFC 8707 2.2),
 * ERR_INVALID_DPOP_PROOF (it is bound to a key, and no proof came). Theft
 * ends the family and leaves an audit line, so commit either way; any other
 * refusal changes nothing. A successor given instead leaves an audit line as
 * well, and sets F->given_instead. *REASON is a word for the log on a refusal
 * ("refresh_token_reused", "family_ended", ...). On OK, F is the family as it
 * now is, F->current the generation to issue.
 *
 * G is family_look's. If the prerequisites did not hold (G may be zeroes), they
 * are checked here, and its user is set. If the session, the person or the
 * group membership ends between the two calls, this refresh is ordered before
 * that; the family is refused at its next use.
 */
enum err family_refresh(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now,
    struct family_prerequisites *g, struct family *f,
    enum reason *reason) MUST_CHECK;

/* Ends it: its tokens are invalid from the commit on. */
void family_end(
    struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN]);

/* Calls VISIT for each of a person, expired ones too, until it returns false.
 */
void family_each(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    record_visit *visit, void *arg);

/* Ends those of the client CLIENT_ID that depend on the session SID of a
 * person; how many. */
size_t family_end_at(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN], const char *client_id);

/* Ends those that match; how many. A NULL matches all. */
size_t family_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
