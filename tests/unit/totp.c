/* TOTP: the RFC's vectors, and what is near a code and none. */
#include "jose/totp.h"

#include "check.h"

#include <string.h>

static const uint8_t secret[TOTP_SECRET_LEN] = "12345678901234567890";

/* RFC 6238 B, of SHA-1, the last six of eight digits. */
static void
rfc_vectors(void)
{
	static const struct {
		int64_t time;
		const char *code;
	} rows[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};
	bool right = true;
	uint64_t step;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		right = right &&
			totp_match(secret, rows[i].code, rows[i].time, &step) ==
			    OK &&
			step == (uint64_t)rows[i].time / TOTP_STEP_S;
	CHECK(right, "the vectors of RFC 6238 match, each in its step");
}

static void
other_times(void)
{
	uint64_t step;

	CHECK(totp_match(secret, "050471", 1111111111 + 30, &step) == OK &&
		  step == 37037037,
	    "the code before is good, and its own step is told");
	CHECK(totp_match(secret, "050471", 1111111111 - 30, &step) == OK &&
		  step == 37037037,
	    "the next code is good, for a phone that is ahead");
	CHECK(totp_match(secret, "050471", 1111111111 + 90, &step) ==
		  ERR_ACCESS_DENIED,
	    "one of three steps ago is not");
	CHECK(totp_match(secret, "050472", 1111111111, &step) ==
		      ERR_ACCESS_DENIED &&
		  step == 0,
	    "another code is refused");
	CHECK(totp_match(secret, "50471", 1111111111, &step) ==
		      ERR_ACCESS_DENIED &&
		  totp_match(secret, "", 1111111111, &step) ==
		      ERR_ACCESS_DENIED &&
		  totp_match(secret, "0504711", 1111111111, &step) ==
		      ERR_ACCESS_DENIED,
	    "so is one of another length");
}

int
main(void)
{
	char text[TOTP_SECRET_CAP];

	totp_secret_text(text, secret);
	CHECK(strcmp(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") == 0,
	    "a secret is 32 letters of base32");
	CHECK(totp_available(), "liboath is there");
	rfc_vectors();
	other_times();
	return check_done();
}
