/* Password hashes of other systems, each made by a program that is not ours:
 * openssl passwd, htpasswd, mkpasswd, argon2. */
#include "domain/imported_password.h"

#include "base/monotonic.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "domain/password.h"
#include "scratch.h"

#include <string.h>

#define PASSWORD "correct horse battery"

static const char *const hashes[] = {
    "$1$saltsalt$UevX3RQ4rPNbqFqf8dVFn.",
    "$5$saltsalt$lJBntEo62mus/ovk43htFvkabtoMEkzjosQqenAm4h8",
    "$5$rounds=1000$saltsalt$DoN2WcBhpG46VIH/EyfZvcagZwm42q0Yk.N4cUSDxm1",
    "$6$saltsalt$G9wFFnnUFCPffgjGaIp8t6onbqx3zGbMIn93ecLfBFGJpBV3/"
    "0HPLZ17qYbjb.WJDtXbmuMlQ9NnvzVms5ZXj.",
    "$7$5U..../....saltsalt$F5BVZQNrlUuqv7xHAtgQz5vjeHUfQX8ol/SQFh1kKO/",
    "$y$j75$saltsalt$eHvR8ZJlkqwddxvgbSk4st9/WrHXzzsxEXH53c/g9n5",
    "$gy$j75$saltsalt$W8FAFSQy6kGT6ByIgB3YVUEBz0B0LIzpzVxK6/bcAL7",
    "$2y$05$6NTwlczeEzDHmL.pfa9xzOVHZIW.9IQJOYrEYpfrjQRhN9AQ1Ul46",
    "$apr1$saltsalt$ZdO9ajrUOSz9es9I0fQZB.",
    "{SHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U=",
    "$argon2id$v=19$m=1024,t=1,p=4$c2FsdHNhbHQ$"
    "xVg3MEg4UhsbCrDWTQ1aZT8G4VeWlK0VXcP/AuwmLno",
    "$argon2i$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$"
    "geTCh9QO1642ZrBjrZBnoAdM5LShsGAN1bzKHohw1KY",
};

enum { HASHES = sizeof hashes / sizeof *hashes, BCRYPT = 7, ARGON2 = 10 };

/* HASH is taken over, and then knows its password and no other. */
static bool
is_imported(const char *hash, const struct conf *conf)
{
	struct password_hash h;
	struct imported_cost cost;

	return imported_try(hash, &cost) == OK &&
	       password_import(&h, hash, conf) == OK &&
	       str_equal(h.imported, cost.setting) &&
	       password_outdated(&h, conf) &&
	       password_verify(&h, PASSWORD, conf) == OK &&
	       password_verify(&h, PASSWORD "!", conf) == ERR_ACCESS_DENIED &&
	       password_verify(&h, "", conf) == ERR_ACCESS_DENIED;
}

static void
known_methods(const struct conf *conf)
{
	bool all = true, wrapped = true;

	for (size_t i = 0; i < HASHES; i++) {
		struct password_hash h;

		if (!is_imported(hashes[i], conf)) {
			printf("# %s\n", hashes[i]);
			all = false;
		}
		if (i < ARGON2 &&
		    (password_import(&h, hashes[i], conf) != OK ||
			strstr(hashes[i], h.imported) != hashes[i] ||
			strlen(h.imported) + 22 > strlen(hashes[i])))
			wrapped = false;
	}
	CHECK(
	    all, "import: each method's hash knows its password, and no other");
	CHECK(wrapped,
	    "import: of a hash that is not Argon2's only the setting is kept");
}

static void
damaged(void)
{
	static const char *const bad[] = {"$6$saltsalt$short", "$6$saltsalt",
	    "$2y$05$6NTwlczeEzDHmL.pfa9xzOVHZIW", "$y$j75$saltsalt$",
	    "$apr1$saltsalt$ZdO9ajrUOSz9es9I0fQZB:", "{SHA}mN7MYuzj",
	    "$2y$00$6NTwlczeEzDHmL.pfa9xzOVHZIW.9IQJOYrEYpfrjQRhN9AQ1Ul46",
	    "$argon2id$v=19$m=1024,t=1,p=4$c2FsdHNhbHQ$",
	    "$argon2id$v=16$m=1024,t=1,p=1$c2FsdHNhbHQ$"
	    "geTCh9QO1642ZrBjrZBnoAdM5LShsGAN1bzKHohw1KY",
	    "$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$"
	    "geTCh9QO1642ZrBjrZBnoAdM5LShsGAN1bzKHohw1KY",
	    "$argon2id$m=1024,t=1,p=1$x$y", "$argon2id$"};
	static const char *const unknown[] = {"", "x", "*", "!", "!!",
	    "rl0uE3MJEhhXA", "plain", "$2x$05$", "$pbkdf2-sha512$310000$a$b",
	    "{SSHA}mN7MYuzjmaIu0w1JDvMzvn/ec4U=", "$3$$", "$argon2d$v=19$"};
	static const char *const dear[] = {
	    "$2y$31$6NTwlczeEzDHmL.pfa9xzOVHZIW.9IQJOYrEYpfrjQRhN9AQ1Ul46",
	    "$5$rounds=999999999$saltsalt$"
	    "DoN2WcBhpG46VIH/EyfZvcagZwm42q0Yk.N4cUSDxm1",
	    "$y$jZT$saltsalt$eHvR8ZJlkqwddxvgbSk4st9/WrHXzzsxEXH53c/g9n5",
	    "$argon2id$v=19$m=4194304,t=1,p=4$c2FsdHNhbHQ$"
	    "xVg3MEg4UhsbCrDWTQ1aZT8G4VeWlK0VXcP/AuwmLno",
	    "$argon2id$v=19$m=1024,t=4000000,p=4$c2FsdHNhbHQ$"
	    "xVg3MEg4UhsbCrDWTQ1aZT8G4VeWlK0VXcP/AuwmLno"};
	struct imported_cost cost;
	bool as_told = true;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (imported_try(bad[i], &cost) != ERR_SYNTAX) {
			printf("# %s\n", bad[i]);
			as_told = false;
		}
	CHECK(as_told, "import: a hash that is cut off or damaged is refused");
	as_told = true;
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		as_told &= imported_try(unknown[i], &cost) == ERR_UNSUPPORTED;
	CHECK(as_told, "import: what is of no method of ours is told apart");
	as_told = true;
	for (size_t i = 0; i < sizeof dear / sizeof *dear; i++)
		if (imported_try(dear[i], &cost) != ERR_CONTENT_TOO_LARGE) {
			printf("# %s\n", dear[i]);
			as_told = false;
		}
	CHECK(as_told,
	    "import: a hash that would take over a second or a gigabyte is "
	    "refused, without taking them");
}

static void
long_passwords(const struct conf *conf)
{
	static const char bcrypt72[] = "$2y$05$6NTwlczeEzDHmL.pfa9xzO"
				       "AoWzUWsTi/rGgHo3Vqt/j90ua8xxR92";
	char text[PASSWORD_CAP];
	struct password_hash h;

	memset(text, 'x', sizeof text);
	text[PASSWORD_CAP - 1] = '\0';
	CHECK(password_import(&h, hashes[3], conf) == OK &&
		  password_verify(&h, text, conf) == ERR_ACCESS_DENIED,
	    "import: a password that is too long for a method is wrong");
	CHECK(password_import(&h, bcrypt72, conf) == OK &&
		  password_verify(&h, text + PASSWORD_CAP - 100, conf) == OK &&
		  password_verify(&h, text + PASSWORD_CAP - 72, conf) ==
		      ERR_ACCESS_DENIED,
	    "import: bcrypt knows the first 72 bytes of one, and needs them");
	/* Latin letters as decomposed: what was typed is tried first. */
	CHECK(password_import(&h, "$1$saltsalt$TtN9y6qdcKgJ3/iuTSCeu/", conf) ==
		      OK &&
		  password_verify(&h, "cafe\xcc\x81 noir", conf) == OK,
	    "import: a hash of what a keyboard composed otherwise knows it");
	CHECK(password_import(&h, "$1$saltsalt$ObL/8f8JUgBj7bCwznMQc1", conf) ==
		      OK &&
		  password_verify(&h, "cafe\xcc\x81 noir", conf) == OK,
	    "import: and one of its composed form, too");
}

static int64_t
time_of(const struct password_hash *h, const struct imported_cost *costliest,
    const struct conf *conf)
{
	int64_t began = monotonic_ms();

	if (password_verify_like(h, costliest, "wrong", conf) !=
	    ERR_ACCESS_DENIED)
		return -1;
	return monotonic_ms() - began;
}

/* Half of it, for the machine may be busy. */
static void
equal_times(const struct conf *conf)
{
	struct imported_cost most = {.took_ms = 100};
	struct password_hash own, other, ordinary;

	if (password_import(&own, hashes[BCRYPT], conf) != OK ||
	    password_import(&other, hashes[1], conf) != OK ||
	    password_set(&ordinary, PASSWORD, conf) != OK ||
	    imported_setting(most.setting, "$2y$08$6NTwlczeEzDHmL.pfa9xzOVHZIW."
					   "9IQJOYrEYpfrjQRhN9AQ1Ul46") != OK)
		return;
	CHECK(time_of(&other, &most, conf) >= 90,
	    "import: a cheaper hash waits for what the costliest takes");
	CHECK(time_of(NULL, &most, conf) >= 5 &&
		  time_of(&ordinary, &most, conf) >= 5,
	    "import: an unknown person and an ordinary hash take it as well");
	CHECK(imported_same_cost(hashes[1], hashes[1]) &&
		  imported_same_cost("$2y$08$aaaaaaaaaaaaaaaaaaaaaa",
		      "$2y$08$bbbbbbbbbbbbbbbbbbbbbb") &&
		  !imported_same_cost(hashes[BCRYPT], most.setting) &&
		  !imported_same_cost(hashes[1], hashes[2]) &&
		  !imported_same_cost("", hashes[1]) &&
		  imported_same_cost("$argon2id$v=19$m=8,t=1,p=1$a$b",
		      "$argon2id$v=19$m=8,t=1,p=1$c$d") &&
		  !imported_same_cost("$argon2id$v=19$m=8,t=1,p=1$a$b",
		      "$argon2id$v=19$m=9,t=1,p=1$a$b"),
	    "import: hashes that differ in their salts alone cost the same");
}

int
main(void)
{
	struct conf conf = {
	    .argon2_opslimit = 1, .argon2_memlimit_mib = 1, .argon2_slots = 2};

	if (secret_init() != OK ||
	    str_copy(conf.dir, sizeof conf.dir, scratch_dir()) != OK)
		return 1;
	known_methods(&conf);
	damaged();
	long_passwords(&conf);
	equal_times(&conf);
	return check_done();
}
