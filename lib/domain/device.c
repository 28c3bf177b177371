#include "domain/device.h"

#include "base/big_endian.h"
#include "base/secret.h"

#include <string.h>

enum { TIME_LEN = 4 };

void
devices_encode(char text[static DEVICES_TEXT_CAP], const struct devices *d)
{
	base64url_encode(
	    text, DEVICES_TEXT_CAP, d->entry, d->count * DEVICE_LEN);
}

enum err
devices_decode(struct devices *d, const char *text)
{
	uint8_t bytes[DEVICES_MAX * DEVICE_LEN];
	size_t len;
	enum err e =
	    base64url_decode(bytes, sizeof bytes, &len, text, strlen(text));

	*d = (struct devices){0};
	if (e != OK || len % DEVICE_LEN != 0)
		return ERR_SYNTAX;
	d->count = len / DEVICE_LEN;
	memcpy(d->entry, bytes, len);
	return OK;
}

static void
authenticate(uint8_t mac[static DEVICE_MAC_LEN], const struct keyring *k,
    const struct user *u, const uint8_t *number)
{
	uint8_t bytes[USER_ID_LEN + 4 + DEVICE_NUMBER_LEN];

	memcpy(bytes, u->user_id, USER_ID_LEN);
	big_endian_put(bytes + USER_ID_LEN, 4, u->devices_ended);
	memcpy(bytes + USER_ID_LEN + 4, number, DEVICE_NUMBER_LEN);
	secret_mac(
	    mac, DEVICE_MAC_LEN, k->device, "device", bytes, sizeof bytes);
}

const uint8_t *
device_find(const struct devices *d, const struct keyring *k,
    const struct user *u, int64_t now)
{
	uint8_t mac[DEVICE_MAC_LEN];
	const uint8_t *found = NULL;

	for (size_t i = 0; i < d->count; i++) {
		const uint8_t *number = d->entry[i];

		authenticate(mac, k, u, number);
		if (secret_equal(
			mac, number + DEVICE_NUMBER_LEN, DEVICE_MAC_LEN) &&
		    now - (int64_t)big_endian_get(number, TIME_LEN) <
			DEVICE_LIFETIME_S)
			found = number;
	}
	return found;
}

void
device_add(struct devices *d, const uint8_t *old, const struct keyring *k,
    const struct user *u, int64_t now)
{
	size_t gap = d->count < DEVICES_MAX ? d->count : DEVICES_MAX - 1;
	uint8_t *number = d->entry[0];

	for (size_t i = 0; i < d->count; i++)
		if (d->entry[i] == old)
			gap = i;
	if (gap == d->count)
		d->count++;
	memmove(d->entry[1], d->entry[0], gap * DEVICE_LEN);
	big_endian_put(number, TIME_LEN, (uint64_t)now);
	random_bytes(number + TIME_LEN, DEVICE_NUMBER_LEN - TIME_LEN);
	authenticate(number + DEVICE_NUMBER_LEN, k, u, number);
}
