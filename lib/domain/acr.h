/*
 * How a person signed in. `amr` is what was used, a word list (RFC 8176):
 *
 *	pwd	the password
 *	otp	a code of an authenticator app, or a recovery code
 *	pop	a passkey: a key was proven, which no page can phish
 *	user	a person touched it
 *	mfa	two factors: two of the above, or a passkey that asked who it is
 *
 * `acr` is what that is worth, in the order of what it takes to get past it:
 * "1" one factor, "2" two, "phr" two that no page can phish (OpenID Connect
 * Extended Authentication Profile). Who has signed in with more has signed in
 * with less.
 */
#ifndef LK_DOMAIN_ACR_H
#define LK_DOMAIN_ACR_H

#include "base/err.h"

#include <stdbool.h>

enum acr { ACR_NONE, ACR_ONE, ACR_TWO, ACR_PHR, ACR_COUNT };

enum { ACR_CAP = 8 };

/* What AMR is worth. */
enum acr acr_of(const char *amr);

/* "1", "2", "phr"; "" for ACR_NONE. */
const char *acr_word(unsigned acr);

/* ACR_NONE: WORD is none of them. */
enum acr acr_find(const char *word);

#endif
