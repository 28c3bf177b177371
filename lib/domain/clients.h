/*
 * Changes to apps, as an administrator makes them with the command or at the
 * desk: each with all that follows from it, and with its line of the audit. A
 * site's client is the gate's: nothing here changes one.
 */
#ifndef LK_DOMAIN_CLIENTS_H
#define LK_DOMAIN_CLIENTS_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "store/store.h"

#include <stdbool.h>

/* Whether C has a secret at all. */
bool client_has_secret(const struct client *c);

/* What C, still empty, is without anything said of it. */
void client_begin(struct client *c, enum jwa default_alg, bool is_public);

/* Gives C the usual scope, unless it has one or needs none. ERR_NO_SPACE
 * cannot be. */
enum err client_default_scope(struct client *c) MUST_CHECK;

/* Gives C, of no recipe, the link that its redirect URIs suggest: the front
 * page of the first that is https. */
void client_default_link(struct client *c);

/* Gives C the LEN bytes at ICON, which may be one (domain/icon.h), once C is
 * put; none if LEN is 0. */
void clients_set_icon(
    struct store_txn *t, struct client *c, const uint8_t *icon, size_t len);

/* Puts the new client C: ERR_EXISTS. */
enum err clients_add(
    struct store_txn *t, struct client *c, const struct change *by) MUST_CHECK;

/* The client CLIENT_ID, to be changed: ERR_NOT_FOUND; ERR_UNSUPPORTED: it is a
 * site's. */
enum err clients_get(
    struct store_txn *t, const char *client_id, struct client *c) MUST_CHECK;

/*
 * Gives C, which WAS another before, SECRET if it needs one now, or AS_NEW;
 * what is no longer its own is forgotten. HS256 needs a secret that can be
 * recovered, and what is kept of another client's cannot be: a change to HS256
 * is a change of the secret too. *USED: SECRET was.
 */
enum err client_settle_secret(struct client *c, const struct client *was,
    const char *secret, bool as_new, const struct keyring *k,
    bool *used) MUST_CHECK;

/* Puts C, which WAS another before, with its secret settled as above. An app
 * that an administrator changes does not expire. ERR_UNSUPPORTED: it is what
 * its document says, and not vouched for. */
enum err clients_set(struct store_txn *t, struct client *c,
    const struct client *was, const char *secret, bool as_new,
    const struct keyring *k, const struct change *by, bool *used) MUST_CHECK;

/* C, which is there, becomes the administrator's own: it no longer changes
 * itself, and does not expire. */
void client_vouch(struct client *c);

/* Gives C another secret: the old one is good no more. */
enum err clients_set_secret(struct store_txn *t, struct client *c,
    const char *secret, const struct keyring *k,
    const struct change *by) MUST_CHECK;

/* Removes the client and all that it was granted: as clients_get. */
enum err clients_remove(struct store_txn *t, const char *client_id,
    const struct change *by) MUST_CHECK;

#endif
