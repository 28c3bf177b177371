/*
 * Who a person is by a passkey, alone or after something else was proven:
 * as protocol/authenticate.h it gives a proof. What it signed is verified here,
 * outside any write transaction, and used up where the session is opened.
 */
#ifndef LK_PROTOCOL_AUTHENTICATE_PASSKEY_H
#define LK_PROTOCOL_AUTHENTICATE_PASSKEY_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/challenge.h"
#include "protocol/proof.h"
#include "protocol/provider.h"
#include "protocol/webauthn.h"

#include <stdint.h>

/* What the browser sends of a use; borrowed. */
struct passkey_answer {
	struct webauthn_bytes id, client_data, auth_data, signature;
	struct webauthn_bytes user_handle; /* may be empty */
};

/*
 * Adds the passkey of ANSWER to PROOF, which has what was proven before, or is
 * zeroes; then the passkey says who it is. ERR_ACCESS_DENIED, and PROOF is as
 * it was: REASON says why, as webauthn.h has it, or
 * REASON_PASSKEY_EXPIRED  the challenge is old, or was not given to BEARER
 * REASON_PASSKEY_UNKNOWN  no person here has it
 * REASON_PASSKEY_OWNER    it is not the person's who was named
 * REASON_USER_DISABLED    its person may not sign in
 */
enum err authenticate_passkey(const struct provider *p,
    const struct challenge_bearer *bearer, const struct passkey_answer *answer,
    int64_t now, struct proof *proof, enum reason *reason) MUST_CHECK;

#endif
