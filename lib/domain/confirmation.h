/*
 * What a code, a family or an access token is bound to (RFC 7800 3.1, the claim
 * `cnf`): a key, known by its thumbprint. Who has the token and not the key has
 * nothing. What a request has shown to hold is its evidence, and
 * confirmation_require is the one place where the two are compared.
 */
#ifndef LK_DOMAIN_CONFIRMATION_H
#define LK_DOMAIN_CONFIRMATION_H

#include "base/base64.h"
#include "base/err.h"
#include "base/json.h"
#include "base/reason.h"

#include <stdbool.h>
#include <stdint.h>

enum confirmation_kind {
	CONFIRMATION_NONE, /* who has it may use it */
	CONFIRMATION_JKT,  /* the key of a proof of possession (RFC 9449 6.1) */
	CONFIRMATION_CERTIFICATE, /* a certificate (RFC 8705 3.1) */
	CONFIRMATION_KINDS
};

enum {
	CONFIRMATION_LEN = 32, /* SHA-256 */
	CONFIRMATION_CAP = BASE64URL_CAP(CONFIRMATION_LEN)
};

struct confirmation {
	enum confirmation_kind kind;
	uint8_t thumbprint[CONFIRMATION_LEN]; /* of none: zeroes */
};

/* What the sender of a request has proved to hold: of each kind, whose place it
 * has here, one or none. All zeroes: nothing. */
struct evidence {
	struct confirmation shown[CONFIRMATION_KINDS];
};

/* Notes that the request has shown THUMBPRINT. */
void evidence_add(struct evidence *e, enum confirmation_kind kind,
    const uint8_t thumbprint[static CONFIRMATION_LEN]);

/* What is bound to what E shows, if anything is: to a key rather than to a
 * certificate. E may be NULL, and shows nothing then. */
struct confirmation evidence_confirmation(const struct evidence *e);

/* Whether E (or NULL) shows what C wants; what is bound to nothing wants
 * nothing. */
bool confirmation_is_met(
    const struct confirmation *c, const struct evidence *e);

/* The same as a refusal: E shows no key; or no certificate, or something else,
 * which is OTHER (ERR_INVALID_GRANT of what becomes tokens, ERR_INVALID_TOKEN
 * of an access token). */
enum err confirmation_require(const struct confirmation *c,
    const struct evidence *e, enum err other, enum reason *reason) MUST_CHECK;

/* Whether C is one: a kind with a thumbprint, or neither. */
bool confirmation_is_whole(const struct confirmation *c);

/* The member of `cnf`; for NONE "none", which no `cnf` has. */
const char *confirmation_name(unsigned kind);

/* The `cnf` of something bound to C; nothing if it is bound to nothing. */
void confirmation_put(struct json_text *t, const struct confirmation *c);

/* From a `cnf`, which must have one member, of a kind that we know: a token of
 * ours has no other. ERR_SYNTAX: C is none. */
enum err confirmation_read(
    struct confirmation *c, const json_t *cnf) MUST_CHECK;

/* A thumbprint as text, as `cnf` and dpop_jkt have it. ERR_SYNTAX: C is none.
 */
enum err confirmation_from_text(struct confirmation *c,
    enum confirmation_kind kind, const char *text) MUST_CHECK;

#endif
