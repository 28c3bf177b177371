/*
 * The telephone number and the postal address that people give of themselves.
 * Nothing here uses them: apps get them, with scopes of their own.
 */
#ifndef LK_PROTOCOL_ACCOUNT_CONTACT_H
#define LK_PROTOCOL_ACCOUNT_CONTACT_H

#include "protocol/account.h"

/* As typed; each may be "". */
struct contact {
	const char *phone;
	const char *street_address, *postal_code, *locality, *region, *country;
};

enum contact_flaw {
	CONTACT_FINE,
	CONTACT_UNREADABLE, /* not UTF-8, or a control character */
	CONTACT_LONG,
	CONTACT_PHONE
};

/* Puts C into U, without spaces at the ends. Another number is not verified.
 * Unless it is fine, U is half changed. */
enum contact_flaw contact_apply(struct user *u, const struct contact *c);

struct contact_change {
	struct contact contact; /* which is fine */
	const char *from;       /* REMOTE_ADDR */
};

/* An account_step: ARG is a struct contact_change. ERR_INVALID_REQUEST if it is
 * not fine. */
enum err account_set_contact(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
