/*
 * Client authentication (RFC 6749 2.3, OAuth 2.1 2.4): client_secret_basic,
 * client_secret_post and none, for every endpoint a client calls.
 */
#ifndef LK_PROTOCOL_CLIENT_AUTH_H
#define LK_PROTOCOL_CLIENT_AUTH_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/keyring.h"
#include "protocol/caller.h"
#include "store/store.h"

#include <stdbool.h>

/* One reading of what was sent. */
struct client_pair {
	char client_id[CLIENT_ID_CAP];
	char secret[CLIENT_SECRET_CAP]; /* "" if none */
};

struct client_auth {
	struct client_pair pair;
	/* Basic credentials are form-encoded first (RFC 6749 2.3.1), but not by
	 * every client: then the raw ones are what was meant. */
	struct client_pair raw;
	bool basic, has_raw;
};

/*
 * Takes the header and the form apart.
 * ERR_INVALID_CLIENT: no or broken credentials; ERR_INVALID_REQUEST: more than
 * one method (RFC 6749 2.3), or client_id said twice and differently.
 */
enum err client_auth_parse(struct client_auth *a, const struct caller *who,
    enum reason *reason) MUST_CHECK;

/* The client, if A proves it to be one: ERR_INVALID_CLIENT otherwise. A public
 * client is taken by its word, and must not send a secret. */
enum err client_auth_check(struct store_txn *t, const struct client_auth *a,
    const struct keyring *k, struct client *c, enum reason *reason) MUST_CHECK;

void client_auth_wipe(struct client_auth *a);

#endif
