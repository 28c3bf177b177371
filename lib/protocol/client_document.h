/*
 * Apps whose client_id is the address of a document that says what they are
 * (OAuth Client ID Metadata Document): looked up, and read by libexec/fetch.
 * Nothing is read before a person has signed in, so that no stranger can make
 * us ask anything; and only addresses of the internet are asked.
 */
#ifndef LK_PROTOCOL_CLIENT_DOCUMENT_H
#define LK_PROTOCOL_CLIENT_DOCUMENT_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/provider.h"

#include <stdint.h>

/*
 * The client CLIENT_ID as an authorization request has it: a registered one, or
 * one that was read from its document not long ago. ERR_NOT_FOUND: it is to be
 * read first (client_document_read), and C says no more than its address and
 * host. Else ERR_INVALID_REQUEST.
 */
enum err client_document_find(const struct provider *p, const char *client_id,
    int64_t now, struct client *c, enum reason *reason) MUST_CHECK;

/* Who is signed in, for whom a document is read: ERR_LOGIN_REQUIRED. */
enum err client_document_reader(const struct provider *p,
    const struct session_cookie *cookie, int64_t now,
    struct user *u) MUST_CHECK;

struct client_document_reply {
	enum reason reason;
	int64_t wait_s; /* with REASON_CLIENT_DOCUMENT_BUSY, if it is known */
	char problem[128]; /* for the log and developers; "" */
};

/*
 * Reads the document at URL, which may be one, for U at ADDRESS. OK: the client
 * is there now. ERR_INVALID_REQUEST, ERR_TEMPORARILY_UNAVAILABLE: R says why it
 * is not.
 */
enum err client_document_read(const struct provider *p, const char *url,
    const struct user *u, const char *address, int64_t now,
    struct client_document_reply *r) MUST_CHECK;

#endif
