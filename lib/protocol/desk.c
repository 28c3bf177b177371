#include "protocol/desk.h"

#include "base/names.h"

#include <string.h>

bool
desk_admits(const struct user *u)
{
	return !u->locked && names_has(u->groups, DESK_GROUP);
}

struct desk_ctx {
	const struct provider *p;
	const char *address;
	desk_step *step;
	void *arg;
	enum reason *reason;
};

static enum err
admit_and_change(struct store_txn *t, struct account *me, void *arg)
{
	const struct desk_ctx *d = arg;
	const struct desk_change c = {.t = t,
	    .p = d->p,
	    .me = me,
	    .by = {me->now, me->user.name, d->address},
	    .reason = d->reason};

	/* They may have been an administrator when the page was shown. */
	if (!desk_admits(&me->user))
		return refused(REASON_NOT_ADMIN, d->reason);
	return d->step(&c, d->arg);
}

enum err
desk_write(const struct provider *p, const struct session_cookie *cookie,
    const char *address, int64_t now, desk_step *step, void *arg,
    enum reason *reason)
{
	struct desk_ctx d = {.p = p,
	    .address = address,
	    .step = step,
	    .arg = arg,
	    .reason = reason};
	struct account me;
	enum err e;

	*reason = REASON_NONE;
	e = account_write(p, cookie, now, admit_and_change, &d, &me);
	account_wipe(&me);
	return e;
}

static bool
is_same_person(const struct user *a, const struct user *b)
{
	return memcmp(a->user_id, b->user_id, USER_ID_LEN) == 0;
}

enum err
desk_may_shut_out(const struct desk_change *c, const struct user *u)
{
	return is_same_person(&c->me->user, u)
		   ? refused(REASON_OWN_ACCOUNT, c->reason)
		   : OK;
}

struct other_admin {
	const struct user *but;
	bool found;
};

static bool
find_other_admin(void *arg, const void *record)
{
	const struct user *u = record;
	struct other_admin *s = arg;

	s->found = desk_admits(u) && !is_same_person(u, s->but);
	return !s->found;
}

enum err
desk_may_have_groups(
    const struct desk_change *c, const struct user *u, const char *groups)
{
	struct other_admin s = {.but = u};

	if (!desk_admits(u) || names_has(groups, DESK_GROUP))
		return OK;
	user_each(c->t, find_other_admin, &s);
	return s.found ? OK : refused(REASON_LAST_ADMIN, c->reason);
}
