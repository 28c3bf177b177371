/*
 * Changes to people, as an administrator makes them with the command or at the
 * desk: each with all that follows from it, and with its line of the audit.
 */
#ifndef LK_DOMAIN_PEOPLE_H
#define LK_DOMAIN_PEOPLE_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/keyring.h"
#include "domain/password.h"
#include "domain/session.h"
#include "domain/user.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

/* A new person U, who gets an id: ERR_EXISTS as user_add. */
enum err people_add(
    struct store_txn *t, struct user *u, const struct change *c) MUST_CHECK;

/* Puts U with another name, address or groups: ERR_EXISTS as user_put. */
enum err people_set(
    struct store_txn *t, struct user *u, const struct change *c) MUST_CHECK;

/* Gives U another password. A person who knew the old one may have a session or
 * a token: all of them end. */
enum err people_set_password(struct store_txn *t, struct user *u,
    const struct password_hash *h, const struct change *c) MUST_CHECK;

/* Keeps U out: all sessions end, and no browser of theirs is known any more. */
enum err people_lock(
    struct store_txn *t, struct user *u, const struct change *c) MUST_CHECK;

/* Lets U in again; tries to sign in are not slowed down for a while. */
enum err people_unlock(struct store_txn *t, struct user *u,
    const struct keyring *k, const struct change *c) MUST_CHECK;

/* Takes U's second factors and passkeys away, for a person who has lost them
 * and has a password: sessions end as well. */
enum err people_remove_factors(
    struct store_txn *t, struct user *u, const struct change *c) MUST_CHECK;

/* Removes the person NAME and all that is theirs: ERR_NOT_FOUND. */
enum err people_remove(
    struct store_txn *t, const char *name, const struct change *c) MUST_CHECK;

/* Sessions are ended when a browser may be in wrong hands: what it knows of the
 * person is to count for nothing, either. */

/* Ends the session SID: ERR_NOT_FOUND if there is none. */
enum err people_end_session(struct store_txn *t,
    const uint8_t sid[static SID_LEN], const struct change *c) MUST_CHECK;

/* Ends all sessions of U; *COUNT grows by how many. */
enum err people_end_sessions(struct store_txn *t, const struct user *u,
    const struct change *c, size_t *count) MUST_CHECK;

/* The same for everybody. */
enum err people_end_all_sessions(
    struct store_txn *t, const struct change *c, size_t *count) MUST_CHECK;

#endif
