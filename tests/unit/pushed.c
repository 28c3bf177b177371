/* How many requests of a client wait at a time: one that no one vouches for
 * pushes out its own, and no one else's. */
#include "domain/pushed.h"
#include "check.h"
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static struct keyring keys;

struct push {
	struct client client;
	struct pushed pushed;
	int64_t now;
};

static enum err
push_step(struct store_txn *t, void *arg)
{
	struct push *p = arg;
	enum err e = pushed_begin(&p->pushed, "scope=openid", p->now, &keys);

	if (e == OK)
		e = pushed_issue(t, &p->pushed, p->now);
	if (e == OK)
		pushed_bound(t, &p->client, &p->pushed, p->now);
	return e;
}

static enum err
look_step(struct store_txn *t, void *arg)
{
	struct push *p = arg;
	const struct pushed_presented by = {
	    .id = p->pushed.id, .client_id = p->pushed.client_id};
	enum reason reason;

	return pushed_get(t, &by, p->now, &p->pushed, &reason);
}

/* COUNT requests, of which the first is kept in FIRST, the last in P. */
static void
push_many(struct push *p, struct push *first, const char *client_id,
    enum client_source source, enum auth_method method, int count)
{
	memset(p, 0, sizeof *p);
	snprintf(
	    p->client.client_id, sizeof p->client.client_id, "%s", client_id);
	snprintf(
	    p->pushed.client_id, sizeof p->pushed.client_id, "%s", client_id);
	p->client.source = source;
	p->client.auth_method = method;
	for (int n = 0; n < count; n++) {
		p->now = noon + (n > 0);
		if (store_write(fixture, p->now, push_step, p) != OK)
			fixture_bail_out("the store failed");
		if (n == 0)
			*first = *p;
	}
}

static bool
is_there(struct push *p)
{
	return store_read(fixture, look_step, p) == OK;
}

int
main(void)
{
	static struct push p, first, theirs;
	const int most = PUSHED_OF_STRANGER_MAX;

	fixture_open();
	push_many(&p, &theirs, "theirs", CLIENT_OF_ADMINISTRATOR,
	    AUTH_CLIENT_SECRET, 1);
	push_many(&p, &first, "app", CLIENT_OF_REGISTRATION, AUTH_CLIENT_SECRET,
	    most);
	CHECK(is_there(&p) && is_there(&first),
	    "pushed: a stranger has so many at a time");
	push_many(&p, &first, "app-2", CLIENT_OF_REGISTRATION,
	    AUTH_PRIVATE_KEY_JWT, most + 1);
	CHECK(is_there(&p) && !is_there(&first),
	    "pushed: one more pushes out the stranger's oldest");
	CHECK(is_there(&theirs), "pushed: and no one else's");
	push_many(
	    &p, &first, "public", CLIENT_OF_REGISTRATION, AUTH_NONE, most + 1);
	CHECK(is_there(&p) && is_there(&first),
	    "pushed: what anyone may push in a client's name pushes out none");
	push_many(&p, &first, "ours", CLIENT_OF_ADMINISTRATOR,
	    AUTH_CLIENT_SECRET, most + 1);
	CHECK(is_there(&p) && is_there(&first),
	    "pushed: a client of the administrator's has as many as it likes");
	return check_done();
}
