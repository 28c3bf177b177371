/*
 * The end of signing in: what was proven (protocol/proof.h) becomes a session.
 */
#ifndef LK_PROTOCOL_SESSION_OPEN_H
#define LK_PROTOCOL_SESSION_OPEN_H

#include "base/err.h"
#include "domain/device.h"
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
};

struct session_open_reply {
	struct session_cookie cookie; /* the new one */
	struct session session;
	struct devices devices; /* what the browser is to keep */
};

/*
 * OK; ERR_ACCESS_DENIED: the person was locked or removed since then, or has
 * another password. The session before is ended, or, if it is the same
 * person's, renewed: its secret changes, its families go on, and it stays
 * remembered if it was. The tries of the name that was typed are forgiven.
 */
enum err session_open(const struct provider *p, const struct proof *proof,
    const struct session_open_request *q, int64_t now,
    struct session_open_reply *r) MUST_CHECK;

void session_open_reply_wipe(struct session_open_reply *r);

#endif
