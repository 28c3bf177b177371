/*
 * An authenticator with one Ed25519 key, and the browser that it is used with:
 * what they send for https://id.example.org/idp.
 */
#ifndef LK_TESTS_PASSKEY_DEVICE_H
#define LK_TESTS_PASSKEY_DEVICE_H

#include "base/base64.h"
#include "base/buf.h"
#include "domain/passkey.h"
#include "fixture.h"
#include "protocol/challenge.h"
#include "protocol/provider.h"
#include "protocol/webauthn.h"

#include <sodium.h>
#include <string.h>

static struct provider provider;
static uint8_t public_bytes[crypto_sign_PUBLICKEYBYTES];
static uint8_t secret_bytes[crypto_sign_SECRETKEYBYTES];
static const uint8_t id[] = "the id of a passkey";

/* What it sends, and the browser with it. */
struct ceremony {
	char client_data[512];
	uint8_t data[512], signature[crypto_sign_BYTES];
	size_t data_len;
	uint8_t flags;
	uint32_t count;
};

static void
ask_browser(struct ceremony *c, const char *type,
    const struct challenge_bearer *bearer, int64_t now)
{
	uint8_t challenge[WEBAUTHN_CHALLENGE_LEN];
	char text[BASE64URL_CAP(WEBAUTHN_CHALLENGE_LEN)];
	struct buf b;

	challenge_make(challenge, bearer, &provider.keyring, now);
	base64url_encode(text, sizeof text, challenge, sizeof challenge);
	buf_init(&b, c->client_data, sizeof c->client_data);
	buf_printf(&b,
	    "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":"
	    "\"https://id.example.org\",\"crossOrigin\":false}",
	    type, text);
}

static void
put_data(struct ceremony *c, const void *bytes, size_t len)
{
	memcpy(c->data + c->data_len, bytes, len);
	c->data_len += len;
}

static void
put_head(struct ceremony *c)
{
	const char *host = "id.example.org";
	const uint8_t rest[] = {c->flags, 0, 0, 0, (uint8_t)c->count};

	c->data_len = 0;
	crypto_hash_sha256(c->data, (const uint8_t *)host, strlen(host));
	c->data_len = crypto_hash_sha256_BYTES;
	put_data(c, rest, sizeof rest);
}

static struct webauthn_bytes
text_bytes(const char *text)
{
	return (struct webauthn_bytes){(const uint8_t *)text, strlen(text)};
}

/* The attestation object: its authenticator data is 37 + 18 + 19 + 42 bytes. */
static void
make_attestation(struct ceremony *c)
{
	static const uint8_t before[] = {0xa3, 0x63, 'f', 'm', 't', 0x64, 'n',
	    'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68,
	    'a', 'u', 't', 'h', 'D', 'a', 't', 'a', 0x58,
	    37 + 18 + sizeof id - 1 + 42};
	static const uint8_t key[] = {
	    0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20};
	uint8_t head[37], middle[18] = {[17] = sizeof id - 1};

	c->flags = PASSKEY_PRESENT | PASSKEY_VERIFIED | PASSKEY_HAS_KEY;
	put_head(c);
	memcpy(head, c->data, sizeof head);
	c->data_len = 0;
	put_data(c, before, sizeof before);
	put_data(c, head, sizeof head);
	put_data(c, middle, sizeof middle);
	put_data(c, id, sizeof id - 1);
	put_data(c, key, sizeof key);
	put_data(c, public_bytes, sizeof public_bytes);
}

static void
sign(struct ceremony *c)
{
	uint8_t text[512 + crypto_hash_sha256_BYTES];

	memcpy(text, c->data, c->data_len);
	crypto_hash_sha256(text + c->data_len, (const uint8_t *)c->client_data,
	    strlen(c->client_data));
	crypto_sign_detached(c->signature, NULL, text,
	    c->data_len + crypto_hash_sha256_BYTES, secret_bytes);
}

/* A use with FLAGS and COUNT; what is sent can be changed after that. */
static struct ceremony
use_passkey(const struct challenge_bearer *given, uint8_t flags, uint32_t count)
{
	struct ceremony c = {.flags = flags, .count = count};

	ask_browser(&c, "webauthn.get", given, noon);
	put_head(&c);
	sign(&c);
	return c;
}

#endif
