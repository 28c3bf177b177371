/* What may be a new password, and what is guessed first. */
#include "domain/new_password.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "domain/common_password.h"
#include "domain/password.h"

#include <string.h>

static struct conf conf = {.password_min = 8,
    .provider_name = "The Millers",
    .issuer = "https://id.miller-home.example"};
static const struct user alice = {.name = "alice.w",
    .display = "Alice W\xc3\xa4lchli",
    .email = "a.waelchli@post.example"};

static enum password_flaw
flaw(const char *p)
{
	return password_flaw(p, &alice, &conf);
}

#define ALL(list, expected, promise)                                           \
	CHECK(all(list, sizeof list / sizeof list[0], expected), promise)

static bool
all(const char *const *list, size_t count, enum password_flaw expected)
{
	bool kept = true;

	for (size_t i = 0; i < count; i++)
		if (flaw(list[i]) != expected) {
			printf("# %s: %d\n", list[i], flaw(list[i]));
			kept = false;
		}
	return kept;
}

static void
lengths(void)
{
	char text[PASSWORD_CAP + 1];

	CHECK(flaw("correct horse") == PASSWORD_FINE,
	    "new password: words are a password");
	CHECK(flaw("kT3;xw9P") == PASSWORD_FINE,
	    "new password: eight characters are enough");
	CHECK(flaw("kT3;xw9") == PASSWORD_SHORT,
	    "new password: seven characters are not enough");
	CHECK(flaw("") == PASSWORD_SHORT, "new password: nothing is none");
	CHECK(flaw("gr\xc3\xbc\xc3\x9f"
		   "gott") == PASSWORD_FINE,
	    "new password: a character of two bytes is one");
	CHECK(flaw("k\xc3\xbct\xc3\x9f") == PASSWORD_SHORT,
	    "new password: four characters of six bytes are not eight");
	CHECK(flaw("e\xcc\x81"
		   "a\xcc\x81o\xcc\x81"
		   "i\xcc\x81") == PASSWORD_SHORT,
	    "new password: a letter and its accent are one character");
	CHECK(flaw("\xf0\x9f\x90\x8c\xf0\x9f\x8d\x95\xf0\x9f\x9a\xb2\xf0\x9f"
		   "\x8e\xb8\xf0\x9f\x8c\x8a\xf0\x9f\x94\x91\xf0\x9f\x90\xa2"
		   "\xf0\x9f\x8d\x8b") == PASSWORD_FINE,
	    "new password: eight emoji are a password");
	conf.password_min = 15;
	CHECK(flaw("correct horse!") == PASSWORD_SHORT &&
		  flaw("correct horses!") == PASSWORD_FINE,
	    "new password: password_min says how many it needs");
	conf.password_min = 8;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "horse battery,"[i % 14 ^ (i / 91 % 2)];
	text[PASSWORD_CAP - 1] = '\0';
	CHECK(flaw(text) == PASSWORD_FINE,
	    "new password: 1024 bytes are a password");
	text[PASSWORD_CAP - 1] = 'a';
	text[PASSWORD_CAP] = '\0';
	CHECK(flaw(text) == PASSWORD_LONG, "new password: 1025 bytes are none");
	CHECK(flaw("gr\xfc\xdfgott1") == PASSWORD_UNREADABLE,
	    "new password: what is not UTF-8 is refused");
	CHECK(flaw("correct\nhorse") == PASSWORD_UNREADABLE,
	    "new password: a control character is refused");
}

static void
guesses(void)
{
	static const char *const simple[] = {"aaaaaaaaaa",
	    "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc",
	    "12345678", "87654321", "qwertyuiop", "QWERTZUIOP", "abcdefgh",
	    "hgfedcba", "abcabcabc", "ab1!ab1!", "aaaaaaab", "111222333444",
	    "asdf1234", "qwerty123456", "1111aaaa"};
	static const char *const common[] = {"password1", "Password1",
	    "PASSWORD", "iloveyou", "sunshine", "1qaz2wsx", "trustno1",
	    "starwars", "football1", "letmein123"};
	static const char *const fine[] = {"violet tractor", "maison-42-bleue",
	    "oma backt Kuchen", "89-haselnuss",
	    "\xd0\xba\xd0\xbe\xd1\x82 "
	    "\xd0\xb8 \xd0\xb4\xd0\xbe\xd0"
	    "\xbc",
	    "7h!Qz-plum"};

	ALL(simple, PASSWORD_SIMPLE,
	    "new password: a row of keys or a repetition is none");
	ALL(common, PASSWORD_COMMON,
	    "new password: one of the commonest is none, in any case");
	ALL(fine, PASSWORD_FINE, "new password: other words are one");
	CHECK(common_password("password") && !common_password("Password") &&
		  !common_password("") && !common_password("drowssap-tractor"),
	    "new password: the table is of lower case");
}

static void
names(void)
{
	static const char *const personal[] = {"alice.w1", "Alice2026",
	    "Alicealice", "w\xc3\xa4lchli-1", "WA\xcc\x88LCHLI1990",
	    "a.waelchli@post.example", "millers!2026", "miller-home",
	    "id.miller-home.example", "alice+miller", "alicepassword",
	    "alice12345678"};
	static const char *const fine[] = {
	    "malice and tractors", "alice likes plums", "miller's violet cow"};
	const struct user nameless = {.name = "x"};

	ALL(personal, PASSWORD_PERSONAL,
	    "new password: little more than a name of the person or site is "
	    "none");
	ALL(fine, PASSWORD_FINE,
	    "new password: enough beside the name makes one");
	CHECK(password_flaw("alice+tree", &nameless, &conf) == PASSWORD_FINE,
	    "new password: another person's name is no name of mine");
}

static void
told(void)
{
	char text[200];
	struct buf b;
	int complete = 0;

	for (int f = PASSWORD_SHORT; f <= PASSWORD_UNCOMPOSED; f++) {
		buf_init(&b, text, sizeof text);
		password_flaw_tell(&b, (enum password_flaw)f, &conf);
		complete += buf_ok(&b) && b.len > strlen("the password ");
	}
	CHECK(complete == PASSWORD_UNCOMPOSED,
	    "new password: each flaw has its words");
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	lengths();
	guesses();
	names();
	told();
	return check_done();
}
