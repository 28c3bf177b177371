#include "domain/stamp.h"

#include "base/secret.h"

#include <string.h>

/* The first LEN bytes of a MAC over BYTES_LEN bytes. */
static void
put_mac(uint8_t *mac, size_t len, const uint8_t key[static SECRET_KEY_LEN],
    const char *context, const uint8_t *bytes, size_t bytes_len)
{
	uint8_t whole[HASH_LEN];

	secret_mac(whole, sizeof whole, key, context, bytes, bytes_len);
	memcpy(mac, whole, len);
	secret_wipe(whole, sizeof whole);
}

void
stamp_put(uint8_t *bytes, size_t len, size_t mac_len, const char *context,
    const struct keyring *k)
{
	put_mac(bytes + len, mac_len, k->token, context, bytes, len);
	put_mac(bytes + len + mac_len, STAMP_MARK_LEN, k->mark, context, bytes,
	    len + mac_len);
}

enum err
stamp_check(const uint8_t *bytes, size_t len, size_t mac_len,
    const char *context, const struct keyring *k)
{
	uint8_t right[STAMP_MAX], mark[STAMP_MARK_LEN];
	enum err e = OK;

	memcpy(right, bytes, len);
	stamp_put(right, len, mac_len, context, k);
	put_mac(mark, STAMP_MARK_LEN, k->mark, context, bytes, len + mac_len);
	if (!secret_equal(mark, bytes + len + mac_len, STAMP_MARK_LEN))
		e = ERR_INVALID_GRANT;
	else if (!secret_equal(right + len, bytes + len, mac_len))
		e = ERR_FOREIGN;
	secret_wipe(right, sizeof right); /* of a forgery: its right MAC */
	return e;
}
