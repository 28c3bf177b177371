/*
 * Client authentication (RFC 6749 2.3, OAuth 2.1 2.4), for every endpoint a
 * client calls. Four steps, so that nothing slow is done in a transaction and
 * nothing is used up for a request that is refused:
 *
 *	parse		what was sent, without the store
 *	find		the client that it names, in a read transaction
 *	prove		that it comes from that client, in no transaction
 *	remember	what is good only once, in the write transaction
 *
 * The ways to authenticate are in auth_way.h.
 */
#ifndef LK_PROTOCOL_CLIENT_AUTH_H
#define LK_PROTOCOL_CLIENT_AUTH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "protocol/caller.h"
#include "protocol/provider.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* What was sent, and in which way. */
struct client_auth {
	const struct auth_way *way;
	char client_id[CLIENT_ID_CAP];
	char secret[CLIENT_SECRET_CAP]; /* "" if none */
	/* Basic credentials are form-encoded first (RFC 6749 2.3.1), but not by
	 * every client: then the raw one is what was meant. */
	char raw_secret[CLIENT_SECRET_CAP];

	const struct caller *who; /* who sent it */
	const char *assertion;    /* borrowed from the form; NULL: none */
	uint8_t once[HASH_LEN];   /* what is to be remembered */
	int64_t expires_at;       /* until when */
};

/* ERR_INVALID_CLIENT: no or broken credentials; ERR_INVALID_REQUEST: more than
 * one way (RFC 6749 2.3), or client_id said twice and differently. */
enum err client_auth_parse(struct client_auth *a, const struct caller *who,
    enum reason *reason) MUST_CHECK;
void client_auth_wipe(struct client_auth *a);

/* The client, which need not have sent this: ERR_INVALID_CLIENT if there is
 * none, or it is not registered for this way. */
enum err client_auth_find(struct store_txn *t, const struct client_auth *a,
    struct client *c, enum reason *reason) MUST_CHECK;

/* OK or ERR_INVALID_CLIENT. Until it is OK, nothing but its refusal may be
 * told. A public client is taken by its word, and must not send a secret. */
enum err client_auth_prove(const struct client_auth *a,
    const struct provider *p, const struct client *c, int64_t now,
    enum reason *reason) MUST_CHECK;

/* Whether there is something to remember. */
bool client_auth_is_once(const struct client_auth *a);

/* OK, or ERR_INVALID_CLIENT: it was used before. */
enum err client_auth_remember(struct store_txn *t, const struct client_auth *a,
    enum reason *reason) MUST_CHECK;

/* The same in a transaction of its own, for who writes nothing else. Without
 * anything to remember the store is not asked. */
enum err client_auth_remember_alone(const struct client_auth *a,
    const struct provider *p, int64_t now, enum reason *reason) MUST_CHECK;

/* A public client's id is known to all, so that anyone can ask for what is a
 * record each time: WHAT, of which A's network may have so many. OK, also for
 * every other client, or the error of TOO_MANY, which is then *REASON. */
enum err client_auth_charge(struct store_txn *t, const struct client_auth *a,
    const struct client *c, const struct keyring *k, const char *what,
    enum reason too_many, int64_t now, enum reason *reason) MUST_CHECK;

/* The names of all ways, for discovery: words; those of confidential clients
 * alone, or all; by certificates only where P has a place for them. */
void client_auth_names(
    struct buf *words, const struct provider *p, bool confidential);

#endif
