#include "interaction/reset_notice.h"

#include "web/date.h"

void
reset_notice_put(struct interaction *i, struct json_build *b)
{
	const struct account *a = &own_state(i)->account;
	int64_t at = a->user.reset_at;

	/* The session that the link opened was told by the link's page. */
	bool due = at != 0 && a->session.auth_time > at;

	json_put_bool(b, "was_reset", due);
	date_put(b, "reset_at", due ? at : 0, &i->call->page);
}

static enum err
forget_reset_step(struct store_txn *t, struct account *a, void *arg)
{
	(void)arg;
	a->user.reset_at = 0;
	return user_put(t, &a->user, a->user.changed_at);
}

void
reset_notice_seen(struct interaction *i, const struct form *posted)
{
	struct call *c = i->call;
	struct account a;
	enum err e = account_write(
	    c->provider, i->cookie, c->now, forget_reset_step, NULL, &a);

	(void)posted;
	account_wipe(&a);
	if (e == OK)
		own_page_done(i, own_state(i)->page->path, NULL);
	else
		own_page_refuse(i, e, REASON_NONE);
}
