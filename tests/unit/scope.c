/* Scopes: what is asked for, what is granted, what was said yes to. */
#include "domain/scope.h"

#include "base/str.h"
#include "check.h"
#include "domain/consent.h"
#include "fixture.h"

#include <string.h>

static bool
grants(const char *requested, const char *allowed, const char *granted)
{
	char got[SCOPE_CAP];

	return scope_intersect(got, requested, allowed) == OK &&
	       str_equal(got, granted);
}

static bool
refuses(const char *requested)
{
	char got[SCOPE_CAP];

	return scope_intersect(got, requested, requested) == ERR_INVALID_SCOPE;
}

static void
granting(void)
{
	char list[SCOPE_CAP + 1], word[SCOPE_WORD_CAP + 1];

	CHECK(grants("openid email", "email profile openid", "openid email"),
	    "scope: what is allowed is granted, in the order asked for");
	CHECK(grants("openid admin", "openid", "openid") &&
		  grants("admin", "openid", "") && grants("", "openid", "") &&
		  grants("openid", "", ""),
	    "scope: what is not is left out (RFC 6749 3.3)");
	CHECK(grants(
		  "openid openid email openid", "openid email", "openid email"),
	    "scope: asked for twice, granted once");
	CHECK(grants("open openid2 OPENID", "openid", ""),
	    "scope: words are compared whole and exactly");
	CHECK(refuses("a\"b") && refuses("a\\b") && refuses("a\tb") &&
		  refuses("gr\xc3\xbc\xc3\x9f") && refuses("openid\n"),
	    "scope: what cannot stand in a scope is refused (RFC 6749 3.3)");
	memset(word, 'w', sizeof word);
	word[SCOPE_WORD_CAP - 1] = '\0';
	CHECK(grants(word, word, word), "scope: a word of 127 fits");
	word[SCOPE_WORD_CAP - 1] = 'w';
	word[SCOPE_WORD_CAP] = '\0';
	CHECK(refuses(word), "scope: a longer one is refused");
	for (size_t i = 0; i < sizeof list; i++)
		list[i] = i % 2 ? ' ' : (char)('a' + i / 2 % 26);
	list[SCOPE_CAP - 1] = '\0';
	CHECK(!refuses(list), "scope: a list of 1023 fits");
	list[SCOPE_CAP - 1] = ' ';
	list[SCOPE_CAP] = '\0';
	CHECK(refuses(list), "scope: a longer one is refused, not cut");
	CHECK(scope_is_known("openid") && !scope_is_known("openi") &&
		  !scope_is_known(""),
	    "scope: known ones are known by their names");
}

static bool
is_answered(struct store_txn *t, const char *client_id, const char *granted,
    const char *declined)
{
	static const uint8_t id[USER_ID_LEN] = {1};
	struct consent a;

	return consent_get(t, id, client_id, &a) == OK &&
	       str_equal(a.granted, granted) && str_equal(a.declined, declined);
}

static bool
answer(struct store_txn *t, uint8_t user, const char *client_id,
    const char *granted, const char *declined)
{
	struct consent a = {.user_id = {user}, .changed_at = noon};

	return str_copy(a.client_id, sizeof a.client_id, client_id) == OK &&
	       str_copy(a.granted, sizeof a.granted, granted) == OK &&
	       str_copy(a.declined, sizeof a.declined, declined) == OK &&
	       consent_put(t, &a) == OK;
}

static enum err
consents(struct store_txn *t, void *arg)
{
	static const uint8_t id[USER_ID_LEN] = {1};
	struct consent a;

	(void)arg;
	CHECK(consent_get(t, id, "app", &a) == ERR_NOT_FOUND &&
		  str_equal(a.client_id, "app") && a.granted[0] == '\0',
	    "consent: before there is one nothing is granted");
	CHECK(answer(t, 1, "app", "openid email", "groups") &&
		  is_answered(t, "app", "openid email", "groups"),
	    "consent: an answer is remembered");
	CHECK(answer(t, 1, "app", "groups", "email") &&
		  is_answered(t, "app", "openid groups", "email"),
	    "consent: the newest counts for what it names, older ones for "
	    "the rest");
	CHECK(answer(t, 1, "app2", "openid", "") &&
		  answer(t, 2, "app", "profile", "") &&
		  is_answered(t, "app", "openid groups", "email"),
	    "consent: each person and app has its own");
	consent_del(t, id, "ap");
	CHECK(is_answered(t, "app", "openid groups", "email"),
	    "consent: taking back another app's leaves it");
	consent_del(t, id, "app");
	CHECK(consent_get(t, id, "app", &a) == ERR_NOT_FOUND &&
		  is_answered(t, "app2", "openid", ""),
	    "consent: taken back, it is gone");
	CHECK(answer(t, 1, "app", "openid", "") &&
		  consent_del_all(t, id, NULL) == 2 &&
		  consent_del_all(t, NULL, "app") == 1 &&
		  consent_del_all(t, NULL, NULL) == 0,
	    "consent: all of a person's or an app's can be taken back");
	return OK;
}

int
main(void)
{
	granting();
	fixture_open();
	in_store(consents, NULL);
	return check_done();
}
