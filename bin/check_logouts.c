/* Logouts that apps are to be told of: which apps do not take them. */
#include "check.h"

#include "base/str.h"
#include "domain/logout_queue.h"

#include <string.h>

enum { APPS_MAX = 32, WAITS_TOO_LONG_S = 900 };

/* What waits for one app. */
struct waiting_app {
	char client_id[CLIENT_ID_CAP];
	char problem[LOGOUT_PROBLEM_CAP];
	unsigned count;
	int64_t since;
	bool tried;
};

struct waiting_apps {
	struct waiting_app list[APPS_MAX];
	size_t count;
	int64_t now;
};

static struct waiting_app *
app_that_waits(struct waiting_apps *apps, const char *client_id)
{
	struct waiting_app *a = apps->list;

	for (size_t i = 0; i < apps->count; i++)
		if (str_equal(apps->list[i].client_id, client_id))
			return &apps->list[i];
	if (apps->count == APPS_MAX)
		return NULL;
	a = &apps->list[apps->count++];
	*a = (struct waiting_app){.since = apps->now};
	str_cut(a->client_id, sizeof a->client_id, client_id);
	return a;
}

static bool
count_logout(void *arg, const void *record)
{
	const struct logout *l = record;
	struct waiting_apps *apps = arg;
	struct waiting_app *a;

	if (l->tries == 0 && l->due_at + WAITS_TOO_LONG_S > apps->now)
		return true;
	a = app_that_waits(apps, l->client_id);
	if (a == NULL)
		return false;
	a->count++;
	if (l->queued_at < a->since)
		a->since = l->queued_at;
	if (l->tries > 0) {
		a->tried = true;
		str_cut(a->problem, sizeof a->problem, l->problem);
	}
	return true;
}

static enum err
count_logouts_step(struct store_txn *t, void *arg)
{
	struct waiting_apps *apps = arg;

	apps->count = 0;
	logout_queue_each(t, count_logout, apps);
	return store_failed(t);
}

void
check_logouts(struct check_run *c)
{
	static const struct check_advice deaf = {
	    "people who signed out may still be signed in at the app",
	    "look whether the app runs, and whether its address for logouts is "
	    "right: latchkey client show. drain(8) says what the words mean"};
	static const struct check_advice idle = {
	    "people who signed out may still be signed in at the app",
	    "see what drain(8) says in the log; libexec/drain and "
	    "libexec/fetch must be beside the programs"};
	struct waiting_apps apps = {.now = c->a->now};

	if (store_read(c->a->store, count_logouts_step, &apps) != OK)
		return; /* check_store says what is wrong */
	for (size_t i = 0; i < apps.count; i++) {
		const struct waiting_app *a = &apps.list[i];

		check_found(c, CHECK_WARNING, a->tried ? &deaf : &idle,
		    "app %s was not told of %u logout%s, since %lld "
		    "minutes%s%s",
		    a->client_id, a->count, a->count == 1 ? "" : "s",
		    (long long)(c->a->now - a->since) / 60,
		    a->tried ? ": " : "", a->problem);
	}
}
