/*
 * The person's half of device authorization (RFC 8628 3.3): finds what waits
 * for a user code, and lets it be denied. Allowing it is a decision of
 * protocol/authorize.h, with the same rules as for any app.
 *
 * Guessing user codes is slow: each network has a few tries, then one a minute
 * (domain/throttle.h). Who typed one that is right gets a ticket: with it the
 * pages that follow find the same device, and nothing is tried again.
 */
#ifndef LK_PROTOCOL_DEVICE_CONSENT_H
#define LK_PROTOCOL_DEVICE_CONSENT_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/device_code.h"
#include "domain/opaque_token.h"
#include "protocol/authorize.h"
#include "protocol/provider.h"

#include <stdint.h>

/* What the person has of a device: the user code, and the ticket for it. */
struct device_ticket {
	char user_code[USER_CODE_CAP];
	char text[OPAQUE_TOKEN_TEXT_CAP];
};

/* Tries what was TYPED, from ADDRESS; OK, and TICKET is for it.
 * ERR_INVALID_REQUEST (no device waits for it) or ERR_TOO_MANY_REQUESTS. */
enum err device_consent_try(const struct provider *p, const char *typed,
    const char *address, int64_t now, struct device_ticket *ticket,
    enum reason *reason) MUST_CHECK;

/*
 * What the device of USER_CODE and TICKET asks for: Q, which authorize_decide
 * decides, and D. ERR_INVALID_REQUEST: it does not wait any more.
 */
enum err device_consent_find(const struct provider *p, const char *user_code,
    const char *ticket, int64_t now, struct device_code *d,
    struct authorize_request *q, enum reason *reason) MUST_CHECK;

/* The person USER, who is signed in, denies it, from ADDRESS. */
enum err device_consent_deny(const struct provider *p,
    const struct device_code *d, const struct user *user, const char *address,
    int64_t now, enum reason *reason) MUST_CHECK;

#endif
