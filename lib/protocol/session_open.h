/*
 * The end of signing in: what was proven (protocol/proof.h) becomes a session.
 */
#ifndef LK_PROTOCOL_SESSION_OPEN_H
#define LK_PROTOCOL_SESSION_OPEN_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/device.h"
#include "domain/factor.h"
#include "domain/session.h"
#include "protocol/proof.h"
#include "protocol/provider.h"

#include <stdint.h>

/* What the browser brings. */
struct session_open_request {
	const char *address; /* REMOTE_ADDR */
	const char *agent;   /* User-Agent, or NULL */
	const struct session_cookie
	    *cookie;                   /* of the session before, or NULL */
	const struct devices *devices; /* the people it has signed in */
	const struct factor_try *code; /* that was typed after the password, or
					* NULL */
};

struct session_open_reply {
	struct session_cookie cookie; /* the new one */
	struct session session;
	struct devices devices;       /* what the browser is to keep */
	struct factor_settled factor; /* what became of the code */
	unsigned factors;             /* what the person has */
	char user[USER_NAME_CAP];     /* who it is */
	enum reason reason;           /* of a refusal; may be REASON_NONE */
};

/*
 * OK; ERR_ACCESS_DENIED: the person was locked or removed since then, or has
 * another password; or the code is refused: REASON says, and
 * ERR_TOO_MANY_REQUESTS if it was not looked at. REASON_FACTOR_REQUIRED: the
 * person has a second factor, and none was proven. No flow can get past this:
 * sessions are opened here alone. The session before is ended, or, if it is the
 * same person's, renewed: its secret changes, its families go on, and it stays
 * remembered if it was. The tries of the name that was typed are forgiven.
 */
enum err session_open(const struct provider *p, const struct proof *proof,
    const struct session_open_request *q, int64_t now,
    struct session_open_reply *r) MUST_CHECK;

void session_open_reply_wipe(struct session_open_reply *r);

#endif
