/*
 * Logouts that apps are still to be told of (OpenID Connect Back-Channel Logout
 * 1.0). An entry is put in the step that ends the session, so that there is one
 * if and only if it ended; libexec/drain makes a logout token of it, sends
 * that, and removes the entry afterwards: each is sent at least once.
 *
 * Entries are in the order in which they are due. What an app does not take is
 * tried again after 5 seconds, then less and less often, for a day.
 */
#ifndef LK_DOMAIN_LOGOUT_QUEUE_H
#define LK_DOMAIN_LOGOUT_QUEUE_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/session.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LOGOUT_ID_LEN = 8,
	LOGOUT_PROBLEM_CAP = 32,
	LOGOUT_GIVE_UP_S = 86400 /* after so long it is no news any more */
};

struct logout {
	int64_t due_at;
	uint8_t id[LOGOUT_ID_LEN]; /* random, so that two are two */
	char client_id[CLIENT_ID_CAP];
	uint8_t user_id[USER_ID_LEN];
	bool everywhere;      /* all sessions of the person at the app */
	uint8_t sid[SID_LEN]; /* or this one */
	int64_t queued_at;
	uint32_t tries;
	char problem[LOGOUT_PROBLEM_CAP]; /* why the last one failed; or "" */
	int64_t expires_at; /* if nothing takes it out of the queue */
};

extern const struct record_type logout_record;

/* Puts an entry for CLIENT_ID: of the session SID, or of all that the person
 * has there if SID is NULL. */
enum err logout_queue_put(struct store_txn *t, const char *client_id,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *sid,
    int64_t now) MUST_CHECK;

/* Whether anything was put in this process since the last time this was asked:
 * who sends it is then to be started. */
bool logout_queue_was_filled(void);

/* Calls VISIT with each entry, the first due first, until it returns false. */
void logout_queue_each(struct store_txn *t, record_visit *visit, void *arg);

/* When the first one is due; ERR_NOT_FOUND: there is none. */
enum err logout_queue_first(struct store_txn *t, int64_t *due_at) MUST_CHECK;

/* Removes L. */
void logout_queue_del(struct store_txn *t, const struct logout *l);
void logout_queue_del_client(struct store_txn *t, const char *client_id);

/* L was tried and failed, because of PROBLEM: it is due later. ERR_NOT_FOUND:
 * it was tried for a day, and is removed. */
enum err logout_queue_postpone(struct store_txn *t, const struct logout *l,
    const char *problem, int64_t now) MUST_CHECK;

#endif
