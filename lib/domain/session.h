/*
 * What a signed-in person has: an opaque session that can be ended at once.
 * The cookie is sid and secret; the store has the sid and the secret's hash.
 * A session is good while its record is there, has not expired, and its
 * person may act (user_require).
 *
 * It has an idle and an absolute life. A code issued under it, a refresh of a
 * family that depends on it and a request at a site count as use. A use moves
 * the idle end, and is noted at most once an hour. An expiry is not a logout:
 * the record is removed some time after, and no app is told.
 */
#ifndef LK_DOMAIN_SESSION_H
#define LK_DOMAIN_SESSION_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SID_LEN = 16,
	SID_TEXT_CAP = BASE64URL_CAP(SID_LEN),
	SESSION_SECRET_LEN = 32,
	SESSION_COOKIE_CAP = BASE64URL_CAP(SID_LEN + SESSION_SECRET_LEN),
	SESSION_PASSKEY_LEN = 16,
	AMR_CAP = 64,
	AGENT_CAP = 201,
	ADDRESS_CAP = 64
};

struct session {
	uint8_t sid[SID_LEN]; /* the claim `sid`: no secret */
	uint8_t secret_hash[HASH_LEN];
	uint8_t before_hash[HASH_LEN]; /* of the cookie that the sign-in it
					* stems from came with; or zeroes */
	uint8_t user_id[USER_ID_LEN];
	int64_t auth_time; /* when the password was given */
	char amr[AMR_CAP]; /* word list, RFC 8176: "pwd" */
	bool remembered;   /* outlives the browser's closing */
	int64_t created_at;
	int64_t idle_s;     /* its idle life, as it was when signing in */
	int64_t used_at;    /* as noted */
	int64_t expires_at; /* the earlier of both ends */
	int64_t absolute_expires_at;
	char agent[AGENT_CAP];     /* User-Agent at the sign-in, cut; or "" */
	char address[ADDRESS_CAP]; /* REMOTE_ADDR at the sign-in; or "" */
	uint8_t passkey[SESSION_PASSKEY_LEN]; /* of the hash of the passkey that
					       * was used; or zeroes */
};

extern const struct record_type session_record;

/* How long a session lives: conf's figures, in seconds. */
struct session_lifetimes {
	int64_t idle_s, absolute_s;
};

/* What a browser presents: decoded, not yet looked up. */
struct session_cookie {
	uint8_t sid[SID_LEN];
	uint8_t secret[SESSION_SECRET_LEN];
};

/*
 * Makes a new pair for a person who has just signed in. BEFORE is the cookie of
 * the same person's session in this browser, whose sid is kept and whose
 * families go on, or NULL for a new one; the secret is new either way, so that
 * a cookie planted or taken before the sign-in opens nothing after it.
 */
void session_make(struct session *s, struct session_cookie *c,
    const struct session_cookie *before,
    const uint8_t user_id[static USER_ID_LEN], const char *amr,
    const struct session_lifetimes *l, bool remembered, int64_t now);

/* Gives S another secret, and C the cookie that goes with it: the one of before
 * opens nothing from now on. */
void session_renew(struct session *s, struct session_cookie *c);

/* Notes where the person signed in; either may be NULL. What is too long is
 * cut. */
void session_note_place(
    struct session *s, const char *address, const char *agent);

/* Where the clock is behind, S, which takes the place of OLD, does not end
 * before OLD would. */
void session_outlast(struct store_txn *t, struct session *s,
    const struct session *old, int64_t now);

void session_cookie_encode(
    char text[static SESSION_COOKIE_CAP], const struct session_cookie *c);
/* ERR_SYNTAX unless TEXT has a cookie's form. */
enum err session_cookie_decode(
    struct session_cookie *c, const char *text) MUST_CHECK;

/* What T puts belongs to S, which was read (store_hold). */
void session_hold(struct store_txn *t, const struct session *s);

/* The session C opens, and its person: OK, or ERR_LOGIN_REQUIRED for any
 * reason (unknown, expired, wrong secret, person gone or locked). What T puts
 * belongs to the session (store_hold), and so ends with it. */
enum err session_find(struct store_txn *t, const struct session_cookie *c,
    int64_t now, struct session *s, struct user *u) MUST_CHECK;

/* The session that C opened until its person signed in again: C opens nothing,
 * but comes once more where that sign-in's answer was lost, or the button was
 * pressed twice. OK or ERR_NOT_FOUND. */
enum err session_find_before(struct store_txn *t,
    const struct session_cookie *c, int64_t now, struct session *s) MUST_CHECK;

/* Whether the session SID still lives: for families that end with it. Its
 * person is not looked at. OK or ERR_NOT_FOUND. */
enum err session_get(struct store_txn *t, const uint8_t sid[static SID_LEN],
    int64_t now, struct session *s) MUST_CHECK;

/* Whether S, used at NOW, is to be noted so. */
bool session_use_is_due(const struct session *s, int64_t now);

/* Notes it if it is due. */
enum err session_use(
    struct store_txn *t, struct session *s, int64_t now) MUST_CHECK;

/* The same for the session SID, if it lives. */
enum err session_use_id(struct store_txn *t, const uint8_t sid[static SID_LEN],
    int64_t now) MUST_CHECK;

enum err session_put(struct store_txn *t, const struct session *s) MUST_CHECK;
/* The same for one whose sid was made for it. */
enum err session_put_new(
    struct store_txn *t, const struct session *s) MUST_CHECK;

/* Removes the record alone: a session is ended by session_end and its like
 * (domain/session_end.h), which tell the apps. */
void session_drop(struct store_txn *t, const uint8_t sid[static SID_LEN]);

/* Calls VISIT for each session of a person, expired ones too, until it returns
 * false. */
void session_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], record_visit *visit, void *arg);

/* Whether a passkey is noted. */
bool session_has_passkey(const struct session *s);

/* Notes that the passkey of HASH signed the person in, or confirmed them. */
void session_note_passkey(
    struct session *s, const uint8_t hash[static HASH_LEN]);

/* Whether the passkey of HASH did. */
bool session_is_of_passkey(
    const struct session *s, const uint8_t hash[static HASH_LEN]);

/* Removes the records of a person's sessions that the passkey of HASH opened,
 * except KEEP (may be NULL); how many. */
size_t session_drop_of_passkey(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], const uint8_t *keep);

/* Removes those of all sessions of a person but KEEP (may be NULL); how many.
 */
size_t session_drop_all(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *keep);

void session_cookie_wipe(struct session_cookie *c);

#endif
