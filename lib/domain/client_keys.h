/*
 * The public keys of clients that keep them at an address of their own
 * (client.jwks_uri): what was there when it was last asked. Who asks it says so
 * first, here, so that of many that need the keys at once one asks.
 *
 * Keys that were fetched stay until others are: an address that cannot be had
 * locks no client out. A key that the client takes away is good for
 * CLIENT_KEYS_AGE_MAX_S at most.
 */
#ifndef LK_DOMAIN_CLIENT_KEYS_H
#define LK_DOMAIN_CLIENT_KEYS_H

#include "base/err.h"
#include "domain/client.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	CLIENT_KEYS_PROBLEM_CAP = 40,
	CLIENT_KEYS_PAUSE_S = 60,         /* between two times of asking */
	CLIENT_KEYS_ASKING_S = 15,        /* asking takes no longer */
	CLIENT_KEYS_AGE_MAX_S = 6 * 3600, /* older ones are fetched again */
	/* For how long those are kept that no one asks a stranger for. */
	CLIENT_KEYS_STRANGER_S = 30 * 86400
};

struct client_keys {
	char client_id[CLIENT_ID_CAP];
	char jwks_uri[URI_CAP];     /* where they are from */
	char jwks[CLIENT_JWKS_CAP]; /* "": none were ever had */
	int64_t fetched_at;         /* 0: never */
	int64_t asked_at;           /* 0: never */
	bool asking;                /* since then, and has not ended */
	char problem[CLIENT_KEYS_PROBLEM_CAP]; /* of the last time; "": none */
	int64_t expires_at;
};

extern const struct record_type client_keys_record;

/* What is kept of C's keys; nothing, if that is from another address than C's.
 * It fails with the transaction alone. */
enum err client_keys_get(struct store_txn *t, const struct client *c,
    struct client_keys *k) MUST_CHECK;

/* Whether another one asks for K at this moment. */
bool client_keys_are_asked(const struct client_keys *k, int64_t now);
/* Whether they may be asked for: not twice within CLIENT_KEYS_PAUSE_S. */
bool client_keys_may_ask(const struct client_keys *k, int64_t now);
/* Whether they are too old to rely on. */
bool client_keys_are_old(const struct client_keys *k, int64_t now);

/* The caller is about to ask for C's keys: OK, and K is what is kept as yet;
 * ERR_BUSY: it must not (client_keys_may_ask). */
enum err client_keys_begin(struct store_txn *t, const struct client *c,
    int64_t now, struct client_keys *k) MUST_CHECK;

/* What came of it: JWKS, or PROBLEM if that is NULL. K is what is kept now. Of
 * a client that is gone, or is at another address by now, nothing is kept.
 * A line of the audit says that keys have changed. */
enum err client_keys_end(struct store_txn *t, const struct client *c,
    const char *jwks, const char *problem, int64_t now,
    struct client_keys *k) MUST_CHECK;

void client_keys_del(struct store_txn *t, const char *client_id);

/* Calls VISIT with each record until it returns false. */
void client_keys_each(struct store_txn *t, record_visit *visit, void *arg);

#endif
