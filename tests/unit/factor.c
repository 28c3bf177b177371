/* Second factors: what is typed, which codes are good, and how often. */
#include "domain/factor.h"

#include "check.h"
#include "domain/acr.h"
#include "domain/installation.h"
#include "fixture.h"

#include <string.h>

static const uint8_t secret[TOTP_SECRET_LEN] = "12345678901234567890";
static const uint8_t who[USER_ID_LEN] = "a person's UUID";
static struct keyring keys;
static char codes[RECOVERY_CODES][RECOVERY_CODE_CAP];

/* RFC 6238 B: */
static const int64_t then = 1111111111;
#define CODE "050471"

/* What the last try came to. */
static struct factor_settled settled;
static enum reason reason;

/* Tries TYPED at NOW, as two requests do that overlap: COMPARED was read
 * before. */
static enum err
settle(struct store_txn *t, const struct factor *compared, const char *typed,
    int64_t now)
{
	struct factor_try try;

	if (factor_try_code(&try, compared, typed, &keys, now) != OK)
		return ERR_SERVER_ERROR;
	return factor_settle(t, who, &try, &keys, now, &settled, &reason);
}

static enum err
try_code(struct store_txn *t, const char *typed, int64_t now)
{
	struct factor f;

	if (factor_get(t, who, &f) != OK)
		return ERR_SERVER_ERROR;
	return settle(t, &f, typed, now);
}

static void
add_app(struct store_txn *t)
{
	struct factor f;

	if (factor_get(t, who, &f) != OK)
		fixture_bail_out("no factor");
	factor_set_totp(&f, secret, 0, &keys, noon);
	factor_make_recovery(&f, codes, &keys, noon);
	if (factor_put(t, &f) != OK)
		fixture_bail_out("no factor");
}

static void
clean_codes(void)
{
	static const struct {
		const char *typed, *code;
	} rows[] = {
	    {"123456", "123456"},
	    {" 123 456 ", "123456"},
	    {"123-456", "123456"},
	    {"123\xc2\xa0"
	     "456",
		"123456"},
	    {"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95"
	     "\xef\xbc\x96",
		"123456"},
	    {"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", "123456"},
	    {"ABCD-efgh-JKMN-pqrs", "abcdefghjkmnpqrs"},
	    {"o0Oi-1lLI", "00011111"},
	    {"12345\xd9", ""},
	    {"12\xff", ""},
	    {"12_34", ""},
	    {"", ""},
	    {"0123456789012345678901234567890123456789", ""},
	};
	char code[FACTOR_CODE_CAP];
	bool right = true;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		factor_clean_code(code, rows[i].typed);
		right = right && strcmp(code, rows[i].code) == 0;
	}
	CHECK(right, "what people and telephones put into a code is taken out");
}

static enum err
app_codes(struct store_txn *t, void *arg)
{
	struct factor before;

	(void)arg;
	CHECK(try_code(t, CODE, then) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_WRONG,
	    "a person without an app has no code");
	add_app(t);
	CHECK(factor_get(t, who, &before) == OK, "the record is there");
	CHECK(settle(t, &before, CODE, then) == OK, "the right code is good");
	CHECK(try_code(t, CODE, then) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_USED,
	    "it is good once");
	CHECK(settle(t, &before, CODE, then) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_USED,
	    "also for a browser that compared it before it was used");
	CHECK(try_code(t, "081804", then) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_USED,
	    "the one before it is as good as used");
	return OK;
}

/* RFC 6238 B: 005924 is the code of 1234567890. */
static enum err
after_restore(struct store_txn *t, void *arg)
{
	(void)arg;
	add_app(t);
	if (installation_begin_epoch(t, noon, then + 10) != OK)
		return ERR_SERVER_ERROR;
	CHECK(try_code(t, CODE, then + 20) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_USED,
	    "what was good at a restore may have been used before it");
	CHECK(try_code(t, "005924", 1234567890) == OK, "later codes are good");
	return OK;
}

static enum err
other_secret(struct store_txn *t, void *arg)
{
	struct factor f, before;

	(void)arg;
	if (factor_get(t, who, &before) != OK)
		return ERR_SERVER_ERROR;
	f = before;
	factor_set_totp(
	    &f, (const uint8_t *)"another app's secret", 0, &keys, noon);
	if (factor_put(t, &f) != OK)
		return ERR_SERVER_ERROR;
	CHECK(settle(t, &before, "005924", 1234567890) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_WRONG,
	    "a code of the app that was there before is refused, although it "
	    "matched");
	return OK;
}

static enum err
guesses(struct store_txn *t, void *arg)
{
	int64_t now = then;
	bool right = true;
	unsigned tries;

	(void)arg;
	add_app(t);
	for (tries = 0; tries < FACTOR_TRIES; tries++)
		right = right &&
			try_code(t, "000000", now) == ERR_ACCESS_DENIED &&
			reason == REASON_FACTOR_WRONG;
	CHECK(right, "five codes may be tried at once");
	CHECK(try_code(t, CODE, now) == ERR_TOO_MANY_REQUESTS &&
		  settled.wait_s == FACTOR_TRY_S,
	    "the sixth, right or not, waits a minute");
	CHECK(try_code(t, "12 34", now) == ERR_ACCESS_DENIED,
	    "what can be no code is refused at once, and not counted");
	for (; tries < FACTOR_WRONG_MAX; tries++) {
		now += FACTOR_TRY_S;
		right = right && !settled.closed &&
			try_code(t, "000000", now) == ERR_ACCESS_DENIED;
	}
	CHECK(right && settled.closed, "the twentieth wrong one closes it");
	now = 1234567890;
	CHECK(try_code(t, "005924", now) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_CLOSED,
	    "then no code is good, however much later");
	return OK;
}

static enum err
recovery(struct store_txn *t, void *arg)
{
	struct factor f;

	(void)arg;
	CHECK(try_code(t, codes[3], then) == OK && settled.codes_left == 9,
	    "a recovery code is good while the app's are closed");
	CHECK(try_code(t, "005924", 1234567890) == OK, "and opens them again");
	CHECK(try_code(t, codes[3], then) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_WRONG,
	    "it is good once");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		if (i != 3 && try_code(t, codes[i], then) != OK)
			return ERR_SERVER_ERROR;
	CHECK(factor_get(t, who, &f) == OK && factor_kinds(&f) == FACTOR_TOTP &&
		  factor_codes_left(&f) == 0,
	    "each of the ten is good, and then there are none");
	factor_make_recovery(&f, codes, &keys, noon);
	CHECK(factor_put(t, &f) == OK && try_code(t, codes[0], then) == OK,
	    "new ones can be made");
	factor_clear_totp(&f);
	factor_clear_recovery(&f);
	CHECK(factor_put(t, &f) == OK && record_load(t, &factor_record, who,
					     USER_ID_LEN, &f) == ERR_NOT_FOUND,
	    "where nothing is left there is no record");
	return OK;
}

static void
levels(void)
{
	CHECK(acr_of("pwd") == ACR_ONE && acr_of("") == ACR_ONE &&
		  acr_of("pwd otp mfa") == ACR_TWO &&
		  acr_of("pop user mfa") == ACR_PHR &&
		  acr_of("pop user") == ACR_ONE,
	    "amr says what a sign-in is worth");
	CHECK(acr_find("2") == ACR_TWO && acr_find("phr") == ACR_PHR &&
		  acr_find("3") == ACR_NONE && acr_find("") == ACR_NONE &&
		  acr_word(ACR_PHR)[0] == 'p' && acr_word(99)[0] == '\0',
	    "and has a word");
}

int
main(void)
{
	fixture_open();
	memset(&keys, 7, sizeof keys);
	clean_codes();
	levels();
	in_store(app_codes, NULL);
	in_store(other_secret, NULL);
	in_store(guesses, NULL);
	in_store(recovery, NULL);
	in_store(after_restore, NULL);
	return check_done();
}
