/*
 * Which apps a session has signed its person in to, of those that are to be
 * told when it ends (Back-Channel Logout 1.0, Front-Channel Logout 1.0). A
 * family does not say that: an app without refresh tokens keeps a session of
 * its own long after its access token. Apps that hear of no logout have no
 * record.
 *
 * A record stays until the session could not live any longer, also when it is
 * no longer used: an app that has forgotten nothing is to be told when its
 * person is locked out.
 */
#ifndef LK_DOMAIN_SESSION_CLIENT_H
#define LK_DOMAIN_SESSION_CLIENT_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/session.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdint.h>

struct session_client {
	uint8_t user_id[USER_ID_LEN];
	uint8_t sid[SID_LEN];
	char client_id[CLIENT_ID_CAP];
	int64_t expires_at;
};

extern const struct record_type session_client_record;

/* Notes that the session SID has signed its person in to CLIENT, if that one is
 * to be told of its end. */
enum err session_client_note(struct store_txn *t,
    const uint8_t sid[static SID_LEN], const struct client *client,
    int64_t now) MUST_CHECK;

/* That may be asked for soon (store_want). */
void session_client_want(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN], const char *client_id);

/* Calls VISIT with each record of the session SID (NULL: of all) of a person,
 * until it returns false. */
void session_client_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *sid,
    record_visit *visit, void *arg);

/* Removes those of a session, all of a person except those of KEEP (may be
 * NULL), all of a client. */
void session_client_del(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN]);
void session_client_del_all(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *keep);
void session_client_del_client(struct store_txn *t, const char *client_id);

#endif
