/*
 * Signing in at a site. The gate is a client of its own provider: the browser
 * goes to the authorization endpoint and comes back with a code, PKCE, state
 * and iss (RFC 6749 4.1, RFC 7636, RFC 9207), which the gate redeems in the
 * store itself.
 *
 * Nothing is kept for people on their way. A cookie has 32 random bytes; the
 * state is the way back to the page asked for, with a MAC under them, and the
 * code_verifier comes of both. So a state is good in the browser it was made
 * for alone. An attacker who sends people to the callback with another code is
 * refused (RFC 9700 4.7), and several tabs have a way each.
 *
 * A browser may ask for the callback again (Back, reload, a lost answer), and
 * tabs that are restored together each bring a cookie, of which it keeps the
 * last. Neither signs anybody out nor ends on an error: the same cookie is
 * given again, or the browser goes on to the page asked for, where a new
 * sign-in begins if one is needed.
 */
#ifndef LK_PROTOCOL_GATE_SIGN_IN_H
#define LK_PROTOCOL_GATE_SIGN_IN_H

#include "base/err.h"
#include "base/form.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/opaque_token.h"
#include "domain/site.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	GATE_KEY_LEN = SECRET_KEY_LEN, /* of the browser's cookie */
	GATE_TARGET_CAP = 2049,        /* a longer way back is "/" */
	GATE_URL_CAP = 8192
};

/* Where to send the browser that holds KEY, which asks ORIGIN for TARGET. RULE,
 * which decided, may want more than any sign-in. */
enum err gate_sign_in_begin(const struct provider *p, const char *origin,
    const char *target, const struct site_rule *rule,
    const uint8_t key[static GATE_KEY_LEN],
    char url[static GATE_URL_CAP]) MUST_CHECK;

/* What came back to the callback. */
struct gate_return {
	const char *origin;
	const struct form *form; /* the query */
	const uint8_t *key;      /* NULL: no cookie came */
	const char *before;      /* the gate's cookie so far; NULL: none */
};

struct gate_sign_in {
	char cookie[OPAQUE_TOKEN_TEXT_CAP]; /* the gate's */
	int64_t max_age_s;                  /* -1: until the browser closes */
	/* The page asked for, with the origin. If the state is not good it is
	 * only known to be a page of this site; "" if it is none. */
	char url[CLIENT_ID_CAP + GATE_TARGET_CAP];
	bool start_over; /* refused, and URL is where to begin again */
};

/*
 * Redeems the code: what it gives is a family without tokens, which ends with
 * the session, and the cookie that names it. The one BEFORE ends, unless it is
 * of the same session: then it is kept. A used code gives its family again as
 * long as that lives. *REASON says why on a refusal: ERR_FORBIDDEN
 * (not sent from this browser, or the person did not sign in),
 * ERR_INVALID_REQUEST (another issuer, no code), ERR_INVALID_GRANT.
 */
enum err gate_sign_in_finish(const struct provider *p,
    const struct gate_return *q, int64_t now, struct gate_sign_in *r,
    enum reason *reason) MUST_CHECK;
void gate_sign_in_wipe(struct gate_sign_in *r);

/* Ends the family that COOKIE (may be NULL) names at ORIGIN. */
enum err gate_sign_out(const struct provider *p, const char *origin,
    const char *cookie, int64_t now) MUST_CHECK;

#endif
