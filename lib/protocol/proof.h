/*
 * What a person has proven so far, on the way to a session. If another page
 * comes before that, its form carries the proof, sealed: it is good in the
 * browser it was made for, and for a few minutes. Nothing is kept here.
 *
 * A proof opens nothing by itself. session_open checks again that the person
 * may act and that the password is still the one that was given.
 */
#ifndef LK_PROTOCOL_PROOF_H
#define LK_PROTOCOL_PROOF_H

#include "base/base64.h"
#include "base/err.h"
#include "base/secret.h"
#include "domain/keyring.h"
#include "domain/passkey.h"
#include "domain/session.h"
#include "domain/user.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PROOF_LIFETIME_S = 300,
	PROOF_CAP = 640, /* bytes */
	PROOF_TEXT_CAP = BASE64URL_CAP(PROOF_CAP + SEAL_OVERHEAD)
};

struct proof {
	uint8_t user_id[USER_ID_LEN];
	uint8_t password[HASH_LEN]; /* proof_password of the person */
	int64_t expires_at;         /* 0 until it is sealed: not yet known */
	bool remember;              /* stay signed in on this device */
	char amr[AMR_CAP];          /* what was used (domain/acr.h): "pwd" */
	unsigned factors;           /* what the person has (domain/factor.h) */
	int64_t auth_time; /* of the session that this adds to; 0: none,
			    * all was proven just now */
	struct passkey_use passkey;  /* zeroes: none was used */
	char language[LANGUAGE_CAP]; /* of the person's account; "": none */
	char typed[USER_EMAIL_CAP];  /* the name; its tries are forgiven at the
				      * end (domain/throttle.h), if there were
				      * any */
};

/* P is of U, and of the password that U has now. */
void proof_person(struct proof *p, const struct user *u);

/* Another one with each new password of U. */
void proof_password(uint8_t hash[static HASH_LEN], const struct user *u);

/* What the session S of U has proven, for a step that adds to it. */
enum err proof_of_session(
    struct proof *p, const struct session *s, const struct user *u) MUST_CHECK;

/* BROWSER is the random number that forms are bound to (web/csrf.h). Sealed
 * again, for another page, a proof is good no longer than before. */
void proof_seal(char text[static PROOF_TEXT_CAP], const struct proof *p,
    const struct keyring *k, const char *browser, int64_t now);

/* ERR_FORBIDDEN, and P zeroed: TEXT was not made for BROWSER by proof_seal, or
 * too long ago. */
enum err proof_unseal(struct proof *p, const char *text,
    const struct keyring *k, const char *browser, int64_t now) MUST_CHECK;

#endif
