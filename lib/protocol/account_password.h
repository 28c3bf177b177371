/* A person gives themselves another password. */
#ifndef LK_PROTOCOL_ACCOUNT_PASSWORD_H
#define LK_PROTOCOL_ACCOUNT_PASSWORD_H

#include "domain/device.h"
#include "protocol/account.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct password_change_request {
	const struct session_cookie *cookie;
	const char *old;      /* as typed; of a person who has one */
	const char *password; /* the new one, as typed: it has no flaw */
	bool everywhere;      /* ends the other sessions, and what apps have
			       * from them */
	const char *from;     /* REMOTE_ADDR */
	const struct devices *devices; /* what the browser keeps of them */
};

struct password_change_reply {
	struct devices devices; /* what the browser is to keep */
	struct session session; /* its own goes on, with another cookie */
	struct session_cookie cookie;
	int64_t wait_s;    /* of ERR_TOO_MANY_REQUESTS */
	const char *cause; /* that the old one did not do, or NULL
			    * (protocol/authenticate.h) */
	size_t ended;      /* sessions */
};

/*
 * OK; ERR_ACCESS_DENIED: the old password is wrong, or has changed since;
 * ERR_LOGIN_REQUIRED: no one is signed in; ERR_TOO_MANY_REQUESTS, ERR_BUSY,
 * ERR_TEMPORARILY_UNAVAILABLE as authenticate_password. No other browser is
 * known any more (domain/device.h).
 */
enum err account_change_password(const struct provider *p,
    const struct password_change_request *q, int64_t now,
    struct password_change_reply *r) MUST_CHECK;

void password_change_reply_wipe(struct password_change_reply *r);

#endif
