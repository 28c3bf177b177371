/* Authorization codes: sixty seconds, one use, and bound (RFC 6749 4.1.2). */
#include "domain/code.h"

#include "base/reason.h"
#include "base/str.h"
#include "check.h"
#include "domain/audit.h"
#include "fixture.h"

#include <string.h>

/* RFC 7636 appendix B */
static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
static const char other_verifier[] =
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj";
static const char redirect_uri[] = "https://app.example.org/cb";

static enum reason reason;
static struct session session;

static void
sign_in(struct store_txn *t)
{
	static const uint8_t person[USER_ID_LEN] = {1};
	struct session_cookie cookie;

	session_make(&session, &cookie, NULL, person, "pwd",
	    &(struct session_lifetimes){7200, 7200}, false, noon);
	if (session_put(t, &session) != OK)
		fixture_bail_out("no session");
}

static enum err
sign_in_step(struct store_txn *t, void *arg)
{
	(void)arg;
	sign_in(t);
	return OK;
}

static struct code
issue(struct store_txn *t, bool with_pkce)
{
	struct code c = {.client_id = "app",
	    .redirect_uri = "https://app.example.org/cb",
	    .redirect_uri_given = true,
	    .has_challenge = with_pkce,
	    .user_id = {1},
	    .scope = "openid",
	    .nonce = "n-0S6_WzA2Mj",
	    .auth_time = noon - 5,
	    .amr = "pwd"};

	memcpy(c.sid, session.sid, SID_LEN);
	if ((with_pkce && pkce_challenge(c.code_challenge, challenge) != OK) ||
	    code_issue(t, &c, noon) != OK)
		fixture_bail_out("no code");
	return c;
}

static enum err
redeem(struct store_txn *t, const struct code *issued, const char *client_id,
    const char *uri, const char *code_verifier, int64_t now)
{
	struct code_presented p = {.token = issued->token,
	    .client_id = client_id,
	    .redirect_uri = uri,
	    .code_verifier = code_verifier};
	struct code c;
	enum err e = code_redeem(t, &p, now, &c, &reason);

	if (e == OK &&
	    (memcmp(&c.token, &issued->token, sizeof c.token) != 0 ||
		memcmp(c.user_id, issued->user_id, USER_ID_LEN) != 0 ||
		memcmp(c.sid, issued->sid, SID_LEN) != 0 ||
		!str_equal(c.client_id, issued->client_id) ||
		!str_equal(c.scope, issued->scope) ||
		!str_equal(c.nonce, issued->nonce) ||
		!str_equal(c.amr, issued->amr) ||
		c.auth_time != issued->auth_time))
		return ERR_CORRUPT;
	return e;
}

/* The exchange as it should be. */
static enum err
redeem_well(struct store_txn *t, const struct code *issued, int64_t now)
{
	return redeem(t, issued, "app", redirect_uri,
	    issued->has_challenge ? verifier : NULL, now);
}

static struct code seen;

static enum err
look(struct store_txn *t, const struct code *issued, const char *code_verifier,
    int64_t now)
{
	struct code_presented p = {.token = issued->token,
	    .client_id = "app",
	    .redirect_uri = redirect_uri,
	    .code_verifier = code_verifier};

	return code_look(t, &p, now, &seen, &reason);
}

static bool
was_refused(enum err e, enum reason wanted_reason)
{
	return e == ERR_INVALID_GRANT && reason == wanted_reason;
}

static enum err
uses(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true), d = issue(t, true);

	(void)arg;
	CHECK(memcmp(c.token.family_id, d.token.family_id, FAMILY_ID_LEN) != 0,
	    "code: each has an id of its own");
	CHECK(redeem_well(t, &c, noon) == OK && reason == REASON_NONE,
	    "code: it gives back all it was issued with");
	CHECK(look(t, &c, verifier, noon + 59) == OK && seen.used,
	    "code: who has its verifier may look at a used one");
	CHECK(was_refused(look(t, &c, other_verifier, noon),
		  REASON_CODE_VERIFIER_WRONG),
	    "code: and no one else");
	CHECK(
	    was_refused(redeem_well(t, &c, noon), REASON_CODE_REUSED) &&
		was_refused(redeem_well(t, &c, noon + 59), REASON_CODE_REUSED),
	    "code: it works once");
	CHECK(look(t, &d, verifier, noon + 59) == OK && !seen.used,
	    "code: a look uses nothing");
	CHECK(was_refused(redeem_well(t, &c, noon + 60), REASON_CODE_EXPIRED),
	    "code: its own time over, a used one is only refused");
	CHECK(redeem_well(t, &d, noon + 59) == OK,
	    "code: it works for sixty seconds");
	c = issue(t, true);
	CHECK(was_refused(redeem_well(t, &c, noon + 60), REASON_CODE_EXPIRED),
	    "code: and not one more");
	memset(d.token.family_id, 'x', FAMILY_ID_LEN);
	CHECK(was_refused(redeem_well(t, &d, noon), REASON_CODE_EXPIRED),
	    "code: one that never was is refused");
	return OK;
}

/* RFC 9700 4.5; a refusal leaves the code to its owner */
static enum err
bindings(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true);

	(void)arg;
	CHECK(was_refused(redeem(t, &c, "other", redirect_uri, verifier, noon),
		  REASON_CLIENT_MISMATCH),
	    "code: another client's attempt is refused");
	CHECK(
	    was_refused(redeem(t, &c, "app", "https://app.example.org/cb2",
			    verifier, noon),
		REASON_REDIRECT_URI_MISMATCH) &&
		was_refused(redeem(t, &c, "app", "https://app.example.org/cb/",
				verifier, noon),
		    REASON_REDIRECT_URI_MISMATCH),
	    "code: another redirect URI is refused (RFC 6749 4.1.3)");
	CHECK(was_refused(
		  redeem(t, &c, "app", redirect_uri, other_verifier, noon),
		  REASON_CODE_VERIFIER_WRONG),
	    "code: another verifier is refused (RFC 7636 4.6)");
	CHECK(redeem(t, &c, "app", redirect_uri, NULL, noon) ==
		      ERR_INVALID_REQUEST &&
		  reason == REASON_CODE_VERIFIER_MISSING,
	    "code: without its verifier it is refused");
	CHECK(redeem(t, &c, "app", redirect_uri, "short", noon) ==
		  ERR_INVALID_REQUEST,
	    "code: with a malformed one, too");
	CHECK(redeem_well(t, &c, noon) == OK,
	    "code: after all of these its owner can still use it");
	c = issue(t, true);
	CHECK(redeem(t, &c, "app", NULL, verifier, noon) == OK,
	    "code: with PKCE the redirect URI may be left out (OAuth 2.1 "
	    "4.1.3)");
	return OK;
}

static enum err
without_pkce(struct store_txn *t, void *arg)
{
	struct code c = issue(t, false);

	(void)arg;
	CHECK(was_refused(redeem(t, &c, "app", redirect_uri, verifier, noon),
		  REASON_CODE_VERIFIER_UNEXPECTED),
	    "code: a verifier without a challenge is refused (RFC 9700 "
	    "4.8.2)");
	CHECK(was_refused(redeem(t, &c, "app", NULL, NULL, noon),
		  REASON_REDIRECT_URI_MISSING),
	    "code: without PKCE the redirect URI must be repeated (RFC 6749 "
	    "4.1.3)");
	CHECK(redeem_well(t, &c, noon) == OK, "code: repeated, the code works");
	return OK;
}

/* --- used twice ---------------------------------------------------------- */

static bool
count_reuse(void *arg, const void *record)
{
	const struct audit *a = record;
	*(int *)arg += str_equal(a->event, "code_reused") &&
		       str_equal(a->client_id, "app");
	return true;
}

static int
reuses_told(struct store_txn *t)
{
	int n = 0;

	audit_each(t, count_reuse, &n);
	return n;
}

static void
begin_family(struct store_txn *t, const struct code *c, struct family *f)
{
	static const struct family_lifetimes l = {900, 3600, 7200, {30, false}};

	*f = (struct family){.client_id = "app", .refreshable = true};
	memcpy(f->family_id, c->token.family_id, FAMILY_ID_LEN);
	if (family_begin(t, f, &l, noon) != OK)
		fixture_bail_out("no family");
}

static enum err
used_twice(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true), d = issue(t, true);
	struct family f, g, found;

	(void)arg;
	if (redeem_well(t, &c, noon) != OK || redeem_well(t, &d, noon) != OK)
		fixture_bail_out("no code");
	begin_family(t, &c, &f);
	begin_family(t, &d, &g);
	CHECK(was_refused(redeem_well(t, &c, noon + 1), REASON_CODE_REUSED),
	    "code: used twice, it is refused");
	CHECK(family_get(t, f.family_id, noon, &found) == ERR_NOT_FOUND,
	    "code: used twice, it ends the family it began (RFC 9700 4.5)");
	CHECK(family_get(t, g.family_id, noon, &found) == OK,
	    "code: and no other");
	CHECK(reuses_told(t) == 1, "code: an administrator can read of it");
	CHECK(was_refused(redeem_well(t, &c, noon + 1), REASON_CODE_REUSED) &&
		  reuses_told(t) == 1,
	    "code: a third use has nothing more to end");
	return OK;
}

/* A stranger who has found a used code in a log. */
static enum err
strangers(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true), plain = issue(t, false);
	struct family f, g, found;
	int told = reuses_told(t);

	(void)arg;
	if (redeem_well(t, &c, noon) != OK ||
	    redeem_well(t, &plain, noon) != OK)
		fixture_bail_out("no code");
	begin_family(t, &c, &f);
	begin_family(t, &plain, &g);
	CHECK(was_refused(redeem(t, &c, "other", redirect_uri, verifier, noon),
		  REASON_CLIENT_MISMATCH) &&
		  was_refused(
		      redeem(t, &c, "app", redirect_uri, other_verifier, noon),
		      REASON_CODE_VERIFIER_WRONG) &&
		  redeem(t, &c, "app", redirect_uri, NULL, noon) ==
		      ERR_INVALID_REQUEST &&
		  was_refused(redeem(t, &c, "app", "https://elsewhere.example/",
				  verifier, noon),
		      REASON_REDIRECT_URI_MISMATCH) &&
		  was_refused(redeem(t, &plain, "app", NULL, NULL, noon),
		      REASON_REDIRECT_URI_MISSING) &&
		  was_refused(
		      redeem_well(t, &c, noon + 60), REASON_CODE_EXPIRED) &&
		  was_refused(
		      redeem_well(t, &c, noon + 3000), REASON_CODE_EXPIRED),
	    "code: a used one from a stranger, or later, is refused");
	CHECK(family_get(t, f.family_id, noon, &found) == OK &&
		  family_get(t, g.family_id, noon, &found) == OK &&
		  reuses_told(t) == told,
	    "code: and ends nothing");
	CHECK(was_refused(redeem_well(t, &c, noon + 59), REASON_CODE_REUSED) &&
		  family_get(t, f.family_id, noon, &found) == ERR_NOT_FOUND &&
		  reuses_told(t) == told + 1,
	    "code: after all of these its own client still ends it");
	return OK;
}

static enum err
sessions(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true), used = issue(t, true);
	struct family f, found;

	(void)arg;
	if (redeem_well(t, &used, noon) != OK)
		fixture_bail_out("no code");
	begin_family(t, &used, &f);
	session_drop(t, session.sid);
	CHECK(was_refused(redeem_well(t, &c, noon), REASON_SESSION_ENDED),
	    "code: it does not outlive the session it was issued under");
	CHECK(was_refused(redeem_well(t, &used, noon), REASON_CODE_REUSED) &&
		  family_get(t, f.family_id, noon, &found) == ERR_NOT_FOUND,
	    "code: used twice, it ends what it began after the session, too");
	sign_in(t);
	CHECK(was_refused(redeem_well(t, &c, noon), REASON_SESSION_ENDED),
	    "code: another session is none of its own");
	return OK;
}

static enum err
ends(struct store_txn *t, void *arg)
{
	struct code c = issue(t, true), d = issue(t, true);
	uint8_t someone[USER_ID_LEN] = {9};

	(void)arg;
	code_end_all(t, someone, NULL);
	code_end_all(t, NULL, "other");
	code_end_all(t, d.user_id, "other");
	CHECK(redeem_well(t, &c, noon) == OK,
	    "code: ending those of others leaves it");
	code_end_all(t, d.user_id, NULL);
	CHECK(was_refused(redeem_well(t, &d, noon), REASON_CODE_EXPIRED),
	    "code: ending those of its person ends it");
	CHECK(was_refused(redeem_well(t, &c, noon), REASON_CODE_EXPIRED),
	    "code: and the mark of one that was used, with all it began");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(sign_in_step, NULL);
	in_store(uses, NULL);
	in_store(bindings, NULL);
	in_store(without_pkce, NULL);
	in_store(used_twice, NULL);
	in_store(strangers, NULL);
	in_store(sessions, NULL);
	in_store(ends, NULL);
	return check_done();
}
