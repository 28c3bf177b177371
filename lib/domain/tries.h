/*
 * How often a person's name was tried since their last sign-in, so that the
 * audit can count what failed. It is written where a try is charged
 * (domain/throttle.h), in the same transaction: one record a person, and one
 * for all names that do not exist, which costs the same. So failures add no
 * commit, and neither the store nor the audit grows with them: the audit gets a
 * line for the 10th, 100th, 1000th, ... and the line of the next sign-in says
 * how many there were.
 */
#ifndef LK_DOMAIN_TRIES_H
#define LK_DOMAIN_TRIES_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdint.h>

struct tries {
	uint8_t user_id[USER_ID_LEN]; /* zeroes: of names that do not exist */
	uint32_t count;
	int64_t since, last_at;          /* the first and the last of them */
	char address[AUDIT_ADDRESS_CAP]; /* where the last came from */
};

extern const struct record_type tries_record;

/* What is kept of a person may be asked for soon (store_want). */
void tries_want(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

/* One more try of U's name (zeroes: of one that does not exist), which has not
 * succeeded yet. */
void tries_add(struct store_txn *t, const struct user *u, const char *address,
    int64_t now);

/* One was not looked at, or did succeed without a sign-in. */
void tries_take_back(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

/* A sign-in: how many failed before. OWN of them were this one. */
uint32_t tries_settle(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], uint32_t own);

/* OK, ERR_NOT_FOUND: none (T zeroed). */
enum err tries_get(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], struct tries *tries) MUST_CHECK;

#endif
