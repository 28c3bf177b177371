#include "protocol/challenge.h"

#include "base/big_endian.h"
#include "base/clock.h"

#include <string.h>

/* The parts of a challenge, in this order. */
enum {
	RANDOM_LEN = 11,
	TIME_LEN = 5,
	MAC_AT = RANDOM_LEN + TIME_LEN,
	MAC_LEN = WEBAUTHN_CHALLENGE_LEN - MAC_AT,
	BROWSER_LEN = 32 /* of its number, with zeroes behind it */
};

_Static_assert((int)SID_LEN == (int)USER_ID_LEN,
    "a session and a person have room in the same place");

static void
challenge_mac(uint8_t mac[static MAC_LEN],
    const uint8_t challenge[static MAC_AT], const struct challenge_bearer *b,
    const struct keyring *k)
{
	uint8_t text[1 + SID_LEN + BROWSER_LEN + MAC_AT] = {0};
	size_t browser_len = strnlen(b->browser, BROWSER_LEN);

	text[0] = (uint8_t)b->purpose;
	if (b->of != NULL)
		memcpy(text + 1, b->of, SID_LEN);
	memcpy(text + 1 + SID_LEN, b->browser, browser_len);
	memcpy(text + 1 + SID_LEN + BROWSER_LEN, challenge, MAC_AT);
	secret_mac(mac, MAC_LEN, k->form, "challenge", text, sizeof text);
}

void
challenge_make(uint8_t challenge[static WEBAUTHN_CHALLENGE_LEN],
    const struct challenge_bearer *b, const struct keyring *k, int64_t now)
{
	random_bytes(challenge, RANDOM_LEN);
	big_endian_put(challenge + RANDOM_LEN, TIME_LEN,
	    (uint64_t)now + CHALLENGE_LIFETIME_S);
	challenge_mac(challenge + MAC_AT, challenge, b, k);
}

enum err
challenge_check(const uint8_t challenge[static WEBAUTHN_CHALLENGE_LEN],
    const struct challenge_bearer *b, const struct keyring *k, int64_t now,
    int64_t *expires_at)
{
	uint8_t mac[MAC_LEN];
	int64_t left_s;

	*expires_at = (int64_t)big_endian_get(challenge + RANDOM_LEN, TIME_LEN);
	left_s = *expires_at - now;
	challenge_mac(mac, challenge, b, k);
	/* More than that is left if the clock went back since. */
	return b->browser[0] != '\0' &&
		       secret_equal(mac, challenge + MAC_AT, sizeof mac) &&
		       left_s > 0 &&
		       left_s <= CHALLENGE_LIFETIME_S + CLOCK_SLACK_S
		   ? OK
		   : ERR_ACCESS_DENIED;
}
