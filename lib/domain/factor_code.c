/*
 * The codes of domain/factor.h: recovery codes made, and what is typed compared
 * with what the person has.
 */
#include "domain/factor.h"

#include "base/str.h"

#include <string.h>

/* --- recovery codes ------------------------------------------------------- */

/* Without letters that look like digits or each other. */
static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void
hash_recovery(uint8_t hash[static RECOVERY_HASH_LEN],
    const uint8_t user_id[static USER_ID_LEN], const char *code)
{
	uint8_t text[USER_ID_LEN + RECOVERY_LETTERS];

	memcpy(text, user_id, USER_ID_LEN);
	memcpy(text + USER_ID_LEN, code, RECOVERY_LETTERS);
	secret_hash_in(
	    hash, RECOVERY_HASH_LEN, "recovery code", text, sizeof text);
	secret_wipe(text, sizeof text);
}

/* CODE in four groups of four. */
static void
show_recovery(char text[static RECOVERY_CODE_CAP], const char *code)
{
	for (size_t i = 0; i < RECOVERY_LETTERS; i++) {
		if (i > 0 && i % 4 == 0)
			*text++ = '-';
		*text++ = code[i];
	}
	*text = '\0';
}

void
factor_make_recovery(struct factor *f,
    char text[static RECOVERY_CODES][RECOVERY_CODE_CAP],
    const struct keyring *k, int64_t now)
{
	uint8_t hashes[RECOVERY_CODES * RECOVERY_HASH_LEN];
	char code[RECOVERY_LETTERS];

	for (size_t n = 0; n < RECOVERY_CODES; n++) {
		random_bytes(code, sizeof code);
		for (size_t i = 0; i < sizeof code; i++)
			code[i] = letters[code[i] & 31];
		hash_recovery(hashes + n * RECOVERY_HASH_LEN, f->user_id, code);
		show_recovery(text[n], code);
	}
	factor_seal_recovery(f, hashes, sizeof hashes, k);
	f->recovery_since = now;
	secret_wipe(code, sizeof code);
	secret_wipe(hashes, sizeof hashes);
}

/* --- a code that is typed ------------------------------------------------- */

/* The digit that S begins with, ASCII, full-width, Arabic-Indic or the Persian
 * kind; -1 if none. *LEN: its bytes. */
static int
read_digit(const unsigned char *s, size_t *len)
{
	*len = 1;
	if (s[0] >= '0' && s[0] <= '9')
		return s[0] - '0';
	*len = 2;
	if (s[0] == 0xd9 && s[1] >= 0xa0 && s[1] <= 0xa9)
		return s[1] - 0xa0;
	if (s[0] == 0xdb && s[1] >= 0xb0 && s[1] <= 0xb9)
		return s[1] - 0xb0;
	*len = 3;
	if (s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x90 && s[2] <= 0x99)
		return s[2] - 0x90;
	return -1;
}

/* What people and telephones put between the digits. */
static size_t
skip_between(const unsigned char *s)
{
	if (strchr(" -.\t", s[0]) != NULL)
		return 1;
	if (s[0] == 0xc2 && s[1] == 0xa0) /* no-break space */
		return 2;
	/* spaces and dashes of typographers */
	if (s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0x80 && s[2] <= 0x95)
		return 3;
	return 0;
}

static char
read_letter(unsigned char c)
{
	char letter[2] = {(char)c, '\0'};

	str_lower(letter);
	if (letter[0] == 'o')
		return '0';
	if (letter[0] == 'i' || letter[0] == 'l')
		return '1';
	return letter[0] != '\0' && strchr(letters, letter[0]) != NULL
		   ? letter[0]
		   : '\0';
}

void
factor_clean_code(char code[static FACTOR_CODE_CAP], const char *typed)
{
	const unsigned char *s = (const unsigned char *)typed;
	size_t len, n = 0;
	int digit;

	while (*s != '\0') {
		len = skip_between(s);
		if (len > 0) {
			s += len;
			continue;
		}
		digit = read_digit(s, &len);
		if (digit < 0)
			len = 1;
		code[n] = digit >= 0 ? (char)('0' + digit) : read_letter(*s);
		if (code[n] == '\0' || ++n == FACTOR_CODE_CAP)
			n = 0, len = strlen((const char *)s);
		s += len;
	}
	code[n] = '\0';
}

static enum err
try_totp(struct factor_try *try, const struct factor *f, const char *code,
    const struct keyring *k, int64_t now)
{
	uint8_t secret[TOTP_SECRET_LEN];
	enum err e = OK;

	try->kind = FACTOR_TOTP;
	secret_hash(try->of, f->totp_secret, sizeof f->totp_secret);
	if (!f->has_totp)
		return OK;
	e = factor_open_totp(secret, f, k);
	if (e == OK)
		e = totp_match(secret, code, now, &try->step);
	try->matched = e == OK;
	secret_wipe(secret, sizeof secret);
	return e == ERR_ACCESS_DENIED ? OK : e;
}

enum err
factor_try_code(struct factor_try *try, const struct factor *f,
    const char *typed, const struct keyring *k, int64_t now)
{
	char code[FACTOR_CODE_CAP];
	size_t len;
	enum err e = OK;

	*try = (struct factor_try){0};
	factor_clean_code(code, typed);
	len = strlen(code);
	if (len == TOTP_DIGITS && strspn(code, "0123456789") == len) {
		e = try_totp(try, f, code, k, now);
	} else if (len == RECOVERY_LETTERS) {
		try->kind = FACTOR_RECOVERY;
		hash_recovery(try->recovery, f->user_id, code);
	}
	secret_wipe(code, sizeof code);
	return e;
}
