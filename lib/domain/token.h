/*
 * The tokens only we read: authorization codes, refresh tokens, and the
 * cookies of the gate.
 *
 * All are 48 bytes, 64 base64url characters: the family they belong to (16),
 * a number (8), and a MAC of both under a key kept outside the store (24). A
 * forged or garbled one is refused without touching the store; a genuine one
 * is known for what it is however old it is. A refresh token's number is its
 * generation, a code's and a cookie's the time at which it expires; they are
 * MACed apart, so none passes for another.
 */
#ifndef LK_DOMAIN_TOKEN_H
#define LK_DOMAIN_TOKEN_H

#include "base/err.h"
#include "domain/keyring.h"

#include <stdint.h>

enum {
	FAMILY_ID_LEN = 16,
	TOKEN_MAC_LEN = 24,
	TOKEN_LEN = FAMILY_ID_LEN + 8 + TOKEN_MAC_LEN,
	TOKEN_TEXT_CAP = BASE64URL_CAP(TOKEN_LEN)
};

enum token_kind { TOKEN_CODE, TOKEN_REFRESH, TOKEN_GATE };

struct token {
	uint8_t family_id[FAMILY_ID_LEN];
	uint64_t number;
};

/*
 * A new id: NOW in seconds (4 bytes), and 96 random bits. So ids
 * rise with time: what is made together is stored together, in pages
 * that are full, and what expires together is removed together.
 */
void family_id_make(uint8_t family_id[static FAMILY_ID_LEN], int64_t now);

/* Spells T out; the caller wipes TEXT. */
void token_encode(char text[static TOKEN_TEXT_CAP], enum token_kind kind,
    const struct token *t, const struct keyring *k);

/* ERR_INVALID_GRANT unless TEXT is one of ours of that KIND. */
enum err token_decode(struct token *t, enum token_kind kind, const char *text,
    const struct keyring *k) MUST_CHECK;

#endif
