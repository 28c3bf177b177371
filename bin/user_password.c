#include "user_password.h"

#include "base/secret.h"
#include "domain/new_password.h"
#include "prompt.h"

#include <stdio.h>

static int
explain_prompt(enum err e)
{
	switch (e) {
	case ERR_UNSUPPORTED:
		return admin_fail("no terminal to ask for a password on;"
				  " give it with --password-stdin");
	case ERR_NO_SPACE:
		return admin_fail("the password is too long");
	case ERR_SYNTAX:
		return admin_fail("the password has a NUL character in it");
	default:
		return admin_fail("the password could not be read");
	}
}

static int
refuse_flaws(
    const char *password, const struct user *u, const struct conf *conf)
{
	enum password_flaw flaw = password_flaw(password, u, conf);
	char message[200];
	struct buf b;

	if (flaw == PASSWORD_FINE)
		return EXIT_DONE;
	buf_init(&b, message, sizeof message);
	password_flaw_tell(&b, flaw, conf);
	return admin_fail("%s", message);
}

static int
ask_twice(char password[static PASSWORD_CAP], const struct user *u,
    const struct conf *conf)
{
	char again[PASSWORD_CAP], question[USER_NAME_CAP + 32];
	int status;
	enum err e;

	snprintf(question, sizeof question, "New password for %s: ", u->name);
	e = prompt_secret(question, password, PASSWORD_CAP);
	if (e != OK)
		return explain_prompt(e);
	status = refuse_flaws(password, u, conf);
	if (status != EXIT_DONE)
		return status;
	e = prompt_secret("The same again: ", again, sizeof again);
	if (e != OK)
		status = explain_prompt(e);
	else if (!secret_equal_str(password, again))
		status = admin_fail("the two passwords differ; nothing has "
				    "changed");
	secret_wipe(again, sizeof again);
	return status;
}

static int
read_once(char password[static PASSWORD_CAP], const struct user *u,
    const struct conf *conf)
{
	enum err e = prompt_stdin(password, PASSWORD_CAP);

	return e != OK ? explain_prompt(e) : refuse_flaws(password, u, conf);
}

static int
hash_password(
    struct password_hash *h, const char *password, const struct conf *conf)
{
	enum err e = password_set(h, password, conf);

	if (e == OK)
		return EXIT_DONE;
	if (e == ERR_BUSY)
		return admin_fail("other sign-ins take all slots for hashes; "
				  "try again");
	if (e == ERR_TEMPORARILY_UNAVAILABLE)
		return admin_fail("not enough memory for a hash of %u MiB; "
				  "try again, or lower argon2_memlimit",
		    conf->argon2_memlimit_mib);
	return admin_fail("slots in %s cannot be used (%s); `latchkey check` "
			  "says why",
	    conf->dir, err_name(e));
}

int
user_new_password(const struct admin *a, const struct args *args,
    const struct user *u, struct password_hash *h)
{
	char password[PASSWORD_CAP] = "";
	int status;

	status = args_has(args, "--password-stdin")
		     ? read_once(password, u, &a->conf)
		     : ask_twice(password, u, &a->conf);
	if (status == EXIT_DONE)
		status = hash_password(h, password, &a->conf);
	secret_wipe(password, sizeof password);
	return status;
}
