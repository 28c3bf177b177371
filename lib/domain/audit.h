/*
 * What an administrator must be able to read afterwards, kept in the store
 * (`latchkey audit`), each line in the transaction of what it tells.
 */
#ifndef LK_DOMAIN_AUDIT_H
#define LK_DOMAIN_AUDIT_H

#include "base/err.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { AUDIT_LIFETIME_S = 180 * 86400, AUDIT_TEXT_CAP = 256 };

struct audit {
	int64_t at;
	uint32_t number;           /* goes up: those of one second in order */
	char event[40];            /* "refresh_token_reused", "signed_in" */
	char user[AUDIT_TEXT_CAP]; /* sub or name; may be "" */
	char client_id[AUDIT_TEXT_CAP];
	char detail[AUDIT_TEXT_CAP];
	int64_t expires_at; /* not in the record: follows from AT */
};

extern const struct record_type audit_record;

/* Adds a line; a NULL is "". Longer values are cut. */
void audit_add(struct store_txn *t, int64_t now, const char *event,
    const char *user, const char *client_id, const char *detail);

/* Oldest first, until VISIT returns false. */
void audit_each(struct store_txn *t, record_visit *visit, void *arg);

#endif
