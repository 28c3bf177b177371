/*
 * Guessing, slowed down. Buckets are charged before a password is looked at,
 * known names and unknown alike:
 *
 *	device			10 at once, then one a minute: a browser that
 *				has signed in as this person (domain/device.h).
 *				Nothing else is charged, so that guesses of
 *				others never make it wait
 *	name and network	10 at once, then one a minute
 *	name			60 at once, then one each 20 s. When there are
 *				more, it is a guess: a network then has one
 *				try a minute for that name, unless the name
 *				signed in there within 30 days
 *	network			200 at once, then one each 2 s: far above what
 *				a household does
 *
 * A name is what was typed up to an '@', in lower case: the same for a user
 * name and most e-mail addresses of the same person. Whose it is makes no
 * difference, or waiting would tell which names and addresses belong together.
 *
 * A network is an IPv4 address, or of IPv6 a /64; and the /56 and the /48
 * around it, with buckets of their own, for one customer may have that many.
 *
 * A bucket is a time at which it will be empty again (the generic cell rate
 * algorithm), so nothing has to be undone: the longest wait is a minute. A
 * sign-in that succeeds empties its device's or its network's bucket for the
 * name and gives the others their charge back. Under what has an '@' it gives
 * back its own charge alone: others may have the same first part. Bucket names
 * are keyed hashes: what people mistype is nowhere in the store. There are so
 * many records at most; a flood of names makes those go that would be empty
 * first.
 *
 * What is no guess, but costs us room, has the limit of its network alone, in
 * buckets of its own: the name says what it is.
 */
#ifndef LK_DOMAIN_THROTTLE_H
#define LK_DOMAIN_THROTTLE_H

#include "base/err.h"
#include "domain/keyring.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	THROTTLE_OPEN_S = 600,       /* what throttle_open gives */
	THROTTLE_RECORDS_MAX = 10000 /* about 2 MB */
};

extern const struct record_type throttle_record;

/* Who tries. */
struct throttle_try {
	const char *name;      /* or e-mail address, as typed */
	const char *address;   /* REMOTE_ADDR */
	const uint8_t *device; /* DEVICE_LEN bytes: the entry that is good for
				* this person (device_find), or NULL */
	bool network_alone;    /* no guess, and the name is what it is */
};

/* What a try is charged to may be asked for soon (store_want). */
void throttle_want(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by);

/* Charges for one try: OK, or ERR_TOO_MANY_REQUESTS, *WAIT_S seconds to go,
 * and nothing charged. */
enum err throttle_charge(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now, int64_t *wait_s) MUST_CHECK;

/* The same without the charge: how long a try would have to wait now. */
int64_t throttle_look(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now);

/* The try succeeded. */
void throttle_forgive(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now);

/* The password was not looked at: what throttle_charge took goes back. */
void throttle_refund(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now);

/* For THROTTLE_OPEN_S only the networks' own buckets slow NAME down: for a
 * person on a new device that shares its network with those who guess. */
void throttle_open(struct store_txn *t, const struct keyring *k,
    const char *name, int64_t now);

#endif
