/*
 * The tokens only we read: authorization codes, refresh tokens, the cookies of
 * the gate, device codes, request URIs.
 *
 * All are 48 bytes, 64 base64url characters: the family they belong to (16),
 * a number (8), a MAC of both under a key kept outside the store (20), and a
 * mark (4, domain/stamp.h). A forged or garbled one is refused without touching
 * the store; a genuine one is known for what it is however old it is. A refresh
 * token's number is its generation, the others' the time at which they expire;
 * they are MACed apart, so none passes for another. A device code and a request
 * URI have no family yet, but the id of their record.
 */
#ifndef LK_DOMAIN_OPAQUE_TOKEN_H
#define LK_DOMAIN_OPAQUE_TOKEN_H

#include "base/err.h"
#include "domain/keyring.h"
#include "domain/stamp.h"

#include <stdint.h>

enum {
	FAMILY_ID_LEN = 16,
	OPAQUE_TOKEN_MAC_LEN = 20,
	OPAQUE_TOKEN_LEN =
	    FAMILY_ID_LEN + 8 + OPAQUE_TOKEN_MAC_LEN + STAMP_MARK_LEN,
	OPAQUE_TOKEN_TEXT_CAP = BASE64URL_CAP(OPAQUE_TOKEN_LEN)
};

enum opaque_token_kind {
	OPAQUE_TOKEN_CODE,
	OPAQUE_TOKEN_REFRESH,
	OPAQUE_TOKEN_GATE,
	OPAQUE_TOKEN_DEVICE,        /* a device code */
	OPAQUE_TOKEN_DEVICE_TICKET, /* for the pages where it is allowed */
	OPAQUE_TOKEN_PUSHED         /* in a request_uri (domain/pushed.h) */
};

struct opaque_token {
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
void opaque_token_encode(char text[static OPAQUE_TOKEN_TEXT_CAP],
    enum opaque_token_kind kind, const struct opaque_token *t,
    const struct keyring *k);

/* ERR_INVALID_GRANT unless TEXT is one of ours of that KIND; ERR_FOREIGN if it
 * was, before the store was restored. */
enum err opaque_token_decode(struct opaque_token *t,
    enum opaque_token_kind kind, const char *text,
    const struct keyring *k) MUST_CHECK;

#endif
