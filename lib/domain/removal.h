/*
 * What deleting one thing ends. Each module removes its own records
 * (user_drop, family_end_all, ...) and knows none that depend on them; this one
 * is above them all and knows which go together. It is what programs call.
 */
#ifndef LK_DOMAIN_REMOVAL_H
#define LK_DOMAIN_REMOVAL_H

#include "base/err.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Each: OK, or ERR_NOT_FOUND and nothing has changed. */

/* The person, their sessions, families, codes, consents, app passwords and
 * second factors, passkeys included. */
enum err remove_user(
    struct store_txn *t, const char *name, int64_t now) MUST_CHECK;

/* The client, its families, codes and consents, and what it was still to be
 * told. */
enum err remove_client(struct store_txn *t, const char *client_id) MUST_CHECK;

/* The site, its app passwords, and its client as above. */
enum err remove_site(struct store_txn *t, const char *origin) MUST_CHECK;

/* Ends the families that match, and the codes, which would begin new ones; a
 * NULL matches all. Returns how many families. */
size_t remove_families(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
