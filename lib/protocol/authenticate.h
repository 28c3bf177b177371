/*
 * Who a person is: one function for each method. It gives a proof, which the
 * next step may want more of, or session_open (protocol/session_open.h).
 */
#ifndef LK_PROTOCOL_AUTHENTICATE_H
#define LK_PROTOCOL_AUTHENTICATE_H

#include "base/err.h"
#include "domain/device.h"
#include "protocol/proof.h"
#include "protocol/provider.h"

#include <stdint.h>

struct password_request {
	const char *name;              /* or e-mail address, as typed */
	const char *password;          /* as typed */
	const char *address;           /* REMOTE_ADDR */
	const struct devices *devices; /* what the browser keeps of them */
};

/* Why a password did not do: for the log and the administrator, never for who
 * typed it. */
#define SIGN_IN_WRONG_PASSWORD "wrong_password"
#define SIGN_IN_UNKNOWN_USER "unknown_user"
#define SIGN_IN_NO_PASSWORD "no_password"
#define SIGN_IN_LOCKED "locked"
#define SIGN_IN_THROTTLED "throttled"
#define SIGN_IN_FACTOR "factor" /* the password did; the second factor not */

struct password_reply {
	int64_t wait_s;           /* before the next try */
	const char *cause;        /* SIGN_IN_...; NULL: none of these */
	char user[USER_NAME_CAP]; /* whose password it was; "": no one's */
};

/*
 * Unknown, locked or without a password: the same work, the same answer.
 * OK; ERR_ACCESS_DENIED: name or password is wrong; ERR_TOO_MANY_REQUESTS:
 * nothing was looked at for R->wait_s seconds to come; ERR_BUSY: too many
 * others wait, no try was charged; ERR_TEMPORARILY_UNAVAILABLE: the same for
 * want of memory for the hash. R is filled in always.
 */
enum err authenticate_password(const struct provider *p,
    const struct password_request *q, int64_t now, struct proof *proof,
    struct password_reply *r) MUST_CHECK;

#endif
