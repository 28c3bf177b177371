/* What people see and change of their own account, and of no one else's. */
#include "base/str.h"
#include "check.h"
#include "domain/audit.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/site.h"
#include "fixture.h"
#include "protocol/account_app_passwords.h"
#include "protocol/account_apps.h"
#include "protocol/account_profile.h"
#include "protocol/account_sessions.h"

#include <string.h>

static struct account alice = {.now = noon}, bob = {.now = noon};
static struct session elsewhere;
static const char from[] = "192.0.2.7";

static void
sign_in(
    struct store_txn *t, struct session *s, const struct user *u, int64_t at)
{
	struct session_cookie c;

	session_make(s, &c, NULL, u->user_id, "pwd",
	    &(struct session_lifetimes){86400, 86400}, false, at);
	if (session_put(t, s) != OK)
		fixture_bail_out("no session");
}

static enum err
settle_in(struct store_txn *t, void *arg)
{
	(void)arg;
	(void)!str_copy(alice.user.name, USER_NAME_CAP, "alice");
	(void)!str_copy(bob.user.name, USER_NAME_CAP, "bob");
	(void)!str_copy(bob.user.email, USER_EMAIL_CAP, "bob@example.org");
	if (user_add(t, &alice.user, noon) != OK ||
	    user_add(t, &bob.user, noon) != OK)
		fixture_bail_out("no people");
	sign_in(t, &alice.session, &alice.user, noon - 60);
	sign_in(t, &bob.session, &bob.user, noon - 60);
	return OK;
}

/* The newest line of a person. */
static bool
take_line(void *arg, const void *record)
{
	*(struct audit *)arg = *(const struct audit *)record;
	return false;
}

static bool
noted(struct store_txn *t, const struct account *a, const char *event)
{
	struct audit line = {0};

	audit_newest(t, a->user.user_id, take_line, &line);
	return str_equal(line.event, event) && str_equal(line.address, from) &&
	       line.by[0] == '\0';
}

/* --- profile ---------------------------------------------------------------*/

static enum profile_flaw
apply(const char *display, const char *given, const char *language,
    const char *zone)
{
	struct user u = {0};

	return profile_apply(
	    &u, &(struct profile){display, given, "", language, zone});
}

static void
profiles(void)
{
	static char longest[USER_DISPLAY_CAP + 1];
	struct user u = {0};

	CHECK(profile_apply(&u, &(struct profile){"  Alice Adams ", "Alice",
				    "Adams", "pt-BR", "Europe/Berlin"}) ==
		      PROFILE_FINE &&
		  str_equal(u.display, "Alice Adams") &&
		  str_equal(u.family_name, "Adams") &&
		  str_equal(u.zoneinfo, "Europe/Berlin"),
	    "profile: it is what was typed, without spaces at the ends");
	memset(longest, 'x', USER_DISPLAY_CAP);
	CHECK(apply("a\nb", "", "", "") == PROFILE_UNREADABLE &&
		  apply("", "a\xff", "", "") == PROFILE_UNREADABLE &&
		  apply(longest, "", "", "") == PROFILE_LONG &&
		  apply("", longest, "", "") == PROFILE_LONG &&
		  apply(longest + 1, "", "", "") == PROFILE_FINE,
	    "profile: a name is text, and not too long");
	CHECK(apply("", "", "../de", "") == PROFILE_LANGUAGE &&
		  apply("", "", "", "/etc/passwd") == PROFILE_ZONE &&
		  apply("", "", "", "") == PROFILE_FINE,
	    "profile: a language and a zone have their form, or are not told");
}

static enum err
change_profile(struct store_txn *t, void *arg)
{
	struct profile_change c = {
	    .profile = {"Alice", "", "", "de", ""}, .from = from};
	struct user u;
	bool same;

	(void)arg;
	CHECK(account_set_profile(t, &alice, &c) == OK &&
		  noted(t, &alice, "profile_changed") &&
		  user_find(t, "alice", &u) == OK &&
		  str_equal(u.display, "Alice") && str_equal(u.language, "de"),
	    "profile: it is kept, with a line of the audit");
	same = u.changed_at == noon;
	alice.now = noon + 5;
	CHECK(account_set_profile(t, &alice, &c) == OK &&
		  user_find(t, "alice", &u) == OK && same &&
		  u.changed_at == noon,
	    "profile: the same again changes nothing");
	alice.now = noon;
	c.profile.zoneinfo = "no zone";
	CHECK(account_set_profile(t, &alice, &c) == ERR_INVALID_REQUEST &&
		  user_find(t, "alice", &u) == OK && u.zoneinfo[0] == '\0',
	    "profile: what has a flaw is not kept");
	user_wipe(&u);
	return user_get(t, alice.user.user_id, &alice.user);
}

static enum err
change_email(struct store_txn *t, void *arg)
{
	struct email_change c = {.email = "alice@example.org", .from = from};
	struct user u;

	(void)arg;
	CHECK(account_set_email(t, &alice, &c) == OK && !c.taken &&
		  noted(t, &alice, "email_changed") &&
		  user_find_typed(t, "ALICE@example.org", &u) == OK &&
		  str_equal(u.name, "alice") && !u.email_verified,
	    "address: one that was typed is good to sign in, and not verified");
	alice.user.email_verified = true;
	if (user_put(t, &alice.user, noon) != OK)
		return ERR_IO;
	CHECK(
	    account_set_email(t, &alice, &c) == OK && alice.user.email_verified,
	    "address: the same again stays verified");
	c.email = "Bob@example.org";
	CHECK(account_set_email(t, &alice, &c) == OK && c.taken &&
		  user_find_typed(t, "bob@example.org", &u) == OK &&
		  str_equal(u.name, "bob") && user_find(t, "alice", &u) == OK &&
		  u.email_verified,
	    "address: another person's is refused, verified or not");
	c.email = "";
	CHECK(account_set_email(t, &alice, &c) == OK && !c.taken &&
		  user_find(t, "alice", &u) == OK && u.email[0] == '\0' &&
		  !u.email_verified,
	    "address: it can be removed");
	user_wipe(&u);
	return OK;
}

/* --- sessions --------------------------------------------------------------*/

static enum err
sessions(struct store_txn *t, void *arg)
{
	struct account_sessions found = {0};
	struct session late, gone;
	struct session_ending s = {.from = from};
	uint32_t devices = alice.user.devices_ended;

	(void)arg;
	sign_in(t, &elsewhere, &alice.user, noon - 500);
	sign_in(t, &late, &alice.user, noon - 30);
	sign_in(t, &gone, &alice.user, noon - 90000);
	CHECK(account_look_at_sessions(t, &alice, &found) == OK &&
		  account_look_at_sessions(t, &alice, &found) == OK &&
		  found.count == 3 &&
		  memcmp(found.list[0].sid, alice.session.sid, SID_LEN) == 0 &&
		  memcmp(found.list[1].sid, late.sid, SID_LEN) == 0 &&
		  memcmp(found.list[2].sid, elsewhere.sid, SID_LEN) == 0,
	    "sessions: the present one first, the rest by use, none that is "
	    "over or another person's");
	account_sessions_free(&found);
	memcpy(s.sid, bob.session.sid, SID_LEN);
	CHECK(account_end_session(t, &alice, &s) == OK && s.ended == 0 &&
		  session_get(t, bob.session.sid, noon, &gone) == OK,
	    "sessions: another person's is not ended");
	memcpy(s.sid, late.sid, SID_LEN);
	CHECK(account_end_session(t, &alice, &s) == OK && s.ended == 1 &&
		  noted(t, &alice, "session_ended") &&
		  session_get(t, late.sid, noon, &gone) == ERR_NOT_FOUND &&
		  session_get(t, elsewhere.sid, noon, &gone) == OK &&
		  alice.user.devices_ended == devices + 1,
	    "sessions: one is ended, and no browser is known any more");
	CHECK(account_end_session(t, &alice, &s) == OK && s.ended == 0,
	    "sessions: twice is once");
	s.all = true;
	CHECK(account_end_session(t, &alice, &s) == OK && s.ended == 2 &&
		  session_get(t, alice.session.sid, noon, &gone) == OK &&
		  session_get(t, elsewhere.sid, noon, &gone) == ERR_NOT_FOUND &&
		  session_get(t, bob.session.sid, noon, &gone) == OK,
	    "sessions: all others of the person are ended");
	return OK;
}

/* --- apps ------------------------------------------------------------------*/

static void
add_app(struct store_txn *t, const char *client_id, const char *name)
{
	struct client c = {.grants = GRANT_AUTHORIZATION_CODE,
	    .auth_method = AUTH_NONE,
	    .alg = JWA_EDDSA};

	(void)!str_copy(c.client_id, sizeof c.client_id, client_id);
	(void)!str_copy(c.name, sizeof c.name, name);
	(void)!str_copy(c.scope, sizeof c.scope, "openid email");
	if (client_add(t, &c, noon) != OK)
		fixture_bail_out("no app");
}

static void
allow(struct store_txn *t, const struct account *a, const char *client_id,
    int64_t at)
{
	struct consent c = {.granted = "openid email", .changed_at = at};

	memcpy(c.user_id, a->user.user_id, USER_ID_LEN);
	(void)!str_copy(c.client_id, sizeof c.client_id, client_id);
	if (consent_put(t, &c) != OK)
		fixture_bail_out("no consent");
}

static void
give_tokens(struct store_txn *t, const struct account *a, const char *client_id,
    bool offline, int64_t at)
{
	const struct family_lifetimes l = {
	    .access_token_s = 900, .idle_s = 86400, .absolute_s = 864000};
	struct family f = {
	    .scope = "openid", .refreshable = true, .offline = offline};

	family_id_make(f.family_id, at);
	(void)!str_copy(f.client_id, sizeof f.client_id, client_id);
	memcpy(f.user_id, a->user.user_id, USER_ID_LEN);
	memcpy(f.sid, a->session.sid, SID_LEN);
	if (family_begin(t, &f, &l, at) != OK)
		fixture_bail_out("no family");
}

static enum err
apps(struct store_txn *t, void *arg)
{
	struct account_apps found = {0};
	struct app_withdrawal w = {"photos", from};
	const struct account_app *photos, *wiki;

	(void)arg;
	add_app(t, "photos", "Photos");
	add_app(t, "wiki", "Wiki");
	allow(t, &alice, "photos", noon - 500);
	allow(t, &alice, "photos", noon - 100);
	allow(t, &alice, "gone", noon);
	allow(t, &bob, "photos", noon);
	give_tokens(t, &alice, "photos", false, noon - 80);
	give_tokens(t, &alice, "photos", true, noon - 70);
	give_tokens(t, &alice, "wiki", false, noon - 60);
	give_tokens(t, &bob, "wiki", false, noon - 60);
	CHECK(account_look_at_apps(t, &alice, &found) == OK &&
		  account_look_at_apps(t, &alice, &found) == OK &&
		  found.count == 2,
	    "apps: those that were allowed or have tokens, each once, none "
	    "that was removed");
	photos = account_app_find(&found, "photos");
	wiki = account_app_find(&found, "wiki");
	CHECK(photos != NULL && wiki != NULL &&
		  account_app_find(&found, "gone") == NULL &&
		  str_equal(photos->name, "Photos") &&
		  str_equal(photos->scope, "openid email") &&
		  photos->since == noon - 500 && photos->used_at == noon - 70 &&
		  photos->expires_at == noon - 70 + 864000 && photos->offline &&
		  wiki->since == noon - 60 && !wiki->offline,
	    "apps: what they see, since when, how long, and when last");
	account_apps_free(&found);
	CHECK(account_withdraw_app(t, &alice, &w) == OK &&
		  noted(t, &alice, "app_removed") &&
		  account_look_at_apps(t, &alice, &found) == OK &&
		  found.count == 1 &&
		  account_app_find(&found, "photos") == NULL,
	    "apps: one is taken back, with its tokens");
	account_apps_free(&found);
	CHECK(account_look_at_apps(t, &bob, &found) == OK && found.count == 2,
	    "apps: another person's stay");
	account_apps_free(&found);
	return OK;
}

/* --- app passwords ---------------------------------------------------------*/

static void
add_site(struct store_txn *t, const char *origin, const char *rule,
    const char *group)
{
	static struct site s;
	struct client c;

	site_clear(&s);
	(void)!str_copy(s.origin, sizeof s.origin, origin);
	if (site_rules_add(&s.rules, rule) != NULL ||
	    site_client(&c, origin) != OK ||
	    str_copy(c.groups, sizeof c.groups, group) != OK ||
	    site_add(t, &s, &c, noon) != OK)
		fixture_bail_out("no site");
}

static struct app_password_making
make(struct store_txn *t, struct account *a, const char *origin,
    const char *name)
{
	static const struct keyring keys;
	struct app_password_making m = {.from = from};
	char text[APP_PASSWORD_CAP];

	app_password_make(text, &m.password, &keys);
	(void)!str_copy(m.password.origin, CLIENT_ID_CAP, origin);
	(void)!str_copy(m.password.name, USER_DISPLAY_CAP, name);
	if (account_make_app_password(t, a, &m) != OK)
		fixture_bail_out("no app password");
	return m;
}

static size_t
count_of(struct store_txn *t, struct account *a)
{
	static struct account_app_passwords found;

	if (account_look_at_app_passwords(t, a, &found) != OK)
		fixture_bail_out("no look");
	return found.count;
}

static enum err
app_passwords(struct store_txn *t, void *arg)
{
	static struct account_app_passwords found;
	struct app_password_removal r = {.from = from};
	struct app_password_making m;

	(void)arg;
	add_site(t, "https://dav.example.org", "/ signed-in app-password", "");
	add_site(t, "https://web.example.org", "/ signed-in", "");
	add_site(
	    t, "https://club.example.org", "/ signed-in app-password", "club");
	CHECK(account_look_at_app_passwords(t, &alice, &found) == OK &&
		  found.sites == 1 && found.count == 0 &&
		  str_equal(found.site[0].origin, "https://dav.example.org"),
	    "app passwords: for sites that take them and admit the person");
	m = make(t, &alice, "https://web.example.org", "Phone");
	CHECK(m.flaw == APP_PASSWORD_SITE && count_of(t, &alice) == 0,
	    "app passwords: for no other site");
	m = make(t, &alice, "https://dav.example.org", "Phone");
	CHECK(m.flaw == APP_PASSWORD_FINE && count_of(t, &alice) == 1 &&
		  count_of(t, &bob) == 0 &&
		  noted(t, &alice, "app_password_added"),
	    "app passwords: one is made");
	m = make(t, &alice, "https://dav.example.org", "Phone");
	CHECK(count_of(t, &alice) == 1,
	    "app passwords: the button pressed twice makes one");
	memcpy(r.id, m.password.id, sizeof r.id);
	CHECK(account_remove_app_password(t, &bob, &r) == OK &&
		  count_of(t, &alice) == 1,
	    "app passwords: another person's is not removed");
	CHECK(account_remove_app_password(t, &alice, &r) == OK &&
		  count_of(t, &alice) == 0 &&
		  noted(t, &alice, "app_password_deleted") &&
		  account_remove_app_password(t, &alice, &r) == OK,
	    "app passwords: one's own is, and twice is once");
	for (int i = 0; i < ACCOUNT_APP_PASSWORDS_MAX; i++) {
		char name[8];

		snprintf(name, sizeof name, "%d", i);
		m = make(t, &alice, "https://dav.example.org", name);
	}
	CHECK(m.flaw == APP_PASSWORD_FINE &&
		  make(t, &alice, "https://dav.example.org", "more").flaw ==
		      APP_PASSWORD_MANY,
	    "app passwords: there are so many at most");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(settle_in, NULL);
	profiles();
	in_store(change_profile, NULL);
	in_store(change_email, NULL);
	in_store(sessions, NULL);
	in_store(apps, NULL);
	in_store(app_passwords, NULL);
	return check_done();
}
