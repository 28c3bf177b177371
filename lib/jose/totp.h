/*
 * One-time codes from the time (RFC 6238), as authenticator apps make them:
 * SHA-1, six digits, a new one each 30 seconds. Some apps overlook every other
 * choice. No state is kept here: a caller that wants each code to be good once
 * remembers the step that matched.
 */
#ifndef LK_JOSE_TOTP_H
#define LK_JOSE_TOTP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	TOTP_SECRET_LEN = 20,
	TOTP_SECRET_CAP = 33, /* base32 */
	TOTP_DIGITS = 6,
	TOTP_STEP_S = 30
};

/* Whether liboath, which checks codes, can be loaded. */
bool totp_available(void);

/* SECRET as apps take it: base32 without padding. */
void totp_secret_text(char text[static TOTP_SECRET_CAP],
    const uint8_t secret[static TOTP_SECRET_LEN]);

/* Whether CODE is SECRET's at NOW, one step early or late: *STEP is the number
 * of the step that it belongs to. ERR_ACCESS_DENIED: it is not;
 * ERR_UNSUPPORTED: liboath cannot be loaded. */
enum err totp_match(const uint8_t secret[static TOTP_SECRET_LEN],
    const char *code, int64_t now, uint64_t *step) MUST_CHECK;

#endif
