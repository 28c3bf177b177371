/*
 * A new passkey of a person: checked first, outside any transaction, and then
 * added in one.
 */
#ifndef LK_PROTOCOL_PASSKEY_REGISTER_H
#define LK_PROTOCOL_PASSKEY_REGISTER_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/passkey.h"
#include "protocol/challenge.h"
#include "protocol/provider.h"
#include "protocol/webauthn.h"

#include <stdbool.h>
#include <stdint.h>

/* What the browser sends of a registration; borrowed. */
struct passkey_offer {
	struct webauthn_bytes client_data, attestation;
	const char *name;       /* what the person calls it; cut */
	const char *transports; /* words, as the browser has them, or "" */
	bool discoverable;      /* credProps: it signs in without a name */
};

/* Checked, and not yet anybody's. */
struct passkey_new {
	struct passkey passkey;
	uint8_t challenge[HASH_LEN];
	int64_t expires_at;
};

/* ERR_ACCESS_DENIED, with a reason as webauthn.h has it, or
 * REASON_PASSKEY_EXPIRED: the challenge is old, or was not given to BEARER. */
enum err passkey_check_new(const struct provider *p,
    const struct challenge_bearer *bearer, const struct passkey_offer *offer,
    int64_t now, struct passkey_new *n, enum reason *reason) MUST_CHECK;

/* Gives N to PERSON, in a write transaction. ERR_ACCESS_DENIED:
 * REASON_PASSKEY_REUSED (the challenge was used), or as passkey_add. */
enum err passkey_give(struct store_txn *t, const struct passkey_new *n,
    const struct user *person, const char *address, int64_t now,
    enum reason *reason) MUST_CHECK;

#endif
