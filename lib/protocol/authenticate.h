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

/*
 * Unknown, locked or without a password: the same work, the same answer.
 * OK; ERR_ACCESS_DENIED: name or password is wrong; ERR_TOO_MANY_REQUESTS:
 * nothing was looked at for *WAIT_S seconds to come; ERR_BUSY: too many others
 * wait, no try was charged; ERR_TEMPORARILY_UNAVAILABLE: the same for want of
 * memory for the hash.
 */
enum err authenticate_password(const struct provider *p,
    const struct password_request *q, int64_t now, struct proof *proof,
    int64_t *wait_s) MUST_CHECK;

#endif
