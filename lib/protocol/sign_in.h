/*
 * Signing in: a name and a password become a session. Unknown, locked or
 * without a password: the same work, the same answer.
 */
#ifndef LK_PROTOCOL_SIGN_IN_H
#define LK_PROTOCOL_SIGN_IN_H

#include "base/err.h"
#include "domain/device.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

struct sign_in_request {
	const char *name;     /* or e-mail address, as typed */
	const char *password; /* as typed */
	const char *address;  /* REMOTE_ADDR */
	bool remember;        /* stay signed in on this device */
	const struct session_cookie
	    *cookie;                   /* of the session before, or NULL */
	const struct devices *devices; /* what the browser keeps of them */
};

struct sign_in_reply {
	struct session_cookie cookie; /* the new one */
	struct session session;
	struct devices devices; /* what the browser is to keep */
	int64_t wait_s;         /* with ERR_TOO_MANY_REQUESTS */
};

/*
 * OK; ERR_ACCESS_DENIED: name or password is wrong; ERR_TOO_MANY_REQUESTS:
 * nothing was looked at; ERR_BUSY: too many others wait, no try was charged;
 * ERR_TEMPORARILY_UNAVAILABLE: the same for want of memory for the hash.
 * The session before is ended, or, if it is the same person's, renewed: its
 * secret changes, its families go on, and it stays remembered if it was.
 */
enum err sign_in(const struct provider *p, const struct sign_in_request *q,
    int64_t now, struct sign_in_reply *r) MUST_CHECK;

void sign_in_reply_wipe(struct sign_in_reply *r);

#endif
