/* The list of access tokens that were revoked: it is short, because a token is
 * on it for no longer than it would have been good. */
#include "domain/revocation.h"
#include "check.h"
#include "fixture.h"

#include <stdio.h>

enum { MANY = 300, LIFE_S = 900 };

struct revoked {
	const char *jti;
	int64_t expires_at;
	bool has;
};

static enum err
revoke_step(struct store_txn *t, void *arg)
{
	const struct revoked *r = arg;

	revocation_put(t, r->jti, r->expires_at);
	return OK;
}

static enum err
look_step(struct store_txn *t, void *arg)
{
	struct revoked *r = arg;

	r->has = revocation_has(t, r->jti);
	return OK;
}

static void
revoke_at(int64_t now, const char *jti)
{
	struct revoked r = {.jti = jti, .expires_at = now + LIFE_S};

	if (store_write(fixture, now, revoke_step, &r) != OK)
		fixture_bail_out("the store failed");
}

static bool
is_revoked(const char *jti)
{
	struct revoked r = {.jti = jti};

	return store_read(fixture, look_step, &r) == OK && r.has;
}

static uint64_t
revoked_count(void)
{
	struct store_figures f;

	return store_measure(fixture, &f) == OK ? f.entries[TABLE_REVOKED]
						: UINT64_MAX;
}

static void
revoke_many(int64_t now, const char *prefix)
{
	char jti[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(jti, sizeof jti, "%s%d", prefix, i);
		revoke_at(now, jti);
	}
}

static void
list(void)
{
	CHECK(!is_revoked("a0") && revoked_count() == 0,
	    "revocation: nothing is on the list at first");
	revoke_many(noon, "a");
	revoke_many(noon + 1, "a");
	CHECK(revoked_count() == MANY && is_revoked("a0") && is_revoked("a299"),
	    "revocation: a token that is revoked twice is on it once");
	CHECK(!is_revoked("a") && !is_revoked("") && !is_revoked("a00"),
	    "revocation: a part of a jti is another one");
	revoke_many(noon + LIFE_S + 2, "b");
	CHECK(revoked_count() == MANY && !is_revoked("a0") && is_revoked("b0"),
	    "revocation: each that is put makes room by what has expired");
}

int
main(void)
{
	fixture_open();
	list();
	return check_done();
}
