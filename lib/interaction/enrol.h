/*
 * An authenticator app is set up: the page shows a secret, as a drawing and as
 * text, and the app's first code shows that it has it. Until then nothing is
 * kept: the secret goes along with the page, sealed for the person.
 */
#ifndef LK_INTERACTION_ENROL_H
#define LK_INTERACTION_ENROL_H

#include "domain/factor.h"
#include "domain/user.h"
#include "interaction/interaction.h"
#include "jose/totp.h"

enum { ENROL_LIFETIME_S = 1800 };

/* Adds what enrol.html shows U: with the secret that POSTED (NULL: none)
 * brought, so that an app that has it already need not start again, or with a
 * new one. */
void enrol_put(struct interaction *i, struct json_build *b,
    const struct user *u, const struct form *posted);

/* Adds what recovery_codes.html shows. */
void enrol_put_codes(const struct interaction *i, struct json_build *b,
    const char codes[RECOVERY_CODES][RECOVERY_CODE_CAP]);

/*
 * Whether POSTED has the code of its secret: OK, with both. ERR_ACCESS_DENIED:
 * it is another code, or none; ERR_FORBIDDEN: the page was open for too long,
 * or is another person's; ERR_UNSUPPORTED: liboath cannot be loaded.
 */
enum err enrol_check(struct interaction *i, const struct user *u,
    const struct form *posted, uint8_t secret[static TOTP_SECRET_LEN],
    uint64_t *step) MUST_CHECK;

#endif
