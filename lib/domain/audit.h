/*
 * What an administrator must be able to read afterwards, kept in the store
 * (`latchkey audit`), each line in the transaction of what it tells.
 */
#ifndef LK_DOMAIN_AUDIT_H
#define LK_DOMAIN_AUDIT_H

#include "base/err.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	AUDIT_LIFETIME_S = 180 * 86400,
	AUDIT_TEXT_CAP = 256,
	AUDIT_ADDRESS_CAP = 64
};

struct audit {
	int64_t at;
	uint32_t number;           /* goes up: those of one second in order */
	char event[40];            /* "refresh_token_reused", "signed_in" */
	char user[AUDIT_TEXT_CAP]; /* sub or name; may be "" */
	char client_id[AUDIT_TEXT_CAP];
	char detail[AUDIT_TEXT_CAP];
	uint8_t user_id[USER_ID_LEN];    /* zeroes: no person is named */
	char by[AUDIT_TEXT_CAP];         /* who did it; "": the person, or the
					  * command */
	char address[AUDIT_ADDRESS_CAP]; /* from where; may be "" */
	int64_t expires_at; /* not in the record: follows from AT */
};

extern const struct record_type audit_record;

/* What a line says. All but EVENT may be NULL; longer values are cut. */
struct audit_line {
	const char *event;
	const char *user;       /* name, or sub: whom it happened to */
	const uint8_t *user_id; /* NULL: whom USER names now */
	const char *client_id;
	const char *detail;
	const char *by;      /* who did it, if it was another person */
	const char *address; /* REMOTE_ADDR */
};

/* A line will be added (store_want). */
void audit_want(struct store_txn *t);

/* Adds a line. */
void audit_write(
    struct store_txn *t, int64_t now, const struct audit_line *line);

/* The same where there is no more to say. */
void audit_add(struct store_txn *t, int64_t now, const char *event,
    const char *user, const char *client_id, const char *detail);

/* A change that an administrator makes: when, and with the desk by which person
 * and from where. The command has neither. */
struct change {
	int64_t now;
	const char *by;      /* a user name */
	const char *address; /* REMOTE_ADDR */
};

/* Adds the line of a change. */
void audit_change(struct store_txn *t, const struct change *c,
    const char *event, const char *user, const char *client_id,
    const char *detail);

/* The number of the line that was added last; 0: none was. */
uint32_t audit_last_number(struct store_txn *t);

/* Oldest first, until VISIT returns false. */
void audit_each(struct store_txn *t, record_visit *visit, void *arg);

/* Newest first, until VISIT returns false: those of a person alone, or all if
 * USER_ID is NULL. It costs what is visited. */
void audit_newest(struct store_txn *t, const uint8_t *user_id,
    record_visit *visit, void *arg);

#endif
