/*
 * The gate's decision, counted: for a person who is signed in, one read
 * transaction and no write.
 */
#include "protocol/gate.h"

#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "counted.h"
#include "domain/app_password.h"
#include "domain/session.h"
#include "fixture.h"

#include <string.h>

#define SITE "https://photos.example.org"

static struct provider provider;
static struct user alice;
static struct site site; /* as a program keeps it */
static char cookie[OPAQUE_TOKEN_TEXT_CAP], app_password[APP_PASSWORD_CAP];

static enum err
furnish(struct store_txn *t, void *arg)
{
	static const struct family_lifetimes l = {.access_token_s = 3600};
	struct site s = {.origin = SITE,
	    .rules.text =
		"/ signed-in app-password\n/open anyone\n/x group:none"};
	struct app_password a = {.origin = SITE};
	struct session_cookie session_cookie;
	struct session session;
	struct family f = {.client_id = SITE};
	struct opaque_token token = {0};
	struct client c;

	(void)arg;
	alice = (struct user){.name = "alice", .groups = "family"};
	if (site_client(&c, SITE) != OK || site_add(t, &s, &c, noon) != OK ||
	    user_add(t, &alice, noon) != OK)
		return ERR_IO;
	session_make(&session, &session_cookie, NULL, alice.user_id, "pwd",
	    &(struct session_lifetimes){3600, 3600}, false, noon);
	random_bytes(f.family_id, sizeof f.family_id);
	memcpy(f.user_id, alice.user_id, USER_ID_LEN);
	memcpy(f.sid, session.sid, SID_LEN);
	memcpy(token.family_id, f.family_id, FAMILY_ID_LEN);
	opaque_token_encode(
	    cookie, OPAQUE_TOKEN_GATE, &token, &provider.keyring);
	app_password_make(app_password, &a, &provider.keyring);
	memcpy(a.user_id, alice.user_id, USER_ID_LEN);
	if (session_put(t, &session) != OK ||
	    family_begin(t, &f, &l, noon) != OK ||
	    app_password_put(t, &a) != OK)
		return ERR_IO;
	return OK;
}

/* Asks for TARGET; what was decided, with the transactions it took. */
static enum err
ask(const char *target, const char *with, struct gate_reply *r)
{
	struct gate_request q = {.site = &site,
	    .origin = SITE,
	    .method = "GET",
	    .target = target,
	    .cookie = with};
	enum reason reason;

	reads = writes = 0;
	return gate_decide(&provider, &q, noon, r, &reason);
}

static void
counted(void)
{
	struct gate_reply r;

	CHECK(ask("/page", cookie, &r) == OK && r.has_user &&
		  str_equal(r.user.name, "alice") && reads == 1 && writes == 0,
	    "gate: one read lets in a person who is signed in");
	CHECK(ask("/x", cookie, &r) == ERR_FORBIDDEN && r.has_user &&
		  reads == 1 && writes == 0,
	    "gate: and one refuses a person without the right");
	CHECK(ask("/page", NULL, &r) == ERR_LOGIN_REQUIRED && !r.has_user &&
		  reads == 1 && writes == 0,
	    "gate: and one sends a stranger to sign in");
	CHECK(ask("/open", NULL, &r) == OK && !r.has_user && reads == 1,
	    "gate: and one opens what is open");
	CHECK(ask("/open", cookie, &r) == OK && r.has_user,
	    "gate: where it is told all the same who it is");
	cookie[0] = cookie[0] == 'A' ? 'B' : 'A';
	CHECK(ask("/page", cookie, &r) == ERR_LOGIN_REQUIRED,
	    "gate: a forged cookie is none");
}

static enum err
change_step(struct store_txn *t, void *arg)
{
	struct site s = {.origin = SITE};
	struct client c;

	if (site_rules_parse(&s.rules, arg) != OK ||
	    client_get(t, SITE, &c) != OK)
		return ERR_IO;
	return site_put(t, &s, &c, noon);
}

/* What a program keeps of a site from one request to the next is no older than
 * the record. */
static void
changed(void)
{
	static char closed[] = "/ group:none", before[SITE_RULES_CAP];
	struct gate_reply r;

	memcpy(before, site.rules.text, sizeof before);
	CHECK(
	    ask("/open", NULL, &r) == OK &&
		store_write(provider.store, noon, change_step, closed) == OK &&
		ask("/open", NULL, &r) == ERR_LOGIN_REQUIRED,
	    "gate: a rule that is changed decides the next request");
	CHECK(store_write(provider.store, noon, change_step, before) == OK &&
		  ask("/open", NULL, &r) == OK,
	    "gate: and so does one that is changed back");
}

/* RFC 4918 10.3: two addresses, and the second is written. */
static void
destinations(void)
{
	struct gate_reply r;
	struct gate_request q = {.site = &site,
	    .origin = SITE,
	    .method = "MOVE",
	    .target = "/page",
	    .destination = SITE "/other",
	    .cookie = cookie};
	enum reason reason = REASON_NONE;

	reads = writes = 0;
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) == OK &&
		  r.has_user && reads == 3 && writes == 0,
	    "gate: a destination costs two reads more, and no write");
	q.destination = "/x/y";
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) == ERR_FORBIDDEN &&
		  reason == REASON_NOT_IN_GROUP,
	    "gate: it is closed to whom its own rule does not name");
	q.destination = "https://elsewhere.example/y";
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) ==
		      ERR_INVALID_REQUEST &&
		  reason == REASON_DESTINATION_FOREIGN && !r.has_user,
	    "gate: one elsewhere is refused to a signed-in person, too");
	q.destination = NULL;
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) ==
		      ERR_INVALID_REQUEST &&
		  reason == REASON_DESTINATION_MISSING,
	    "gate: and so is a MOVE to nowhere");
}

static enum err
lock_step(struct store_txn *t, void *arg)
{
	alice.locked = *(bool *)arg;
	return user_put(t, &alice, noon);
}

static void
app_passwords(void)
{
	char text[256], basic[400] = "Basic ";
	struct gate_reply r;
	struct gate_request q = {.site = &site,
	    .origin = SITE,
	    .method = "PROPFIND",
	    .target = "/",
	    .authorization = basic};
	bool locked = true;
	enum reason reason;

	snprintf(text, sizeof text, "alice:%s", app_password);
	/* Two characters differ from base64's: replace them by hand. */
	base64url_encode(basic + 6, sizeof basic - 6, text, strlen(text));
	for (char *c = basic + 6; *c != '\0'; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) == OK && r.has_user,
	    "gate: an app password lets its person in");
	reads = writes = 0;
	CHECK(gate_decide(&provider, &q, noon + 3599, &r, &reason) == OK &&
		  r.has_user && reads == 1 && writes == 0,
	    "gate: it costs one read, too, and no write");
	CHECK(gate_decide(&provider, &q, noon + 3600, &r, &reason) == OK &&
		  r.has_user && reads == 2 && writes == 1,
	    "gate: except that its use is noted once an hour");
	q.target = "/x";
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) ==
		      ERR_LOGIN_REQUIRED &&
		  !r.has_user,
	    "gate: it counts where the rule says so alone");
	q.target = "/";
	in_store(lock_step, &locked);
	CHECK(gate_decide(&provider, &q, noon, &r, &reason) ==
		      ERR_ACCESS_DENIED &&
		  !r.has_user && r.user.name[0] == '\0',
	    "gate: and nothing for a person who is locked");
}

int
main(void)
{
	fixture_open();
	random_bytes(&provider.keyring, sizeof provider.keyring);
	provider.store = fixture;
	in_store(furnish, NULL);
	destinations();
	counted();
	changed();
	app_passwords();
	return check_done();
}
