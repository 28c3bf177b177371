/*
 * The browsers a person has signed in with. Each complete sign-in gives its
 * browser an entry: a number and a MAC over it and the person. It opens
 * nothing; it shows that this browser knew the password before, so that its
 * tries are counted apart from those of strangers (domain/throttle.h).
 *
 * An entry contains no name: it is tried against the person whose name was
 * typed. The MAC covers a counter of the person's record, which ends all
 * entries of that person at once: a new password, a lock, an ended session.
 */
#ifndef LK_DOMAIN_DEVICE_H
#define LK_DOMAIN_DEVICE_H

#include "base/base64.h"
#include "base/err.h"
#include "domain/keyring.h"
#include "domain/user.h"

#include <stddef.h>
#include <stdint.h>

enum {
	DEVICE_NUMBER_LEN = 12, /* when it was made (4), and random */
	DEVICE_MAC_LEN = 16,
	DEVICE_LEN = DEVICE_NUMBER_LEN + DEVICE_MAC_LEN,
	DEVICES_MAX = 8, /* people a browser */
	DEVICES_TEXT_CAP = BASE64URL_CAP(DEVICES_MAX * DEVICE_LEN),
	DEVICE_LIFETIME_S = 365 * 86400
};

/* The entries of one browser, the newest first. */
struct devices {
	size_t count;
	uint8_t entry[DEVICES_MAX][DEVICE_LEN];
};

void devices_encode(
    char text[static DEVICES_TEXT_CAP], const struct devices *d);
/* ERR_SYNTAX unless TEXT has the cookie's form. */
enum err devices_decode(struct devices *d, const char *text) MUST_CHECK;

/* The entry of D that is U's and good at NOW, or NULL. The same work for a
 * zeroed U, which has none. */
const uint8_t *device_find(const struct devices *d, const struct keyring *k,
    const struct user *u, int64_t now);

/* Puts a new entry for U first, in place of OLD (an entry of D, or NULL); the
 * oldest goes when there are too many. */
void device_add(struct devices *d, const uint8_t *old, const struct keyring *k,
    const struct user *u, int64_t now);

#endif
