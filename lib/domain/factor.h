/*
 * What a person has beside a password: an authenticator app, whose codes come
 * from the time (jose/totp.h), and recovery codes for when it is lost. One
 * record a person.
 *
 * A code is tried in two halves. The first, factor_try_code, compares, outside
 * any write transaction, and what it found is not told. The second,
 * factor_settle, runs in the transaction that opens the session, and decides:
 * the step that matched must be later than the last one used, so that no code
 * works twice, in two browsers at once either. FACTOR_TRIES codes may be tried
 * at once, then one a minute; FACTOR_WRONG_MAX wrong ones in a row close the
 * app's codes until the person has come in another way. A guess has then had
 * a chance of 6 in 100,000.
 *
 * Recovery codes have 80 random bits: there is nothing to guess, and no one
 * who knows the password can keep their owner from using them. Each works once;
 * hashes are kept, sealed.
 */
#ifndef LK_DOMAIN_FACTOR_H
#define LK_DOMAIN_FACTOR_H

#include "base/err.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/keyring.h"
#include "domain/user.h"
#include "jose/totp.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	FACTOR_TRIES = 5,
	FACTOR_TRY_S = 60,
	FACTOR_WRONG_MAX = 20,
	RECOVERY_CODES = 10,
	RECOVERY_CODES_FEW = 3, /* so many are left: the person is told */
	RECOVERY_LETTERS = 16,
	RECOVERY_CODE_CAP = 20, /* "abcd-efgh-jkmn-pqrs" */
	RECOVERY_HASH_LEN = 16,
	RECOVERY_SEALED_CAP =
	    RECOVERY_CODES * RECOVERY_HASH_LEN + (int)SEAL_OVERHEAD,
	FACTOR_CODE_CAP = 24 /* a code as typed, cleaned */
};

/* What people have; bits. */
enum {
	FACTOR_TOTP = 1 << 0,
	FACTOR_RECOVERY = 1 << 1,
	FACTOR_PASSKEY = 1 << 2,
	FACTOR_PASSWORD = 1 << 3 /* known of a proof by passkey alone */
};

struct factor {
	uint8_t user_id[USER_ID_LEN];
	bool has_totp;
	int64_t totp_since;
	int64_t totp_used_at;
	uint64_t totp_step;     /* the last one used */
	uint32_t totp_wrong;    /* in a row */
	int64_t totp_empty_at;  /* when no try of late counts any more */
	int64_t totp_closed_at; /* the last time that it was; 0: never */
	uint8_t totp_secret[TOTP_SECRET_LEN + SEAL_OVERHEAD];
	int64_t recovery_since;
	/* RECOVERY_HASH_LEN for each that is left, sealed; empty: none is. */
	size_t recovery_len;
	uint8_t recovery[RECOVERY_SEALED_CAP];
};

extern const struct record_type factor_record;

/* The record of USER_ID; zeroes with the id if there is none. */
enum err factor_get(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], struct factor *f) MUST_CHECK;

/* Puts F, or removes it if nothing is left in it. */
enum err factor_put(struct store_txn *t, const struct factor *f) MUST_CHECK;

void factor_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

/* Which a record says there are: FACTOR_TOTP, FACTOR_RECOVERY. */
unsigned factor_kinds(const struct factor *f);

/* All that a person has to confirm a sign-in with: bits. With FACTOR_RECOVERY
 * alone nothing is asked: recovery codes stand in for another factor. */
enum err factors_of(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], unsigned *kinds) MUST_CHECK;

/* Whether KINDS has one that a sign-in is to be confirmed with. */
static inline bool
factor_is_second(unsigned kinds)
{
	return (kinds & (FACTOR_TOTP | FACTOR_PASSKEY)) != 0;
}

static inline unsigned
factor_codes_left(const struct factor *f)
{
	return f->recovery_len == 0
		   ? 0
		   : (unsigned)((f->recovery_len - SEAL_OVERHEAD) /
				RECOVERY_HASH_LEN);
}

/* Whether the app's codes are refused until another way was used. */
static inline bool
factor_is_closed(const struct factor *f)
{
	return f->totp_wrong >= FACTOR_WRONG_MAX;
}

/* F has an authenticator app with SECRET from now on, whose step STEP was
 * used to show that it works. */
void factor_set_totp(struct factor *f,
    const uint8_t secret[static TOTP_SECRET_LEN], uint64_t step,
    const struct keyring *k, int64_t now);
void factor_clear_totp(struct factor *f);

/* The secret of F's app, which F has: the caller wipes it. ERR_CORRUPT. */
enum err factor_open_totp(uint8_t secret[static TOTP_SECRET_LEN],
    const struct factor *f, const struct keyring *k) MUST_CHECK;
/* F's app has SECRET; the rest stays. */
void factor_seal_totp(struct factor *f,
    const uint8_t secret[static TOTP_SECRET_LEN], const struct keyring *k);

/* New recovery codes for F in place of those before. TEXT has them, and nothing
 * else does: the caller wipes it. */
void factor_make_recovery(struct factor *f,
    char text[static RECOVERY_CODES][RECOVERY_CODE_CAP],
    const struct keyring *k, int64_t now);
void factor_clear_recovery(struct factor *f);

/* The hashes of the codes that are left, LEN bytes, which the caller wipes:
 * OK, or ERR_CORRUPT and none. */
enum err factor_open_recovery(
    uint8_t hashes[static RECOVERY_CODES * RECOVERY_HASH_LEN], size_t *len,
    const struct factor *f, const struct keyring *k) MUST_CHECK;
/* F has these, and no others. */
void factor_seal_recovery(struct factor *f, const uint8_t *hashes, size_t len,
    const struct keyring *k);

/* What was typed, without what people put between digits, and with the digits
 * of other scripts as ASCII; "" if it can be no code. */
void factor_clean_code(char code[static FACTOR_CODE_CAP], const char *typed);

/* A code that was tried. */
struct factor_try {
	unsigned kind; /* FACTOR_TOTP, FACTOR_RECOVERY; 0: it is no code */
	bool matched;
	uint64_t step;                       /* FACTOR_TOTP: that matched */
	uint8_t of[HASH_LEN];                /* of the secret compared with */
	uint8_t recovery[RECOVERY_HASH_LEN]; /* FACTOR_RECOVERY */
};

/* What TYPED is for the person of F, who was just read. ERR_UNSUPPORTED:
 * liboath cannot be loaded. */
enum err factor_try_code(struct factor_try *try, const struct factor *f,
    const char *typed, const struct keyring *k, int64_t now) MUST_CHECK;

/* What became of a try. */
struct factor_settled {
	int64_t wait_s;      /* with ERR_TOO_MANY_REQUESTS */
	bool closed;         /* just now, by this try */
	unsigned codes_left; /* after a recovery code */
};

/*
 * Decides TRY, in a write transaction, whose changes are kept on a refusal too.
 * ERR_ACCESS_DENIED, and REASON says: wrong, used before, closed;
 * ERR_TOO_MANY_REQUESTS: not looked at.
 */
enum err factor_settle(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const struct factor_try *try,
    const struct keyring *k, int64_t now, struct factor_settled *s,
    enum reason *reason) MUST_CHECK;

/* The person came in by a passkey or a link: the app's codes are open again. */
enum err factor_reopen(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]) MUST_CHECK;

void factor_wipe(struct factor *f);

#endif
