/*
 * Sessions that end before their time: by a logout, on the account page, by an
 * administrator, with a password or a passkey. In each of these ways all the
 * apps that the session signed its person in to are to be told, and what tells
 * them is put into the queue in the same step (domain/logout_queue.h). It is
 * what programs call; session.c removes its own records alone.
 */
#ifndef LK_DOMAIN_SESSION_END_H
#define LK_DOMAIN_SESSION_END_H

#include "domain/session.h"
#include "domain/user.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Ends one, if it is there. */
void session_end(
    struct store_txn *t, const uint8_t sid[static SID_LEN], int64_t now);

/* Ends those sessions of a person that the passkey of HASH opened, except KEEP
 * (may be NULL); how many. */
size_t session_end_of_passkey(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], const uint8_t *keep, int64_t now);

/* Ends all sessions of a person but KEEP (may be NULL); how many. Apps are told
 * also of those that were over because they were not used. */
size_t session_end_all(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *keep,
    int64_t now);

/* The person has taken back what they allowed the app: it is told that they
 * are signed out of it everywhere, if it has had a session of theirs. */
void session_end_at_client(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const char *client_id,
    int64_t now);

#endif
