/*
 * The gate's decision: may this request to that site go on, and whose is it?
 * One read of the store for a person who is signed in; nothing is written, and
 * nothing is signed. The session, the lock, the groups and the family are
 * checked each time, so that the gate closes at the next request.
 */
#ifndef LK_PROTOCOL_GATE_H
#define LK_PROTOCOL_GATE_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/opaque_token.h"
#include "domain/site.h"
#include "domain/user.h"
#include "protocol/caller.h"
#include "protocol/possession.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

struct gate_request {
	const char *origin; /* of the site */
	const char *method;
	const char *target;        /* "/path?query", as the client sent it */
	const char *destination;   /* the header; NULL: none */
	const char *cookie;        /* the gate's; NULL: none */
	const char *authorization; /* the header; NULL: none */
	const char *dpop;          /* the header, likewise */
	const struct caller *who;  /* whose certificate counts */
	struct site *site;         /* as it was at the last request, or empty */
};

struct gate_reply {
	struct site_rule rule; /* that decided; zeroes if none did */
	char site_name[CLIENT_NAME_CAP];
	bool has_user;
	struct user user;
	char tried[USER_NAME_CAP];     /* whose app password did not do; "" */
	char client_id[CLIENT_ID_CAP]; /* of an app that acts for itself */
	bool by_token; /* it was an access token that was judged */
	struct possession possession; /* of it */
};

/*
 * OK: let it on. A destination (RFC 4918 10.3) is judged like the target, under
 * the same method and as PUT. Otherwise *REASON says why, and
 *	ERR_LOGIN_REQUIRED	no one is signed in
 *	ERR_FORBIDDEN		the person may not, or no one may
 *	ERR_ACCESS_DENIED	an app password is wrong
 *	ERR_INVALID_TOKEN, ERR_INSUFFICIENT_SCOPE (RFC 6750 3.1)
 *	ERR_INVALID_DPOP_PROOF, ERR_USE_DPOP_NONCE (RFC 9449 7.1, 9)
 *	ERR_INSUFFICIENT_USER_AUTHENTICATION (RFC 9470 3): the person has to
 *				sign in again, as R's rule says
 *	ERR_INVALID_REQUEST	the path can be read in two ways; the
 *				destination is none of this site, or missing
 * R is filled in as far as things are known; the caller wipes it.
 */
enum err gate_decide(const struct provider *p, const struct gate_request *q,
    int64_t now, struct gate_reply *r, enum reason *reason) MUST_CHECK;
void gate_reply_wipe(struct gate_reply *r);

/* The family that COOKIE names and its prerequisites, if it is one of the site
 * ORIGIN: OK or ERR_NOT_FOUND. */
enum err gate_family(struct store_txn *t, const struct provider *p,
    const char *cookie, const char *origin, int64_t now, struct family *f,
    struct client *c, struct user *u) MUST_CHECK;

#endif
