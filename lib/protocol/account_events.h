/* What happened to a person's account of late. */
#ifndef LK_PROTOCOL_ACCOUNT_EVENTS_H
#define LK_PROTOCOL_ACCOUNT_EVENTS_H

#include "domain/audit.h"
#include "domain/client.h"
#include "protocol/account.h"

#include <stddef.h>

enum { ACCOUNT_EVENTS_MAX = 50 };

struct account_event {
	struct audit line;
	char app[CLIENT_NAME_CAP]; /* the name of line.client_id; or "" */
};

struct account_events {
	struct account_event list[ACCOUNT_EVENTS_MAX]; /* newest first */
	size_t count;
};

/* An account_step: ARG is a struct account_events, zeroes at first. It reads
 * no more lines than it gives. */
enum err account_look_at_events(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
