#include "protocol/account_events.h"

#include "base/str.h"

static bool
collect_event(void *arg, const void *record)
{
	struct account_events *f = arg;

	f->list[f->count++].line = *(const struct audit *)record;
	return f->count < ACCOUNT_EVENTS_MAX;
}

/* An app that is gone keeps its client_id. */
static enum err
name_app(struct store_txn *t, struct account_event *event)
{
	const char *client_id = event->line.client_id;
	struct client c;
	enum err e;

	str_cut(event->app, sizeof event->app, client_id);
	if (client_id[0] == '\0')
		return OK;
	e = client_get(t, client_id, &c);
	if (e == OK)
		str_cut(event->app, sizeof event->app, c.name);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
account_look_at_events(struct store_txn *t, struct account *a, void *arg)
{
	struct account_events *f = arg;
	enum err e = OK;

	f->count = 0;
	audit_newest(t, a->user.user_id, collect_event, f);
	for (size_t i = 0; e == OK && i < f->count; i++)
		e = name_app(t, &f->list[i]);
	return e == OK ? store_failed(t) : e;
}
