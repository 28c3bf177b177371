/* RFC 7636: what a code verifier is, and which challenge it answers. */
#include "domain/pkce.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"

#include <string.h>

/* RFC 7636 appendix B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static void
challenges(void)
{
	static const uint8_t zeroes[PKCE_LEN];
	uint8_t c[PKCE_LEN];

	CHECK(pkce_challenge(c, CHALLENGE) == OK,
	    "pkce: a challenge is 43 base64url characters");
	CHECK(pkce_challenge(c, "") == ERR_INVALID_REQUEST,
	    "pkce: an empty challenge is refused");
	CHECK(memcmp(c, zeroes, sizeof c) == 0,
	    "pkce: a refused challenge leaves zeroes");
	CHECK(pkce_challenge(c, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c") ==
		  ERR_INVALID_REQUEST,
	    "pkce: a challenge one character short is refused");
	CHECK(pkce_challenge(c, CHALLENGE "A") == ERR_INVALID_REQUEST,
	    "pkce: a challenge one character long is refused");
	CHECK(pkce_challenge(c, CHALLENGE "=") == ERR_INVALID_REQUEST,
	    "pkce: a padded challenge is refused");
	CHECK(
	    pkce_challenge(c, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM") ==
		ERR_INVALID_REQUEST,
	    "pkce: a challenge in plain base64 is refused");
	CHECK(
	    pkce_challenge(c, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN") ==
		ERR_INVALID_REQUEST,
	    "pkce: a challenge with stray trailing bits is refused");
}

static void
verifiers(void)
{
	uint8_t c[PKCE_LEN];
	char text[130];

	CHECK(pkce_challenge(c, CHALLENGE) == OK &&
		  pkce_verify(c, VERIFIER) == OK,
	    "pkce: the verifier of RFC 7636 appendix B answers its challenge");
	CHECK(pkce_verify(c, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl") ==
		  ERR_INVALID_GRANT,
	    "pkce: a verifier with one character changed is refused");
	CHECK(pkce_verify(c, VERIFIER "k") == ERR_INVALID_GRANT,
	    "pkce: a verifier with one character more is refused");
	CHECK(pkce_verify(c, CHALLENGE) == ERR_INVALID_GRANT,
	    "pkce: the challenge is not its own verifier (no `plain`)");
	CHECK(pkce_verify(c, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX") ==
		  ERR_INVALID_REQUEST,
	    "pkce: 42 characters are no verifier");
	CHECK(pkce_verify(c, "") == ERR_INVALID_REQUEST,
	    "pkce: nothing is no verifier");
	pkce_make(text, VERIFIER);
	CHECK(str_equal(text, CHALLENGE), "pkce: and the verifier of RFC 7636 "
					  "appendix B gives its challenge");
	memset(text, '~', sizeof text);
	text[128] = '\0';
	CHECK(pkce_verify(c, text) == ERR_INVALID_GRANT,
	    "pkce: 128 characters are a verifier");
	text[128] = '~';
	text[129] = '\0';
	CHECK(pkce_verify(c, text) == ERR_INVALID_REQUEST,
	    "pkce: 129 characters are no verifier");
	CHECK(pkce_verify(c, "dBjftJeZ4CVP+mB92K27uhbUJU1p1r/wW1gFWFOEjXk") ==
		  ERR_INVALID_REQUEST,
	    "pkce: a verifier has unreserved characters only");
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	challenges();
	verifiers();
	return check_done();
}
