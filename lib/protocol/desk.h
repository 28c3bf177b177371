/*
 * What administrators change at the desk: who may, and what none of them can do
 * by mistake. Each change is one transaction, which looks again at who makes
 * it, and its line of the audit says who and from where.
 */
#ifndef LK_PROTOCOL_DESK_H
#define LK_PROTOCOL_DESK_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/audit.h"
#include "protocol/account.h"

#include <stdbool.h>

#define DESK_GROUP "admins"

/* Whether U is an administrator. */
bool desk_admits(const struct user *u);

/* A change in an open write transaction. ME is the administrator. */
struct desk_change {
	struct store_txn *t;
	const struct provider *p;
	const struct account *me;
	struct change by;
	enum reason *reason; /* of a refusal */
};

typedef enum err desk_step(const struct desk_change *c, void *arg);

/* Runs STEP for the administrator whose session COOKIE opens, at ADDRESS:
 * ERR_LOGIN_REQUIRED; ERR_FORBIDDEN (REASON_NOT_ADMIN); what STEP answers. */
enum err desk_write(const struct provider *p,
    const struct session_cookie *cookie, const char *address, int64_t now,
    desk_step *step, void *arg, enum reason *reason) MUST_CHECK;

/* Whether U may be locked or removed: ERR_FORBIDDEN (REASON_OWN_ACCOUNT). */
enum err desk_may_shut_out(
    const struct desk_change *c, const struct user *u) MUST_CHECK;

/* Whether U may have GROUPS: ERR_FORBIDDEN (REASON_LAST_ADMIN) if no one would
 * be an administrator any more. */
enum err desk_may_have_groups(const struct desk_change *c, const struct user *u,
    const char *groups) MUST_CHECK;

#endif
