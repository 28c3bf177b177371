/* Where a person is signed in: seen, and ended. */
#ifndef LK_PROTOCOL_ACCOUNT_SESSIONS_H
#define LK_PROTOCOL_ACCOUNT_SESSIONS_H

#include "protocol/account.h"

#include <stdbool.h>
#include <stddef.h>

enum { ACCOUNT_SESSIONS_MAX = 100 };

struct account_sessions {
	struct session *list; /* the one that looks first, the rest by use */
	size_t count;
	size_t more; /* so many are left out */
};

/* An account_step: ARG is a struct account_sessions, zeroes at first. */
enum err account_look_at_sessions(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

void account_sessions_free(void *sessions);

/* Which session is to end. */
struct session_ending {
	uint8_t sid[SID_LEN];
	bool all;         /* instead: all but the person's present one */
	const char *from; /* REMOTE_ADDR */
	size_t ended;     /* answered: how many */
};

/*
 * An account_step: ARG is a struct session_ending. A session that is gone, or
 * another person's, counts as ended already. The browsers of those that end are
 * known no more (domain/device.h), nor is any: A->user has to be added to the
 * devices of this one again.
 */
enum err account_end_session(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
