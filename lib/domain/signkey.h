/*
 * Signing keys. The public half and the state are rows in the store; the
 * private half is signer.h's. A kid is the key's RFC 7638 thumbprint.
 *
 * next	-> active -> retired. All three are published, so a client that caches
 * the JWKS knows a key before it signs and until nothing it signed can still
 * be good. After that a retired key's row is kept, unpublished, for a time:
 * the ID tokens it signed come back as hints, which may have expired.
 */
#ifndef LK_DOMAIN_SIGNKEY_H
#define LK_DOMAIN_SIGNKEY_H

#include "base/err.h"
#include "jose/public_key.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_state { KEY_NEXT, KEY_ACTIVE, KEY_RETIRED };

struct signkey {               /* what is public */
	struct public_key pub; /* its kid is the key of the row */
	enum key_state state;
	int64_t created_at;
	int64_t activated_at; /* 0: not yet */
	int64_t retired_at;   /* 0: not yet */
	int64_t expires_at;   /* retired: when it is no longer published */
	int64_t gone_at;      /* when the row goes by itself; 0: it stays */
};

extern const struct record_type signkey_record;

const char *key_state_name(enum key_state s); /* "next", "active", "retired" */

/* One row, also a retired one past its expires_at, which is good for hints
 * alone. OK or ERR_NOT_FOUND (K zeroed); a bad record fails the
 * transaction. */
enum err signkey_get(
    struct store_txn *t, const char *kid, struct signkey *k) MUST_CHECK;

/* The active key of ALG; ERR_NOT_FOUND if there is none. */
enum err signkey_active(
    struct store_txn *t, enum jwa alg, struct signkey *k) MUST_CHECK;

/* Every row, in the order of their kids, until VISIT returns false. */
void signkey_each(struct store_txn *t, record_visit *visit, void *arg);

/* Puts a row; a retired one goes by itself at its expires_at, or
 * at its gone_at if that is later. */
enum err signkey_put(struct store_txn *t, const struct signkey *k) MUST_CHECK;

/* For how long a retired key is published, and then kept for hints. */
struct retirement {
	int64_t published_s, hints_s;
};

/*
 * Next becomes active, active becomes retired as R says, and NEW (just made)
 * becomes next. The first key of an
 * algorithm becomes active at once; the second only next, because no client
 * has seen it yet.
 */
enum err signkey_rotate(struct store_txn *t, const struct signkey *new,
    const struct retirement *r, int64_t now) MUST_CHECK;

#endif
