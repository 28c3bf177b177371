#include "domain/opaque_token.h"

#include "base/big_endian.h"
#include "base/secret.h"

#include <string.h>

enum {
	FAMILY_ID_TIME_LEN = 4,
	NAMED_LEN = FAMILY_ID_LEN + 8 /* what the MAC is over */
};

/* Apart by kind: no code is ever a refresh token of the same number. */
static const char *const contexts[] = {
    [OPAQUE_TOKEN_CODE] = "authorization_code",
    [OPAQUE_TOKEN_REFRESH] = "refresh_token",
    [OPAQUE_TOKEN_GATE] = "gate",
    [OPAQUE_TOKEN_DEVICE] = "device_code",
    [OPAQUE_TOKEN_DEVICE_TICKET] = "device_ticket",
    [OPAQUE_TOKEN_PUSHED] = "request_uri",
};

void
family_id_make(uint8_t family_id[static FAMILY_ID_LEN], int64_t now)
{
	random_bytes(family_id, FAMILY_ID_LEN);
	big_endian_put(family_id, FAMILY_ID_TIME_LEN, (uint64_t)now);
}

void
opaque_token_encode(char text[static OPAQUE_TOKEN_TEXT_CAP],
    enum opaque_token_kind kind, const struct opaque_token *t,
    const struct keyring *k)
{
	uint8_t bytes[OPAQUE_TOKEN_LEN];

	memcpy(bytes, t->family_id, FAMILY_ID_LEN);
	big_endian_put(bytes + FAMILY_ID_LEN, 8, t->number);
	stamp_put(bytes, NAMED_LEN, OPAQUE_TOKEN_MAC_LEN, contexts[kind], k);
	base64url_encode(text, OPAQUE_TOKEN_TEXT_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

enum err
opaque_token_decode(struct opaque_token *t, enum opaque_token_kind kind,
    const char *text, const struct keyring *k)
{
	uint8_t bytes[OPAQUE_TOKEN_LEN];
	enum err e;

	memset(t, 0, sizeof *t);
	if (base64url_decode_exact(bytes, sizeof bytes, text) != OK)
		return ERR_INVALID_GRANT;
	e = stamp_check(
	    bytes, NAMED_LEN, OPAQUE_TOKEN_MAC_LEN, contexts[kind], k);
	if (e == OK) {
		memcpy(t->family_id, bytes, FAMILY_ID_LEN);
		t->number = big_endian_get(bytes + FAMILY_ID_LEN, 8);
	}
	secret_wipe(bytes, sizeof bytes);
	return e;
}
