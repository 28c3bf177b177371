#include "domain/client.h"

#include <string.h>

bool
client_keeps_secret(const struct client *c)
{
	return c->alg == JWA_HS256 || c->auth_method == AUTH_CLIENT_SECRET_JWT;
}

void
client_secret_make(char secret[static CLIENT_SECRET_CAP])
{
	uint8_t bytes[32];

	random_bytes(bytes, sizeof bytes);
	base64url_encode(secret, CLIENT_SECRET_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

/* Bound to the client, so that a record moved to another id opens nothing. */
static void
hash_client_secret(
    uint8_t hash[static HASH_LEN], const struct client *c, const char *secret)
{
	char text[CLIENT_ID_CAP + CLIENT_SECRET_CAP] = {0};
	size_t id_len = strlen(c->client_id) + 1;
	size_t len = strnlen(secret, CLIENT_SECRET_CAP - 1);

	memcpy(text, c->client_id, id_len);
	memcpy(text + id_len, secret, len);
	secret_hash_in(hash, HASH_LEN, "client_secret", text, id_len + len);
	secret_wipe(text, sizeof text);
}

enum err
client_secret_set(struct client *c, const char *secret, const struct keyring *k)
{
	uint8_t sealed[CLIENT_SECRET_CAP + SEAL_OVERHEAD], hash[HASH_LEN];
	size_t len = strlen(secret);

	if (client_secret_refusal(secret) != NULL)
		return ERR_SYNTAX;
	hash_client_secret(hash, c, secret);
	secret_seal(
	    c->secret_hash, hash, sizeof hash, k->client, "client_secret");
	secret_wipe(hash, sizeof hash);
	c->hs256_secret[0] = '\0';
	if (!client_keeps_secret(c))
		return OK;
	secret_seal(sealed, secret, len, k->seal, c->client_id);
	base64url_encode(c->hs256_secret, sizeof c->hs256_secret, sealed,
	    len + SEAL_OVERHEAD);
	return OK;
}

enum err
client_secret_verify(
    const struct client *c, const char *secret, const struct keyring *k)
{
	uint8_t kept[HASH_LEN] = {0}, hash[HASH_LEN];
	bool same = secret_open(kept, c->secret_hash, sizeof c->secret_hash,
			k->client, "client_secret") == OK;

	hash_client_secret(hash, c, secret);
	same &= secret_equal(hash, kept, HASH_LEN);
	secret_wipe(kept, sizeof kept);
	secret_wipe(hash, sizeof hash);
	return same && c->auth_method == AUTH_CLIENT_SECRET &&
		       strlen(secret) < CLIENT_SECRET_CAP
		   ? OK
		   : ERR_INVALID_CLIENT;
}

enum err
client_secret_open(char secret[static CLIENT_SECRET_CAP],
    const struct client *c, const struct keyring *k)
{
	uint8_t sealed[CLIENT_SECRET_CAP + SEAL_OVERHEAD];
	size_t len;
	enum err e;

	memset(secret, 0, CLIENT_SECRET_CAP);
	e = base64url_decode(sealed, sizeof sealed, &len, c->hs256_secret,
	    strlen(c->hs256_secret));
	if (e != OK || len < SEAL_OVERHEAD ||
	    len - SEAL_OVERHEAD >= CLIENT_SECRET_CAP)
		return ERR_CORRUPT;
	return secret_open(secret, sealed, len, k->seal, c->client_id);
}
