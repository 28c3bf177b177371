/* Single access tokens called back before they expire (RFC 7009 2.1). */
#ifndef LK_DOMAIN_REVOCATION_H
#define LK_DOMAIN_REVOCATION_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Remembers JTI until the token's own EXPIRES_AT. */
void revocation_put(struct store_txn *t, const char *jti, int64_t expires_at);
bool revocation_has(struct store_txn *t, const char *jti);

#endif
