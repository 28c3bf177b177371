#include "domain/new_password.h"

#include "base/secret.h"
#include "base/str.h"
#include "domain/common_password.h"
#include "domain/opaque_string.h"
#include "domain/password.h"

#include <string.h>

enum {
	MEANT_CAP = (PASSWORD_CAP - 1) * OPAQUE_STRING_GROWTH + 1,
	PART_CAP = 512,
	PART_MIN = 3,   /* bytes of a name that count */
	LEFT_MIN = 8,   /* characters that are left without names */
	PERIOD_MAX = 4, /* characters that are repeated */
	RUN_MIN = 3     /* characters of a run, on average */
};

/* What follows what in a row: both ways. */
static const char *const rows[] = {"01234567890", "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop",
    "qsdfghjklm", "wxcvbn"};

static bool
is_utf8_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += !is_utf8_continuation(*s);
	return n;
}

/* S, which is UTF-8, without its first character. */
static const char *
after_first(const char *s)
{
	do
		s++;
	while (is_utf8_continuation(*s));
	return s;
}

/* Whether S is a few characters again and again: then it begins with itself
 * less its first ones. */
static bool
is_repetition(const char *s)
{
	const char *rest = s;

	for (int period = 1; period <= PERIOD_MAX && *rest != '\0'; period++) {
		rest = after_first(rest);
		if (*rest != '\0' && str_starts(s, rest))
			return true;
	}
	return false;
}

static bool
is_next_in(const char *row, char a, char b)
{
	const char *at = strchr(row, a);

	return at != NULL && (at[1] == b || (at > row && at[-1] == b));
}

static bool
goes_on(char a, char b)
{
	if (a == b)
		return true;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is_next_in(rows[i], a, b))
			return true;
	return false;
}

/* Whether LOWER is made of long runs: qwerty123, aaaabbbb. */
static bool
is_runs(const char *lower)
{
	size_t runs = 1;

	for (const char *s = lower; s[0] != '\0' && s[1] != '\0'; s++)
		runs += !goes_on(s[0], s[1]);
	return runs * RUN_MIN <= strlen(lower);
}

static enum password_flaw
guessability(const char *lower)
{
	if (is_repetition(lower) || is_runs(lower))
		return PASSWORD_SIMPLE;
	return common_password(lower) ? PASSWORD_COMMON : PASSWORD_FINE;
}

static bool
ends_word(char c)
{
	return (unsigned char)c < 0x80 && !(c >= 'a' && c <= 'z') &&
	       !(c >= '0' && c <= '9');
}

/* Takes NAME out of REST, which is in lower case, as a whole and then each of
 * its words; whether there was any. */
static bool
cut_name(char *rest, const char *name)
{
	char lower[PART_CAP];
	bool found = false;
	size_t len;

	if (lower_string(lower, sizeof lower, name) != OK)
		return false;
	if (strlen(lower) >= PART_MIN)
		found = str_take_out(rest, lower);
	for (char *word = lower; *word != '\0'; word += len) {
		char end;

		for (len = 0; word[len] != '\0' && !ends_word(word[len]);)
			len++;
		end = word[len];
		word[len] = '\0';
		if (len >= PART_MIN && str_take_out(rest, word))
			found = true;
		word[len] = end;
		len += end != '\0';
	}
	return found;
}

/* Without who and where it is for, what is left must do as a password. */
static bool
is_personal(char *rest, const struct user *u, const struct conf *conf)
{
	bool found = cut_name(rest, u->name);

	found |= cut_name(rest, u->display);
	found |= cut_name(rest, u->given_name);
	found |= cut_name(rest, u->family_name);
	found |= cut_name(rest, u->email);
	found |= cut_name(rest, conf->provider_name);
	found |= cut_name(rest, conf->issuer);
	return found && (characters(rest) < LEFT_MIN ||
			    guessability(rest) != PASSWORD_FINE);
}

static enum password_flaw
find_flaw(char *lower, const struct user *u, const struct conf *conf)
{
	enum password_flaw flaw;

	if (characters(lower) < conf->password_min)
		return PASSWORD_SHORT;
	flaw = guessability(lower);
	if (flaw == PASSWORD_FINE && is_personal(lower, u, conf))
		flaw = PASSWORD_PERSONAL;
	return flaw;
}

enum password_flaw
password_flaw(const char *p, const struct user *u, const struct conf *conf)
{
	char meant[MEANT_CAP], lower[MEANT_CAP];
	enum password_flaw flaw;
	size_t len = strlen(p);

	if (len >= PASSWORD_CAP)
		return PASSWORD_LONG;
	if (!str_is_utf8(p, len) || str_has_control(p))
		return PASSWORD_UNREADABLE;
	if (opaque_string(meant, sizeof meant, p) != OK ||
	    lower_string(lower, sizeof lower, meant) != OK)
		flaw = PASSWORD_UNCOMPOSED;
	else
		flaw = find_flaw(lower, u, conf);
	secret_wipe(meant, sizeof meant);
	secret_wipe(lower, sizeof lower);
	return flaw;
}

void
password_flaw_tell(
    struct buf *b, enum password_flaw flaw, const struct conf *conf)
{
	static const char *const told[] = {
	    [PASSWORD_LONG] = "is too long",
	    [PASSWORD_UNREADABLE] =
		"is not UTF-8 text, or has a control character in it",
	    [PASSWORD_SIMPLE] = "is a row of keys or a repetition, which is "
				"soon guessed",
	    [PASSWORD_COMMON] = "is one of the commonest, which are guessed "
				"first",
	    [PASSWORD_PERSONAL] = "is hardly more than a name or address of "
				  "the person or of this site",
	    [PASSWORD_UNCOMPOSED] = "has letters beyond ASCII, and "
				    "libunistring, which they need, cannot be "
				    "loaded",
	};

	buf_puts(b, "the password ");
	if (flaw == PASSWORD_SHORT)
		buf_printf(
		    b, "needs %u characters or more", conf->password_min);
	else if (flaw != PASSWORD_FINE)
		buf_puts(b, told[flaw]);
}
