#include "domain/revocation.h"

#include "base/secret.h"

#include <string.h>

/* The key is a hash: a jti has any length. */
void
revocation_put(struct store_txn *t, const char *jti, int64_t expires_at)
{
	static const uint8_t version = 1;
	uint8_t key[HASH_LEN];

	secret_hash(key, jti, strlen(jti));
	store_put(t, TABLE_REVOKED, key, sizeof key, &version, 1, expires_at);
}

bool
revocation_has(struct store_txn *t, const char *jti)
{
	uint8_t key[HASH_LEN];
	struct store_value v;

	secret_hash(key, jti, strlen(jti));
	return store_get(t, TABLE_REVOKED, key, sizeof key, &v) == OK;
}
