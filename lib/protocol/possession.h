/*
 * Access tokens as they come to a resource of ours (userinfo, a site behind the
 * gate): by which scheme, and whether who presents one holds what it is bound
 * to, a key (RFC 9449 7) or a certificate (RFC 8705 3).
 */
#ifndef LK_PROTOCOL_POSSESSION_H
#define LK_PROTOCOL_POSSESSION_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/access_token.h"
#include "protocol/dpop.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* A token, and what came with it. Strings are borrowed. */
struct token_presented {
	const char *text; /* NULL: none came */
	bool as_dpop;     /* by the scheme DPoP */
	const char *proof;
	const char *method, *url; /* of the request, as clients know it */
	const struct caller *who; /* whose certificate counts */
};

/* What the answer has to say, good or not. */
struct possession {
	bool by_dpop; /* the token is bound to a key, or came as if it were */
	char nonce[DPOP_NONCE_CAP]; /* for the next proof; "": none */
};

/* Takes the token from AUTHORIZATION, the header or NULL: of the scheme Bearer
 * or DPoP. */
void token_presented_read(struct token_presented *q, const char *authorization);

/*
 * Whether who presents A, which is Q's text taken apart, may: one that is bound
 * to a key comes by the scheme DPoP, with a proof of that key about this
 * request and with our nonce; any other as Bearer, and one that is bound to a
 * certificate with that. ERR_INVALID_TOKEN: by the wrong scheme, with another
 * key, or not with its certificate. ERR_INVALID_DPOP_PROOF,
 * ERR_USE_DPOP_NONCE. R is set in any case.
 */
enum err possession_require(struct possession *r, const struct provider *p,
    const struct token_presented *q, const struct access_token *a, int64_t now,
    enum reason *reason) MUST_CHECK;

#endif
