/* People: their names, what is kept of them, and that they go whole. */
#include "domain/user.h"

#include "base/str.h"
#include "check.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/removal.h"
#include "domain/session.h"
#include "domain/user_email.h"
#include "fixture.h"

#include <string.h>

typedef const char *refusal(const char *s);

/* One CHECK a row: whether each of LIST, which ends with NULL, is taken. */
static void
all(refusal *refuse, const char *const *list, bool taken, const char *promise)
{
	bool kept = true;

	for (; *list != NULL; list++) {
		if ((refuse(*list) == NULL) == taken)
			continue;
		printf("# not so: \"%s\"\n", *list);
		kept = false;
	}
	CHECK(kept, promise);
}

static void
words(void)
{
	static const char *const names[] = {
	    "a", "alice", "0", "a.b_c@d-e", "alice@example.org", NULL};
	static const char *const no_names[] = {"", "Alice", "al ice", ".alice",
	    "-alice", "_a", "@a", "al/ice", "al\nice", "gr\xc3\xbc\xc3\x9f",
	    "a:b", "a\"b", "<a>", NULL};
	static const char *const emails[] = {"a@b", "alice@example.org",
	    "alice+tag@example.org", "o'neil@example.org",
	    "gr\xc3\xbc\xc3\x9f@example.org", NULL};
	static const char *const no_emails[] = {"", "alice", "@b", "a@",
	    "a@b@c", "a b@c", "a@b,c@d", "Alice <a@b>", "a@b\r\nBcc: c@d",
	    "a;b@c", "\"a\"@b", "a@\xc3", NULL};
	static const char *const groups[] = {"family", "Family", "a.b_c:d-e",
	    "0", "Family & Friends", "Staff/IT", "gr\xc3\xbc\xc3\x9f",
	    "\xd0\xa1\xd0\xb5\xd0\xbc\xd1\x8c\xd1\x8f 2",
	    "\xe5\xae\xb6\xe6\x97\x8f", "(a) b@c;d\\e", NULL};
	static const char *const no_groups[] = {"", " ", "a,b", ",", "a\nb",
	    "a\tb", "a\"b", "a'b", " a", "a ", "a\x7f", "a\xc2\x85z", "a\xc3",
	    NULL};
	static const char *const languages[] = {"de", "pt-BR", "zh-Hans", "gsw",
	    "de-CH-1996", "sl-rozaj-biske", NULL};
	static const char *const no_languages[] = {"", "d", "-", "de-",
	    "de--AT", "d1", "de_DE", "de DE", "abcdefghi", "de-abcdefghi",
	    "aa-bb-cc-dd-ee-ff-gg-hh-ii-jj-kk-ll-mm", NULL};
	static const char *const zones[] = {"UTC", "Europe/Berlin",
	    "America/Port-au-Prince", "Etc/GMT+5", "Africa/El_Aaiun",
	    "America/Argentina/Buenos_Aires", NULL};
	static const char *const no_zones[] = {"", "/etc/passwd", "../x",
	    "a/../../b", "Europe/", "Europe//Berlin", "a b", "+1", NULL};

	all(user_language_refusal, languages, true,
	    "user: a language is a tag of RFC 5646's form");
	all(user_language_refusal, no_languages, false,
	    "user: nothing else is a language");
	all(user_zone_refusal, zones, true,
	    "user: a time zone is a name of tzdata's form");
	all(user_zone_refusal, no_zones, false,
	    "user: nothing else is, least of all a way out of its directory");

	all(user_name_refusal, names, true,
	    "user: a name has lower-case letters, digits and . _ @ -");
	all(user_name_refusal, no_names, false, "user: nothing else is a name");
	all(user_email_refusal, emails, true,
	    "user: what looks like an e-mail address is one");
	all(user_email_refusal, no_emails, false,
	    "user: nothing else is, least of all two or a header");
	all(user_group_refusal, groups, true,
	    "user: a group is text, with spaces and letters of any script");
	all(user_group_refusal, no_groups, false,
	    "user: without comma, quote, control character or space at an end");
}

static void
ceilings(void)
{
	char text[USER_EMAIL_CAP + 1];

	memset(text, 'a', sizeof text);
	text[64] = '\0';
	CHECK(user_name_refusal(text) == NULL,
	    "user: a name has up to 64 characters");
	text[64] = 'a';
	text[128] = '\0';
	CHECK(user_group_refusal(text) == NULL,
	    "user: and a group up to 128 bytes");
	text[128] = 'a';
	text[129] = '\0';
	CHECK(user_group_refusal(text) != NULL, "user: a group no more");
	text[129] = 'a';
	text[64] = 'a';
	text[65] = '\0';
	CHECK(user_name_refusal(text) != NULL, "user: and not one more");
	text[65] = 'a';
	text[1] = '@';
	text[254] = '\0';
	CHECK(user_email_refusal(text) == NULL,
	    "user: an e-mail address has up to 254 characters");
	text[254] = 'a';
	text[255] = '\0';
	CHECK(user_email_refusal(text) != NULL, "user: nor has that one more");
}

/* --- in the store -------------------------------------------------------- */

static bool
same(const struct user *a, const struct user *b)
{
	return memcmp(a->user_id, b->user_id, USER_ID_LEN) == 0 &&
	       str_equal(a->name, b->name) &&
	       str_equal(a->display, b->display) &&
	       str_equal(a->email, b->email) &&
	       a->email_verified == b->email_verified &&
	       a->locked == b->locked && a->has_password == b->has_password &&
	       str_equal(a->groups, b->groups) &&
	       a->password.opslimit == b->password.opslimit &&
	       a->password.memlimit_mib == b->password.memlimit_mib &&
	       memcmp(a->password.salt, b->password.salt, PASSWORD_SALT_LEN) ==
		   0 &&
	       memcmp(a->password.hash, b->password.hash, PASSWORD_HASH_LEN) ==
		   0 &&
	       a->created_at == b->created_at && a->changed_at == b->changed_at;
}

static enum err
keeping(struct store_txn *t, void *arg)
{
	static const struct user empty;
	struct user u = {.name = "alice",
	    .display = "Alice Gr\xc3\xbc\xc3\x9f",
	    .email = "alice@example.org",
	    .email_verified = true,
	    .has_password = true,
	    .groups = "family",
	    .password = {
		.opslimit = 2, .memlimit_mib = 19, .salt = {1}, .hash = {2}}};
	struct user found, twin = {.name = "alice"};

	(void)arg;
	CHECK(user_find(t, "alice", &found) == ERR_NOT_FOUND &&
		  memcmp(&found, &empty, sizeof found) == 0,
	    "user: who is not there is not found, and leaves zeroes");
	CHECK(user_add(t, &u, noon) == OK &&
		  user_find(t, "alice", &found) == OK && same(&u, &found) &&
		  user_get(t, u.user_id, &found) == OK && same(&u, &found),
	    "user: all that is put is found again, by name and by id");
	CHECK(user_find(t, "ALICE", &found) == OK &&
		  user_find(t, "alic", &found) == ERR_NOT_FOUND &&
		  user_find(t, "", &found) == ERR_NOT_FOUND &&
		  user_find(t,
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaa",
		      &found) == ERR_NOT_FOUND,
	    "user: a name is compared whole, in lower case");
	CHECK(user_add(t, &twin, noon) == ERR_EXISTS &&
		  user_find(t, "alice", &found) == OK && same(&u, &found),
	    "user: a name is taken once");
	memset(u.groups, 'g', sizeof u.groups - 1);
	memset(u.email, 'e', sizeof u.email - 1);
	memset(u.display, 'd', sizeof u.display - 1);
	CHECK(user_put(t, &u, noon + 5) == OK &&
		  user_find(t, "alice", &found) == OK && same(&u, &found) &&
		  found.created_at == noon && found.changed_at == noon + 5,
	    "user: the largest one there can be fits, and knows when it "
	    "changed");
	u.locked = true;
	CHECK(user_require(t, u.user_id, &found) == OK &&
		  user_put(t, &u, noon) == OK &&
		  user_require(t, u.user_id, &found) == ERR_ACCESS_DENIED &&
		  memcmp(&found, &empty, sizeof found) == 0,
	    "user: who is locked may not act");
	CHECK(remove_user(t, "alice", noon) == OK &&
		  user_require(t, u.user_id, &found) == ERR_ACCESS_DENIED &&
		  user_find(t, "alice", &found) == ERR_NOT_FOUND &&
		  remove_user(t, "alice", noon) == ERR_NOT_FOUND,
	    "user: nor who is gone");
	CHECK(user_add(t, &twin, noon) == OK &&
		  memcmp(twin.user_id, u.user_id, USER_ID_LEN) != 0 &&
		  user_get(t, u.user_id, &found) == ERR_NOT_FOUND &&
		  remove_user(t, "Alice", noon) == OK,
	    "user: the next person with that name is another");
	return OK;
}

static bool
collect(void *arg, const void *record)
{
	const struct user *u = record;

	return words_add(arg, 64, u->name) == OK &&
	       !str_equal(u->name, "carol");
}

static enum err
listing(struct store_txn *t, void *arg)
{
	static const char *const names[] = {"dave", "bob", "carol", "alice"};
	char seen[64] = "";

	(void)arg;
	for (size_t i = 0; i < 4; i++) {
		struct user u = {0};

		if (str_copy(u.name, sizeof u.name, names[i]) != OK ||
		    user_add(t, &u, noon) != OK)
			fixture_bail_out("four people");
	}
	user_each(t, collect, seen);
	CHECK(str_equal(seen, "alice bob carol"),
	    "user: a list goes by name, and stops when told");
	return OK;
}

/* --- e-mail addresses ---------------------------------------------------- */

static struct user
person(const char *name, const char *email, bool verified)
{
	struct user u = {.email_verified = verified};

	if (str_copy(u.name, sizeof u.name, name) != OK ||
	    str_copy(u.email, sizeof u.email, email) != OK)
		fixture_bail_out("a name that does not fit");
	return u;
}

/* Whether TYPED is NAME's to sign in by; NULL: no person's. */
static bool
signs_in(struct store_txn *t, const char *typed, const char *name)
{
	static const struct user empty;
	struct user u;
	enum err e = user_find_typed(t, typed, &u);

	if (name == NULL)
		return e == ERR_NOT_FOUND && memcmp(&u, &empty, sizeof u) == 0;
	return e == OK && str_equal(u.name, name);
}

static bool
no_one(void *arg, const void *record)
{
	(void)record;
	++*(size_t *)arg;
	return true;
}

static bool
index_is_right(struct store_txn *t)
{
	size_t missing = 0;

	return user_verify_emails(t, no_one, &missing) == 0 && missing == 0;
}

static enum err
addresses(struct store_txn *t, void *arg)
{
	struct user erin = person("erin", "Erin@Example.org", true);
	struct user frank = person("frank", "erin@example.ORG", true);
	struct user named = person("erin@example.org", "", false);
	struct user found;
	uint8_t id[USER_ID_LEN];

	(void)arg;
	CHECK(user_add(t, &erin, noon) == OK &&
		  signs_in(t, "erin@example.org", "erin") &&
		  signs_in(t, "ERIN@EXAMPLE.ORG", "erin") &&
		  signs_in(t, "erin", "erin") &&
		  user_find_typed(t, "erin", &found) == OK &&
		  str_equal(found.email, "Erin@Example.org"),
	    "user: an address is good to sign in with, in any case, and kept "
	    "as "
	    "it was given");
	CHECK(signs_in(t, "erin@example.or", NULL) &&
		  signs_in(t, "erin@example.org.", NULL) &&
		  signs_in(t, "erin@", NULL) && signs_in(t, "@", NULL) &&
		  signs_in(t, "", NULL),
	    "user: but no part of one");
	CHECK(user_add(t, &frank, noon) == ERR_EXISTS &&
		  user_find(t, "frank", &found) == ERR_NOT_FOUND &&
		  user_email_rival(t, &frank, id) == OK &&
		  memcmp(id, erin.user_id, USER_ID_LEN) == 0 &&
		  user_email_rival(t, &erin, id) == ERR_NOT_FOUND,
	    "user: a verified address is one person's, who is known");
	frank.email_verified = false;
	CHECK(user_add(t, &frank, noon) == OK &&
		  signs_in(t, "erin@example.org", "erin"),
	    "user: others may have it unverified, and it names the first");
	frank.email_verified = true;
	CHECK(user_put(t, &frank, noon) == ERR_EXISTS &&
		  user_find(t, "frank", &found) == OK && !found.email_verified,
	    "user: nor can it be verified later");
	erin.email_verified = frank.email_verified = false;
	CHECK(user_put(t, &erin, noon) == OK &&
		  signs_in(t, "erin@example.org", NULL) &&
		  signs_in(t, "erin", "erin"),
	    "user: an address that two have unverified names neither");
	frank.email_verified = true;
	CHECK(user_put(t, &frank, noon) == OK &&
		  signs_in(t, "erin@example.org", "frank"),
	    "user: until one has it verified");
	CHECK(user_add(t, &named, noon) == OK &&
		  signs_in(t, "erin@example.org", "erin@example.org") &&
		  remove_user(t, "erin@example.org", noon) == OK,
	    "user: a name comes first");
	CHECK(
	    str_copy(frank.email, sizeof frank.email, "f@example.org") == OK &&
		user_put(t, &frank, noon) == OK &&
		signs_in(t, "f@example.org", "frank") &&
		signs_in(t, "erin@example.org", "erin"),
	    "user: a changed address is free for the other who has it");
	CHECK(remove_user(t, "frank", noon) == OK &&
		  signs_in(t, "f@example.org", NULL),
	    "user: with a person their address goes");
	frank = person("frank", "", true);
	CHECK(user_add(t, &frank, noon) == OK &&
		  signs_in(t, "frank", "frank") &&
		  remove_user(t, "frank", noon) == OK && index_is_right(t),
	    "user: no address is no address, and all that is left is indexed");
	return remove_user(t, "erin", noon);
}

static enum err
scripts(struct store_txn *t, void *arg)
{
	struct user u = person("zoe", "Zo\xc3\x8b@example.org", true);
	struct user twin = person("twin", "zoe\xcc\x88@example.org", true);
	char text[USER_EMAIL_CAP];

	(void)arg;
	CHECK(user_add(t, &u, noon) == OK &&
		  signs_in(t, "zo\xc3\xab@example.org", "zoe") &&
		  signs_in(t, "ZOE\xcc\x88@EXAMPLE.ORG", "zoe") &&
		  signs_in(t, "zoe@example.org", NULL) &&
		  signs_in(t, "zo\xc3@example.org", NULL),
	    "user: an address is the same however its letters are composed");
	CHECK(user_add(t, &twin, noon) == ERR_EXISTS &&
		  remove_user(t, "zoe", noon) == OK,
	    "user: nor does that make it another's");
	memset(text, 'e', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	text[64] = '@';
	u = person("long", text, true);
	CHECK(user_add(t, &u, noon) == OK && signs_in(t, text, "long"),
	    "user: the longest address there can be is found");
	text[64] = 'e';
	memcpy(text + 252, "e\xcc", 2);
	CHECK(signs_in(t, text, NULL) && remove_user(t, "long", noon) == OK &&
		  index_is_right(t),
	    "user: what cannot be one is no person's");
	return OK;
}

static enum err
damage(struct store_txn *t, void *arg)
{
	static const char entry[] = "x@example.org\0"
				    "0123456789abcdef0";
	struct user u = person("gina", "gina@example.org", true);
	size_t missing = 0;

	(void)arg;
	if (user_add(t, &u, noon) != OK)
		fixture_bail_out("gina");
	store_put(t, TABLE_USER_EMAILS, entry, sizeof entry - 1, "", 0, 0);
	CHECK(user_verify_emails(t, no_one, &missing) == 1 && missing == 0 &&
		  signs_in(t, "x@example.org", NULL),
	    "user: an entry that no person has is noticed, and opens nothing");
	store_del(t, TABLE_USER_EMAILS, entry, sizeof entry - 1);
	store_prune(t, TABLE_USER_EMAILS, "gina", 4, any_row, NULL);
	CHECK(user_verify_emails(t, no_one, &missing) == 0 && missing == 1,
	    "user: and so is a missing one");
	CHECK(remove_user(t, "gina", noon) == OK && index_is_right(t),
	    "user: which is no reason to keep the person");
	return OK;
}

/* --- what goes with them ------------------------------------------------- */

static bool
give(struct store_txn *t, const char *name)
{
	static const struct family_lifetimes l = {900, 3600, 7200, {30, false}};
	struct session_cookie cookie;
	struct consent consent = {.client_id = "app", .granted = "openid"};
	struct family f = {.client_id = "app", .refreshable = true};
	struct code code = {.client_id = "app"};
	struct session s;
	struct user u;

	if (user_find(t, name, &u) != OK)
		return false;
	memcpy(consent.user_id, u.user_id, USER_ID_LEN);
	memcpy(f.user_id, u.user_id, USER_ID_LEN);
	memcpy(code.user_id, u.user_id, USER_ID_LEN);
	random_bytes(f.family_id, FAMILY_ID_LEN);
	session_make(&s, &cookie, NULL, u.user_id, "pwd",
	    &(struct session_lifetimes){3600, 3600}, false, noon);
	return session_put(t, &s) == OK &&
	       family_begin(t, &f, &l, noon) == OK &&
	       code_issue(t, &code, noon) == OK &&
	       consent_put(t, &consent) == OK;
}

static enum err
remove_bob(struct store_txn *t, void *arg)
{
	(void)arg;
	if (!give(t, "bob") || !give(t, "bob") || !give(t, "alice") ||
	    remove_user(t, "bob", noon) != OK)
		fixture_bail_out("bob, who stays");
	return OK;
}

static void
removal(void)
{
	struct store_figures f;

	in_store(remove_bob, NULL);
	CHECK(store_measure(fixture, &f) == OK && f.entries[TABLE_USERS] == 3 &&
		  f.entries[TABLE_USER_NAMES] == 3 &&
		  f.entries[TABLE_USER_EMAILS] == 0 &&
		  f.entries[TABLE_SESSIONS] == 1 &&
		  f.entries[TABLE_FAMILIES] == 1 &&
		  f.entries[TABLE_CODES] == 1 &&
		  f.entries[TABLE_CONSENTS] == 1 && f.expiry_entries == 3,
	    "user: removed, they take sessions, families, codes and consents "
	    "along, and no other's");
}

int
main(void)
{
	words();
	ceilings();
	fixture_open();
	in_store(keeping, NULL);
	in_store(listing, NULL);
	in_store(addresses, NULL);
	in_store(scripts, NULL);
	in_store(damage, NULL);
	removal();
	return check_done();
}
