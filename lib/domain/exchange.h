/*
 * Token exchange (RFC 8693): which APIs a client may call on a person's behalf,
 * with a token that it gets for one that it was called with. The administrator
 * says so, by the client_ids of those APIs (client.exchange_for).
 */
#ifndef LK_DOMAIN_EXCHANGE_H
#define LK_DOMAIN_EXCHANGE_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/resource.h"
#include "domain/user.h"

#include <stdbool.h>

/*
 * The API of those that C may ask for that NAME means, by its client_id or one
 * of its addresses, as `aud` calls it: by that address; by the first if NAME is
 * its client_id, or by that if it has none. ERR_INVALID_TARGET.
 */
enum err exchange_target(struct store_txn *t, const struct client *c,
    const char *name, char aud[static AUDIENCE_CAP],
    struct client *api) MUST_CHECK;

/* Why C must not act for U at AUD, a word list as exchange_target has it:
 * REASON_TARGET_NOT_ALLOWED, REASON_USER_NOT_IN_GROUP; REASON_NONE: it may. */
enum reason exchange_refusal(struct store_txn *t, const struct client *c,
    const char *aud, const struct user *u);

/* The first that C names and that is no client, into UNKNOWN: whether there is
 * one. */
bool exchange_has_unknown(struct store_txn *t, const struct client *c,
    char unknown[static CLIENT_ID_CAP]);

/* No client may ask for CLIENT_ID any more, which is removed: another of that
 * name is not the one that was meant. */
void exchange_forget(struct store_txn *t, const char *client_id);

#endif
