/* What a person has allowed an app, remembered. */
#ifndef LK_DOMAIN_CONSENT_H
#define LK_DOMAIN_CONSENT_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/scope.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdint.h>

struct consent {
	uint8_t user_id[USER_ID_LEN];
	char client_id[CLIENT_ID_CAP];
	char granted[SCOPE_CAP];           /* said yes to */
	char declined[SCOPE_CAP];          /* was asked, unticked */
	char resources[RESOURCE_LIST_CAP]; /* APIs it may use (RFC 8707) */
	int64_t changed_at;
	int64_t created_at; /* when the first answer was given */
};

extern const struct record_type consent_record;

/* The answers may be asked for soon (store_want). */
void consent_want(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const char *client_id);

/* OK or ERR_NOT_FOUND (C zeroed except for its key). What T puts belongs to the
 * answers that there are (store_hold), and so ends with them. */
enum err consent_get(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const char *client_id,
    struct consent *c) MUST_CHECK;

/* Puts C: it replaces earlier answers about the scopes it names; answers
 * about other scopes and about APIs are kept. */
enum err consent_put(struct store_txn *t, const struct consent *c) MUST_CHECK;

/* Calls VISIT for each app that a person was asked about, by its id, until it
 * returns false. */
void consent_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], record_visit *visit, void *arg);

void consent_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id);

/* Removes those that match; how many. A NULL matches all. */
size_t consent_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
