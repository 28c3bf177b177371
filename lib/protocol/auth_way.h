/*
 * A way for clients to authenticate: a file auth_*.c, which defines it, and its
 * place in the table in client_auth.c.
 */
#ifndef LK_PROTOCOL_AUTH_WAY_H
#define LK_PROTOCOL_AUTH_WAY_H

#include "protocol/client_auth.h"

struct auth_way {
	const char *name;        /* in RFC 7591 2 and in discovery */
	enum auth_method method; /* of clients that may use it */

	/* Fills A in from what WHO sent; ERR_NOT_FOUND: not in this way. NULL:
	 * nothing is sent, so that only the client's record tells. */
	enum err (*parse)(struct client_auth *a, const struct caller *who,
	    enum reason *reason);
	/* NULL: nothing is proved. */
	enum err (*prove)(const struct client_auth *a, const struct provider *p,
	    const struct client *c, int64_t now, enum reason *reason);
	/* NULL: nothing is to be remembered. */
	enum err (*remember)(struct store_txn *t, const struct client_auth *a,
	    enum reason *reason);
};

#endif
