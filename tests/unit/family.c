/*
 * Refresh-token families in the store: what else a refresh asks beside the
 * rule (family_search.c).
 */
#include "domain/family.h"

#include "base/reason.h"
#include "check.h"
#include "domain/audit.h"
#include "family_fixture.h"

#include <string.h>

static bool
was_refused(enum err e, enum err wanted, enum reason wanted_reason)
{
	return e == wanted && reason == wanted_reason;
}

/* --- the rule, kept ------------------------------------------------------ */

static bool
count_theft(void *arg, const void *record)
{
	const struct audit *a = record;
	*(int *)arg += str_equal(a->event, "refresh_token_reused");
	return true;
}

static enum err
rotation(struct store_txn *t, void *arg)
{
	int thefts = 0;

	(void)arg;
	begin(t, true);
	CHECK(refresh(t, 1, noon) == 2 && refresh(t, 2, noon + 1) == 3,
	    "family: each token gives its successor");
	CHECK(refresh(t, 2, noon + 2) == 3 && refresh(t, 2, noon + 31) == 3,
	    "family: in the window it gives the same one again");
	CHECK(refresh(t, 2, noon + 32) == 4, "family: after it another");
	audit_each(t, count_theft, &thefts);
	CHECK(lives(t, noon + 40) && thefts == 0, "family: all that is honest");
	CHECK(refresh(t, 3, noon + 40) == 0 &&
		  reason == REASON_REFRESH_TOKEN_REUSED && !lives(t, noon + 40),
	    "family: an older token ends it");
	audit_each(t, count_theft, &thefts);
	CHECK(thefts == 1, "family: and an administrator can read of it");
	CHECK(refresh(t, 4, noon + 40) == 0 && reason == REASON_FAMILY_ENDED,
	    "family: then none of its tokens works");
	return OK;
}

/* What a client has of its own goes before the settings, either way. */
static enum err
retries(struct store_txn *t, void *arg)
{
	const struct rotation_rule usual = {GRACE, false},
				   without = {GRACE, true};

	(void)arg;
	client.refresh_retry = RETRY_THEFT;
	if (client_put(t, &client, noon) != OK)
		fixture_bail_out("a client");
	CHECK(rotation_rule_for(&client, &usual).retry_is_theft &&
		  rotation_rule_for(&client, &usual).grace_s == GRACE,
	    "family: a client's own refresh_retry goes before the settings'");
	begin(t, true);
	CHECK(refresh(t, 1, noon) == 2 && refresh(t, 1, noon + GRACE) == 2,
	    "family: with it a late arrival is as good as ever");
	CHECK(refresh(t, 1, noon + GRACE + 1) == 0 &&
		  reason == REASON_REFRESH_TOKEN_REUSED &&
		  !lives(t, noon + GRACE + 1),
	    "family: and no successor is given instead: that is theft");
	client.refresh_retry = RETRY_INSTEAD;
	CHECK(!rotation_rule_for(&client, &without).retry_is_theft,
	    "family: so does one that is milder");
	client.refresh_retry = RETRY_DEFAULT;
	CHECK(rotation_rule_for(&client, &without).retry_is_theft &&
		  !rotation_rule_for(&client, &usual).retry_is_theft,
	    "family: without one the settings' holds");
	return client_put(t, &client, noon);
}

/* Ten requests that were sent with tokens which were good then. */
static enum err
overtaken(struct store_txn *t, void *arg)
{
	bool present = true;

	(void)arg;
	begin(t, true);
	for (uint64_t g = 1; g <= 10; g++)
		refresh(t, g, noon + 2 * (int64_t)g);
	for (uint64_t g = 10; g >= 1; g--)
		present &= refresh(t, g, noon + 20 + GRACE) == 11;
	CHECK(
	    present && lives(t, noon + 100) && refresh(t, 11, noon + 100) == 12,
	    "family: a token used in the window that arrives late gives the "
	    "present successor");
	CHECK(refresh(t, 1, noon + 101) == 0 && !lives(t, noon + 101),
	    "family: and later it is theft");
	return OK;
}

static enum err
old_tokens(struct store_txn *t, void *arg)
{
	bool ended = true;
	int64_t now = noon;

	(void)arg;
	for (uint64_t old = 0; old < 100; old++) {
		begin(t, true);
		for (uint64_t g = 1; g < 102; g++)
			refresh(t, g, now = noon + APART * (int64_t)g);
		ended &= refresh(t, old, now) == 0 && !lives(t, noon);
	}
	CHECK(ended, "family: every older token is recognised, however old");
	begin(t, true);
	CHECK(refresh(t, 2, noon) == 0 && !lives(t, noon),
	    "family: so is one that was never issued");
	return OK;
}

/* --- what it lives by ---------------------------------------------------- */

static enum err
lifetime(struct store_txn *t, void *arg)
{
	struct family f;

	(void)arg;
	begin(t, true);
	CHECK(lives(t, noon + IDLE - 1) && !lives(t, noon + IDLE) &&
		  refresh(t, 1, noon + IDLE) == 0 &&
		  reason == REASON_FAMILY_ENDED,
	    "family: unused it dies when its idle time is over");
	CHECK(refresh(t, 1, noon + IDLE - 1) == 2 &&
		  lives(t, noon + 2 * IDLE - 2) && !lives(t, noon + 2 * IDLE),
	    "family: used it lives on");
	CHECK(refresh(t, 2, noon + 2 * IDLE - 2) == 3 &&
		  refresh(t, 3, noon + ABSOLUTE - 1) == 4 &&
		  family_get(t, family.family_id, noon + ABSOLUTE - 1, &f) ==
		      OK &&
		  f.expires_at == noon + ABSOLUTE && !lives(t, noon + ABSOLUTE),
	    "family: but never beyond its absolute end");
	family = (struct family){.client_id = "app"};
	CHECK(family_begin(t, &family, &lifetimes, noon) == OK &&
		  lives(t, noon + 899) && !lives(t, noon + 900),
	    "family: one without refresh tokens lives as long as its access "
	    "token");
	return OK;
}

/* Something that ended, and a refresh by it. */
static void
loses(struct store_txn *t, enum reason wanted_reason, const char *text)
{
	struct family f;
	struct client c;
	struct user u;

	CHECK(refresh(t, 1, noon) == 0 && reason == wanted_reason &&
		  lives(t, noon) &&
		  family_require(t, family.family_id, noon, &f, &c, &u) ==
		      ERR_NOT_FOUND,
	    text);
}

static enum err
prerequisites(struct store_txn *t, void *arg)
{
	struct family f;
	struct client c;
	struct user u;

	(void)arg;
	begin(t, false);
	CHECK(family_require(t, family.family_id, noon, &f, &c, &u) == OK &&
		  str_equal(c.client_id, "app") && str_equal(u.name, "alice"),
	    "family: its prerequisites are found with it");
	session_drop(t, session.sid);
	loses(t, REASON_SESSION_ENDED, "family: it ends with its session");
	begin(t, true);
	CHECK(family_require(t, family.family_id, noon, &f, &c, &u) == OK,
	    "family: with offline_access it outlives its session");

	alice.locked = true;
	if (user_put(t, &alice, noon) != OK)
		fixture_bail_out("a person");
	loses(t, REASON_USER_DISABLED,
	    "family: of a locked person it is refused");
	alice.locked = false;
	if (user_put(t, &alice, noon) != OK ||
	    str_copy(client.groups, GROUPS_CAP, "staff") != OK ||
	    client_put(t, &client, noon) != OK)
		fixture_bail_out("a client");
	loses(t, REASON_USER_NOT_IN_GROUP,
	    "family: of a person no longer admitted it is refused");
	client.groups[0] = '\0';
	if (client_put(t, &client, noon) != OK)
		fixture_bail_out("a client");
	CHECK(refresh(t, 1, noon) == 2,
	    "family: none of these refusals used up the token");
	return OK;
}

/* --- who asks, and for what ---------------------------------------------- */

static enum err
askers(struct store_txn *t, void *arg)
{
	struct client stranger = {.client_id = "other"};
	struct refresh_presented other = {.client = &stranger},
				 wider = {.scope = "openid profile"},
				 narrower = {.scope = "email"},
				 cookie = {.cookie = true};
	struct family f;

	(void)arg;
	begin(t, true);
	CHECK(was_refused(present(t, &other, 1, noon, &f), ERR_INVALID_GRANT,
		  REASON_CLIENT_MISMATCH) &&
		  was_refused(present(t, &other, 0, noon, &f),
		      ERR_INVALID_GRANT, REASON_CLIENT_MISMATCH) &&
		  lives(t, noon),
	    "family: another client's attempt is refused and harms nothing");
	CHECK(was_refused(present(t, &wider, 1, noon, &f), ERR_INVALID_SCOPE,
		  REASON_SCOPE_WIDENED),
	    "family: its scope never widens (RFC 6749 6)");
	CHECK(was_refused(present(t, &cookie, 1, noon, &f), ERR_INVALID_GRANT,
		  REASON_COOKIE_MISMATCH),
	    "family: a token that does not live in a cookie is not taken from "
	    "one");
	CHECK(present(t, &narrower, 1, noon, &f) == OK && f.current == 2 &&
		  str_equal(f.scope, "openid email") &&
		  family_get(t, family.family_id, noon, &f) == OK &&
		  str_equal(f.scope, "openid email"),
	    "family: asked for less, it keeps its whole scope");
	CHECK(was_refused(present(t, &wider, 0, noon, &f), ERR_INVALID_GRANT,
		  REASON_REFRESH_TOKEN_REUSED) &&
		  !lives(t, noon),
	    "family: theft is theft, even if more is wrong with it");
	return OK;
}

static enum err
ends(struct store_txn *t, void *arg)
{
	uint8_t someone[USER_ID_LEN] = {9};

	(void)arg;
	begin(t, true);
	CHECK(family_end_all(t, someone, NULL) == 0 &&
		  family_end_all(t, NULL, "other") == 0 &&
		  family_end_all(t, alice.user_id, "other") == 0 &&
		  lives(t, noon),
	    "family: ending those of others leaves it");
	CHECK(family_end_all(t, alice.user_id, "app") >= 1 && !lives(t, noon),
	    "family: ending those of its person and client ends it");
	begin(t, true);
	family_end(t, family.family_id);
	family_end(t, family.family_id);
	CHECK(!lives(t, noon) && store_failed(t) == OK,
	    "family: it may be ended twice");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(settle_in, NULL);
	in_store(rotation, NULL);
	in_store(retries, NULL);
	in_store(overtaken, NULL);
	in_store(old_tokens, NULL);
	in_store(lifetime, NULL);
	in_store(askers, NULL);
	in_store(ends, NULL);
	in_store(prerequisites, NULL);
	CHECK(looks_agree,
	    "family: a look refuses what the refresh would, in the same words, "
	    "and nothing else");
	return check_done();
}
