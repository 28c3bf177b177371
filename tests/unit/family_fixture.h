/*
 * A client, a person signed in to it, and a refresh-token family of theirs, for
 * tests of families.
 */
#ifndef LK_TESTS_FAMILY_FIXTURE_H
#define LK_TESTS_FAMILY_FIXTURE_H

#include "base/reason.h"
#include "base/str.h"
#include "domain/family.h"
#include "fixture.h"

#include <string.h>

enum { IDLE = 3600, ABSOLUTE = 10000, GRACE = 30, APART = 3 * GRACE + 1 };

static const struct family_lifetimes lifetimes = {
    900, IDLE, ABSOLUTE, {GRACE, false}};

static struct client client = {.client_id = "app",
    .name = "App",
    .redirect_uris = "https://app.example.org/cb",
    .grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN};
static struct user alice = {.name = "alice", .groups = "family"};
static struct session session;
static struct family family;
static enum reason reason;

static inline enum err
settle_in(struct store_txn *t, void *arg)
{
	struct session_cookie cookie;

	(void)arg;
	if (client_add(t, &client, noon) != OK || user_add(t, &alice, noon))
		store_fail(t, ERR_IO);
	session_make(&session, &cookie, NULL, alice.user_id, "pwd",
	    &(struct session_lifetimes){10 * ABSOLUTE, 10 * ABSOLUTE}, false,
	    noon);
	return session_put(t, &session);
}

static inline void
begin(struct store_txn *t, bool offline)
{
	family = (struct family){.client_id = "app",
	    .scope = "openid email",
	    .refreshable = true,
	    .offline = offline};
	random_bytes(family.family_id, FAMILY_ID_LEN);
	memcpy(family.user_id, alice.user_id, USER_ID_LEN);
	memcpy(family.sid, session.sid, SID_LEN);
	if (family_begin(t, &family, &lifetimes, noon) != OK)
		fixture_bail_out("no family");
}

static bool looks_agree = true; /* with what followed them */

/* As a program does it, and besides without a look before: what that refuses
 * must be refused in the same words. */
static inline enum err
present(struct store_txn *t, const struct refresh_presented *asked,
    uint64_t generation, int64_t now, struct family *f)
{
	struct refresh_presented p = *asked;
	struct family_prerequisites g = {0};
	enum reason look_reason;
	struct client c;
	enum err look, e;

	if (client_get(t, "app", &c) != OK)
		return ERR_NOT_FOUND;
	memcpy(p.token.family_id, family.family_id, FAMILY_ID_LEN);
	p.token.number = generation;
	if (p.client == NULL)
		p.client = &c;
	look = family_look(t, &p, &lifetimes, now, &g, &look_reason);
	e = family_refresh(t, &p, &lifetimes, now, &g, f, &reason);
	if (look != OK)
		looks_agree &= e == look && reason == look_reason;
	else if (g.hold)
		looks_agree &= e == OK && str_equal(g.user.name, alice.name);
	else
		looks_agree &= reason == REASON_REFRESH_TOKEN_REUSED;
	return e;
}

/* Presents a generation as its client does; the one it gets, 0 if refused. */
static inline uint64_t
refresh(struct store_txn *t, uint64_t generation, int64_t now)
{
	static const struct refresh_presented usual;
	struct family f;

	return present(t, &usual, generation, now, &f) == OK ? f.current : 0;
}

static inline bool
lives(struct store_txn *t, int64_t now)
{
	struct family f;

	return family_get(t, family.family_id, now, &f) == OK;
}

#endif
