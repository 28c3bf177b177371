#include "domain/pkce.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { VERIFIER_MIN = 43, VERIFIER_MAX = 128 };

enum err
pkce_challenge(uint8_t challenge[static PKCE_LEN], const char *text)
{
	if (base64url_decode_exact(challenge, PKCE_LEN, text) == OK)
		return OK;
	memset(challenge, 0, PKCE_LEN);
	return ERR_INVALID_REQUEST;
}

/* code-verifier = 43*128unreserved (RFC 7636 4.1) */
static bool
is_verifier(const char *s)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	size_t len = strspn(s, unreserved);

	return s[len] == '\0' && len >= VERIFIER_MIN && len <= VERIFIER_MAX;
}

static void
hash_of(uint8_t hash[static PKCE_LEN], const char *verifier)
{
	crypto_hash_sha256(
	    hash, (const unsigned char *)verifier, strlen(verifier));
}

void
pkce_make(char text[static PKCE_TEXT_CAP], const char *verifier)
{
	uint8_t hash[PKCE_LEN];

	hash_of(hash, verifier);
	base64url_encode(text, PKCE_TEXT_CAP, hash, sizeof hash);
}

enum err
pkce_verify(const uint8_t challenge[static PKCE_LEN], const char *verifier)
{
	uint8_t hash[PKCE_LEN];

	if (!is_verifier(verifier))
		return ERR_INVALID_REQUEST;
	hash_of(hash, verifier);
	return secret_equal(hash, challenge, PKCE_LEN) ? OK : ERR_INVALID_GRANT;
}
