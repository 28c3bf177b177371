/*
 * The passkeys of the person who is signed in: seen, added, renamed, removed.
 * Each is a step of protocol/account.h.
 */
#ifndef LK_PROTOCOL_ACCOUNT_PASSKEYS_H
#define LK_PROTOCOL_ACCOUNT_PASSKEYS_H

#include "base/reason.h"
#include "domain/passkey.h"
#include "protocol/account.h"
#include "protocol/passkey_register.h"

#include <stddef.h>
#include <stdint.h>

struct account_passkeys {
	size_t count;
	struct passkey list[PASSKEYS_MAX];
	unsigned factors; /* that the person has (domain/factor.h) */
};

/* A struct account_passkeys is filled. */
account_step account_passkeys_look;

/* What is changed, and who asks from where. */
struct account_passkey_change {
	uint8_t hash[HASH_LEN];      /* which */
	const char *name;            /* its new name */
	const struct passkey_new *n; /* to add */
	const char *rp_id;           /* of here */
	const char *address;         /* REMOTE_ADDR */
	enum reason reason;          /* of a refusal */
};

/* Each takes a struct account_passkey_change. ERR_NOT_FOUND: the person has
 * none such. ERR_ACCESS_DENIED, with its reason: see passkey_give, and
 * REASON_LAST_WAY_IN for a removal after which nothing signs the person in.
 * One that was added upgrades the session: it has just been shown. One that is
 * removed takes the sessions with it that it opened, except the present one:
 * the device that has it may be lost. */
account_step account_passkey_add, account_passkey_rename,
    account_passkey_remove;

#endif
