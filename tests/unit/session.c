/* Sessions: opaque, ended at once, and worth nothing without their secret. */
#include "domain/session.h"

#include "base/str.h"
#include "check.h"
#include "fixture.h"

#include <string.h>

static struct user alice = {.name = "alice"}, bob = {.name = "bob"};

static void
make(struct store_txn *t, struct session *s, struct session_cookie *c,
    const struct session_cookie *before, const struct user *u)
{
	session_make(s, c, before, u->user_id, "pwd",
	    &(struct session_lifetimes){3600, 3600}, false, noon);
	if (session_put(t, s) != OK)
		fixture_bail_out("no session");
}

static enum err
find(struct store_txn *t, const struct session_cookie *c, int64_t now)
{
	struct session s;
	struct user u;
	enum err e = session_find(t, c, now, &s, &u);

	return e == OK && !str_equal(u.name, "alice") ? ERR_CORRUPT : e;
}

static enum err
settle_in(struct store_txn *t, void *arg)
{
	(void)arg;
	if (user_add(t, &alice, noon) != OK || user_add(t, &bob, noon) != OK)
		store_fail(t, ERR_IO);
	return OK;
}

static void
cookies(void)
{
	static const struct session_cookie nothing;
	char text[SESSION_COOKIE_CAP], cut[SESSION_COOKIE_CAP];
	struct session_cookie c, d;

	random_bytes(&c, sizeof c);
	session_cookie_encode(text, &c);
	CHECK(strlen(text) == 64 && session_cookie_decode(&d, text) == OK &&
		  memcmp(&c, &d, sizeof c) == 0,
	    "session: a cookie is 64 characters, and read as it was written");
	if (str_copy(cut, sizeof cut, text) != OK)
		return;
	cut[63] = '\0';
	CHECK(session_cookie_decode(&d, cut) == ERR_SYNTAX &&
		  memcmp(&d, &nothing, sizeof d) == 0,
	    "session: cut short it is refused, and leaves zeroes");
	text[10] = '=';
	CHECK(session_cookie_decode(&d, text) == ERR_SYNTAX &&
		  session_cookie_decode(&d, "") == ERR_SYNTAX,
	    "session: so is what is not base64url");
	session_cookie_wipe(&c);
	CHECK(memcmp(&c, &nothing, sizeof c) == 0,
	    "session: a wiped cookie is zeroes");
}

static enum err
finding(struct store_txn *t, void *arg)
{
	struct session s, got;
	struct session_cookie c, wrong;

	(void)arg;
	make(t, &s, &c, NULL, &alice);
	CHECK(find(t, &c, noon) == OK && find(t, &c, noon + 3599) == OK,
	    "session: a cookie opens its session");
	CHECK(find(t, &c, noon + 3600) == ERR_LOGIN_REQUIRED &&
		  session_get(t, s.sid, noon + 3600, &got) == ERR_NOT_FOUND,
	    "session: until that expires");
	wrong = c;
	wrong.secret[31] ^= 1;
	CHECK(find(t, &wrong, noon) == ERR_LOGIN_REQUIRED,
	    "session: not with another secret");
	wrong = c;
	wrong.sid[0] ^= 1;
	CHECK(find(t, &wrong, noon) == ERR_LOGIN_REQUIRED,
	    "session: nor with another id");
	memcpy(wrong.sid, s.sid, SID_LEN);
	memcpy(wrong.secret, s.secret_hash, SESSION_SECRET_LEN);
	CHECK(find(t, &wrong, noon) == ERR_LOGIN_REQUIRED,
	    "session: what is in the store opens nothing");
	CHECK(session_get(t, s.sid, noon, &got) == OK &&
		  got.auth_time == noon && str_equal(got.amr, "pwd") &&
		  got.expires_at == noon + 3600 && !got.remembered,
	    "session: what was put of it is found again");
	return OK;
}

static enum err
lives(struct store_txn *t, void *arg)
{
	const int64_t hour = 3600, end = noon + 24 * hour;
	const struct session_lifetimes l = {12 * hour, 24 * hour};
	struct session s, got;
	struct session_cookie c;

	(void)arg;
	session_make(&s, &c, NULL, alice.user_id, "pwd", &l, false, noon);
	CHECK(s.expires_at == noon + 12 * hour && s.absolute_expires_at == end,
	    "session: it has an idle and an absolute end");
	CHECK(session_put(t, &s) == OK &&
		  session_use_id(t, s.sid, noon + hour - 1) == OK &&
		  session_get(t, s.sid, noon, &got) == OK &&
		  got.used_at == noon,
	    "session: a use within the hour is not noted");
	CHECK(session_use_id(t, s.sid, noon + hour) == OK &&
		  session_get(t, s.sid, noon, &got) == OK &&
		  got.used_at == noon + hour &&
		  got.expires_at == noon + 13 * hour,
	    "session: a later one puts the idle end off");
	CHECK(session_use_id(t, s.sid, noon + 13 * hour - 1) == OK &&
		  session_get(t, s.sid, noon, &got) == OK &&
		  got.expires_at == end &&
		  session_get(t, s.sid, end, &got) == ERR_NOT_FOUND,
	    "session: but never past the absolute one");
	CHECK(session_use_id(t, s.sid, end) == OK &&
		  session_get(t, s.sid, end, &got) == ERR_NOT_FOUND,
	    "session: and does not bring one back that has expired");
	session_make(&s, &c, NULL, alice.user_id, "pwd",
	    &(struct session_lifetimes){600, 6000}, false, noon);
	CHECK(session_use_is_due(&s, noon + 300) &&
		  !session_use_is_due(&s, noon + 299),
	    "session: of a short idle life the use is noted more often");
	session_drop_all(t, alice.user_id, NULL);
	return OK;
}

static enum err
people(struct store_txn *t, void *arg)
{
	struct session s;
	struct session_cookie c;

	(void)arg;
	make(t, &s, &c, NULL, &alice);
	alice.locked = true;
	CHECK(user_put(t, &alice, noon) == OK &&
		  find(t, &c, noon) == ERR_LOGIN_REQUIRED,
	    "session: of a locked person it opens nothing");
	alice.locked = false;
	CHECK(user_put(t, &alice, noon) == OK && find(t, &c, noon) == OK,
	    "session: and does again when they are not");
	return OK;
}

static enum err
renewal(struct store_txn *t, void *arg)
{
	struct session first, second, got;
	struct session_cookie old, new, again;

	(void)arg;
	make(t, &first, &old, NULL, &alice);
	make(t, &second, &new, &old, &alice);
	CHECK(memcmp(first.sid, second.sid, SID_LEN) == 0 &&
		  find(t, &new, noon) == OK &&
		  find(t, &old, noon) == ERR_LOGIN_REQUIRED,
	    "session: signing in again keeps the session and changes its "
	    "secret");
	CHECK(session_find_before(t, &old, noon, &got) == OK &&
		  memcmp(got.sid, first.sid, SID_LEN) == 0 &&
		  session_find_before(t, &new, noon, &got) == ERR_NOT_FOUND,
	    "session: it is known which secret was there before");
	make(t, &first, &again, &old, &alice);
	CHECK(find(t, &again, noon) == OK &&
		  find(t, &new, noon) == ERR_LOGIN_REQUIRED &&
		  session_find_before(t, &old, noon, &got) == OK,
	    "session: also when the same sign-in comes twice");
	make(t, &second, &new, &again, &alice);
	CHECK(session_find_before(t, &old, noon, &got) == ERR_NOT_FOUND &&
		  session_find_before(t, &again, noon + 3600, &got) ==
		      ERR_NOT_FOUND,
	    "session: but no older one, and none of what is over");
	return OK;
}

static bool
count(void *arg, const void *record)
{
	(void)record;
	++*(int *)arg;
	return true;
}

static enum err
ends(struct store_txn *t, void *arg)
{
	struct session s[3], other;
	struct session_cookie c[3], kept;
	int left = 0;

	(void)arg;
	session_drop_all(t, alice.user_id, NULL);
	for (size_t i = 0; i < 3; i++)
		make(t, &s[i], &c[i], NULL, &alice);
	make(t, &other, &kept, NULL, &bob);
	session_drop(t, s[0].sid);
	CHECK(find(t, &c[0], noon) == ERR_LOGIN_REQUIRED &&
		  find(t, &c[1], noon) == OK,
	    "session: ended, it is over at once");
	CHECK(session_drop_all(t, alice.user_id, s[1].sid) == 1 &&
		  find(t, &c[1], noon) == OK &&
		  find(t, &c[2], noon) == ERR_LOGIN_REQUIRED,
	    "session: all of a person's except this one can be ended");
	CHECK(session_drop_all(t, alice.user_id, NULL) == 1 &&
		  find(t, &c[1], noon) == ERR_LOGIN_REQUIRED,
	    "session: or all");
	record_each(t, &session_record, NULL, &other, count, &left);
	CHECK(left == 1, "session: those of other people are left");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(settle_in, NULL);
	cookies();
	in_store(finding, NULL);
	in_store(lives, NULL);
	in_store(people, NULL);
	in_store(renewal, NULL);
	in_store(ends, NULL);
	return check_done();
}
