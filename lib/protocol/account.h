/*
 * What signed-in people see and change of their own, at pages of ours: each
 * look and each change is one transaction, which finds the session first.
 */
#ifndef LK_PROTOCOL_ACCOUNT_H
#define LK_PROTOCOL_ACCOUNT_H

#include "base/err.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_FRESH_S = 600 };

/* The person who is signed in. */
struct account {
	const struct conf *conf;
	struct session session;
	struct user user;
	bool has_second_factor;
	int64_t now; /* Unix seconds */
};

/* What is done for A in the transaction; a step (store/store.h). */
typedef enum err account_step(
    struct store_txn *t, struct account *a, void *arg);

/* Finds whose session COOKIE (NULL: none came) opens, and looks with STEP
 * (NULL: at no more). ERR_LOGIN_REQUIRED, and A is zeroes: no one is signed in.
 */
enum err account_read(const struct provider *p,
    const struct session_cookie *cookie, int64_t now, account_step *step,
    void *arg, struct account *a) MUST_CHECK;

/* The same in a write transaction, for a change: the session may have ended
 * since the page was looked at. */
enum err account_write(const struct provider *p,
    const struct session_cookie *cookie, int64_t now, account_step *step,
    void *arg, struct account *a) MUST_CHECK;

/* Whether the person has proven who they are in the last ACCOUNT_FRESH_S
 * seconds, by all that a sign-in asks of them now. */
bool account_is_fresh(const struct account *a);

/* Adds a line of the audit: what A's person has done, and FROM where. */
void account_audit(struct store_txn *t, const struct account *a,
    const char *event, const char *client_id, const char *detail,
    const char *from);

/* Copies what a person typed of themselves, without spaces at its ends.
 * ERR_SYNTAX: it is not UTF-8, or has a control character; ERR_NO_SPACE: it is
 * longer than CAP allows. */
enum err account_take_text(
    char *text, size_t cap, const char *typed) MUST_CHECK;

void account_wipe(struct account *a);

#endif
