/*
 * Forms that ask for a passkey: what the page's script is given, and what it
 * posts. Without the script, or where browsers know no passkeys, the page's
 * other ways are all there is.
 */
#ifndef LK_INTERACTION_PASSKEY_FORM_H
#define LK_INTERACTION_PASSKEY_FORM_H

#include "base/err.h"
#include "base/json.h"
#include "domain/user.h"
#include "interaction/interaction.h"
#include "protocol/authenticate_passkey.h"
#include "protocol/passkey_register.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether there can be passkeys at the issuer's host. */
bool passkey_form_possible(const struct interaction *i);

/* How a page asks for the use of a passkey. */
struct passkey_ask {
	enum challenge_purpose purpose;
	const uint8_t *of;      /* as in struct challenge_bearer */
	const uint8_t *user_id; /* whose passkeys are named to the browser;
				 * NULL: those that need no name. Only for who
				 * has proven to be this person */
	bool conditional;       /* offered in the field of the name, too */
};

/* Adds `passkey` to B: false, or what the form needs (passkey_answer.html).
 * Whether it is there: not if none of USER_ID's works at this host. */
bool passkey_put_ask(
    struct interaction *i, struct json_build *b, const struct passkey_ask *ask);
void passkey_put_none(struct json_build *b);

/* The same for a new passkey of U, which is bound to OF. */
void passkey_put_new(struct interaction *i, struct json_build *b,
    const struct user *u, const uint8_t *of);

enum {
	PASSKEY_POSTED_CAP = WEBAUTHN_ATTESTATION_MAX +
			     WEBAUTHN_CLIENT_DATA_MAX + WEBAUTHN_AUTH_DATA_MAX +
			     WEBAUTHN_SIGNATURE_MAX + PASSKEY_ID_MAX + 64
};

/* What was posted, decoded. */
struct passkey_posted {
	struct passkey_answer answer;
	struct passkey_offer offer;
	size_t used;
	uint8_t room[PASSKEY_POSTED_CAP];
};

/* Reads the fields of passkey_answer.html; what is missing, or no base64url, or
 * too long, is empty. P borrows from POSTED. */
void passkey_read(struct passkey_posted *p, const struct form *posted);

/* The bearer that I's browser is, of the purpose and session or person. */
struct challenge_bearer passkey_bearer(const struct interaction *i,
    enum challenge_purpose purpose, const uint8_t *of);

/* The sentence for E and REASON, which are about a passkey. */
const char *passkey_alert(
    const struct interaction *i, enum err e, enum reason reason);

#endif
