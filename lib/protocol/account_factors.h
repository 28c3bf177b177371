/*
 * What signed-in people do with their second factors: steps of protocol/
 * account.h. Each change has its line of the audit. What was added counts for
 * the session at once, as if it had been used to sign in.
 */
#ifndef LK_PROTOCOL_ACCOUNT_FACTORS_H
#define LK_PROTOCOL_ACCOUNT_FACTORS_H

#include "domain/factor.h"
#include "protocol/account.h"
#include "protocol/provider.h"

#include <stdbool.h>

struct account_factors {
	const struct provider *p; /* set by the caller */
	struct factor factor;
	unsigned kinds; /* all of them (factors_of) */
	bool required;  /* a rule wants one of this person */
};

/* ARG: struct account_factors. */
enum err account_look_at_factors(
    struct store_txn *t, struct account *a, void *arg);

/* An authenticator app with SECRET, whose code of STEP was typed. */
struct account_app_adding {
	const struct provider *p;
	const uint8_t *secret; /* TOTP_SECRET_LEN */
	uint64_t step;
	const char *from; /* REMOTE_ADDR */
	/* Recovery codes that were made for the person, to go with it. */
	const struct factor *codes;
	bool only_first; /* nothing is added to a person who has a second
			  * factor */
	bool has_one;    /* set: so it was */
	bool has_codes;  /* set: there are recovery codes already, these stay */
};

/* ARG: struct account_app_adding. It takes the place of the one before. The
 * same form sent twice, by two presses, gives other codes in place of those
 * that no one may have seen. */
enum err account_add_app(struct store_txn *t, struct account *a, void *arg);

/* New recovery codes, which the caller made for the person of the session
 * (factor_make_recovery). */
struct account_codes_adding {
	const struct factor *made;
	const char *from;
};

/* ARG: struct account_codes_adding. */
enum err account_add_codes(struct store_txn *t, struct account *a, void *arg);

struct account_factor_removing {
	const struct provider *p;
	unsigned kind; /* FACTOR_TOTP or FACTOR_RECOVERY */
	const char *from;
	bool is_required; /* set: nothing was removed, a rule needs it */
};

/* ARG: struct account_factor_removing. Recovery codes go with the last factor
 * that they stand in for. */
enum err account_remove_factor(
    struct store_txn *t, struct account *a, void *arg);

/* Adds WORD ("otp", "pop") to the session of A, which has what it means
 * from now on. */
enum err account_raise_session(
    struct store_txn *t, struct account *a, const char *word) MUST_CHECK;

#endif
