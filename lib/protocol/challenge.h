/*
 * Challenges for passkeys (WebAuthn 13.4.3), without storage: random bytes,
 * the time, and a MAC over both, what it is for, and who was given it. Which
 * are used up is kept (domain/replay.h), and only of those that were used well.
 */
#ifndef LK_PROTOCOL_CHALLENGE_H
#define LK_PROTOCOL_CHALLENGE_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/keyring.h"
#include "domain/session.h"
#include "protocol/webauthn.h"

#include <stdint.h>

/* A page may stay open as long. */
enum { CHALLENGE_LIFETIME_S = 86400 };

/* What a passkey is to do with it. */
enum challenge_purpose {
	CHALLENGE_ADD,
	CHALLENGE_SIGN_IN,
	CHALLENGE_SECOND_FACTOR,
	CHALLENGE_CONFIRM
};

/* Who is given it. */
struct challenge_bearer {
	enum challenge_purpose purpose;
	const char *browser; /* the number that forms are bound to */
	/* Of the session, SID_LEN bytes, or of the person who gave the
	 * password, USER_ID_LEN; NULL: no one. */
	const uint8_t *of;
};

void challenge_make(uint8_t challenge[static WEBAUTHN_CHALLENGE_LEN],
    const struct challenge_bearer *b, const struct keyring *k, int64_t now);

/* Whether CHALLENGE was made for B, and is still good at NOW: *EXPIRES_AT says
 * until when. ERR_ACCESS_DENIED if not. */
enum err challenge_check(const uint8_t challenge[static WEBAUTHN_CHALLENGE_LEN],
    const struct challenge_bearer *b, const struct keyring *k, int64_t now,
    int64_t *expires_at) MUST_CHECK;

#endif
