/*
 * Guessing, slowed down. Three buckets are charged before a password is looked
 * at, known names and unknown alike:
 *
 *	name and address	10 at once, then one a minute
 *	name			60 at once, then one each 20 s; not charged to
 *				an address where that name signed in within
 *				30 days, so that nobody far away can keep
 *				someone out of their own home
 *	address (IPv6: /64)	200 at once, then one each 2 s: far above what
 *				a household does
 *
 * A bucket is one number, the time at which it will be empty again (the
 * generic cell rate algorithm), so nothing has to be undone by anybody: the
 * longest wait is a minute. A sign-in that succeeds empties the first and
 * gives the others their charge back. Bucket names are keyed hashes: what
 * people mistype is nowhere in the store.
 */
#ifndef LK_DOMAIN_THROTTLE_H
#define LK_DOMAIN_THROTTLE_H

#include "base/err.h"
#include "domain/keyring.h"
#include "store/store.h"

#include <stdint.h>

/* Charges for one try: OK, or ERR_TOO_MANY_REQUESTS, *WAIT_S seconds to go,
 * and nothing charged. NAME as typed, in any case; ADDRESS as REMOTE_ADDR. */
enum err throttle_charge(struct store_txn *t, const struct keyring *k,
    const char *name, const char *address, int64_t now,
    int64_t *wait_s) MUST_CHECK;

/* The try succeeded. */
void throttle_forgive(struct store_txn *t, const struct keyring *k,
    const char *name, const char *address, int64_t now);

#endif
