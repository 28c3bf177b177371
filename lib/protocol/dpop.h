/*
 * Proofs of possession (RFC 9449): in the header DPoP a JWT about one request,
 * signed by the key that it holds. A token that is bound to the key is good
 * with such a proof alone, so that who steals the token has nothing.
 *
 * What makes a proof good for one request only differs. Where tokens are given
 * we write anyway, and its jti is remembered. Resources (userinfo, the gate)
 * only read: they give out a nonce, a MAC of the time, and want it in the proof
 * (RFC 9449 9).
 */
#ifndef LK_PROTOCOL_DPOP_H
#define LK_PROTOCOL_DPOP_H

#include "base/err.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/confirmation.h"
#include "protocol/caller.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* EdDSA, by both of its names, and ES256 where there is libcrypto: words. */
extern const char dpop_algs[];

enum {
	DPOP_NONCE_CAP = BASE64URL_CAP(16),
	DPOP_WINDOW_S = 300 /* by which iat may differ from our time */
};

/* A request, and the proof that came with it. */
struct dpop_request {
	const char *proof; /* the header */
	const char *method,
	    *url; /* URL as clients know it, also with a query */
	/* That was presented, and what nonces are made with; NULL: neither. */
	const char *access_token;
	const uint8_t *nonce_key;
	int64_t now;
};

/* A proof that is good for the request; its key is none if none came. */
struct dpop {
	struct confirmation key;
	bool renew; /* the next one should have another nonce */
	uint8_t once[HASH_LEN];
	int64_t expires_at; /* when its jti may be forgotten */
};

/*
 * What a proof proves, cheap checks first (RFC 9449 4.3), except that it was
 * not used before. ERR_INVALID_DPOP_PROOF; ERR_USE_DPOP_NONCE: its nonce is
 * none of ours, or too old. On an error D is all zeroes.
 */
enum err dpop_check(struct dpop *d, const struct dpop_request *q,
    enum reason *reason) MUST_CHECK;

/*
 * The same at an endpoint that gives tokens, where none need come: then D is
 * all zeroes, and OK. It asks nothing of the client, so its refusal tells a
 * stranger nothing: it comes before the client's authentication, which is to be
 * told of what is proved. dpop_remember comes after, so that only a client that
 * is one uses a proof up.
 */
enum err dpop_check_caller(struct dpop *d, const struct caller *who,
    int64_t now, enum reason *reason) MUST_CHECK;

/* Remembers that it was used: OK, or ERR_INVALID_DPOP_PROOF: it was before.
 * Without a proof nothing is asked. */
enum err dpop_remember(
    struct store_txn *t, const struct dpop *d, enum reason *reason) MUST_CHECK;

/* The nonce to give out at NOW. */
void dpop_nonce_make(char nonce[static DPOP_NONCE_CAP],
    const uint8_t key[static SECRET_KEY_LEN], int64_t now);

#endif
