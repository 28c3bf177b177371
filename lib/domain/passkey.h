/*
 * Passkeys: key pairs that people's devices keep, of which we have the public
 * half (WebAuthn). A person has up to PASSKEYS_MAX. What an authenticator and a
 * browser say is checked in protocol/webauthn.h; here is what is remembered.
 *
 * A passkey's count goes up with each use, unless its maker never counts. A
 * count that went back says that there is a copy; whether a passkey may be
 * backed up does not change, as the standard has it, and does in practice. Both
 * are noted, written to the audit and told to the person, and lock no one out.
 */
#ifndef LK_DOMAIN_PASSKEY_H
#define LK_DOMAIN_PASSKEY_H

#include "base/err.h"
#include "base/issuer.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/user.h"
#include "jose/public_key.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PASSKEYS_MAX = 20, /* a person */
	PASSKEY_ID_MAX = 1023,
	PASSKEY_AAGUID_LEN = 16,
	PASSKEY_NAME_CAP = 129,
	PASSKEY_TRANSPORTS_CAP = 64,
	PASSKEY_HANDLE_CAP = BASE64URL_CAP(HASH_LEN)
};

/* The flags of authenticator data (WebAuthn 6.1). */
enum {
	PASSKEY_PRESENT = 1 << 0,  /* a person touched it */
	PASSKEY_VERIFIED = 1 << 2, /* and it has checked who: PIN, finger */
	PASSKEY_BACKUP_ELIGIBLE = 1 << 3,
	PASSKEY_BACKED_UP = 1 << 4,
	PASSKEY_HAS_KEY = 1 << 6,
	PASSKEY_HAS_EXTENSIONS = 1 << 7,
	/* Those that are remembered. */
	PASSKEY_FLAGS = PASSKEY_PRESENT | PASSKEY_VERIFIED |
			PASSKEY_BACKUP_ELIGIBLE | PASSKEY_BACKED_UP
};

struct passkey {
	uint8_t hash[HASH_LEN]; /* of its id */
	uint8_t user_id[USER_ID_LEN];
	char name[PASSKEY_NAME_CAP]; /* what its owner calls it; may be "" */
	uint8_t id[PASSKEY_ID_MAX];
	size_t id_len;
	enum jwa alg;
	uint8_t key[PUBLIC_KEY_CAP];
	size_t key_len;
	char rp_id[ISSUER_CAP]; /* the host it works at, and no other */
	uint32_t count;         /* of its last use */
	unsigned flags_first, flags_last;
	bool discoverable; /* signs in without a name; if the browser says so */
	char transports[PASSKEY_TRANSPORTS_CAP]; /* words */
	uint8_t aaguid[PASSKEY_AAGUID_LEN];      /* its maker's model */
	int64_t created_at;
	int64_t used_at;           /* 0: never */
	int64_t copied_at;         /* the count went back; 0: never */
	int64_t backup_changed_at; /* 0: never */
};

extern const struct record_type passkey_record;

/* The hash under which the id of a passkey is kept. */
void passkey_hash(
    uint8_t hash[static HASH_LEN], const uint8_t *id, size_t id_len);

/* What verifies its signatures. */
void passkey_public_key(struct public_key *key, const struct passkey *k);

/* OK, ERR_NOT_FOUND (K zeroed). */
enum err passkey_get(struct store_txn *t, const uint8_t hash[static HASH_LEN],
    struct passkey *k) MUST_CHECK;

/* The same if it is the person's. */
enum err passkey_get_of(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], struct passkey *k) MUST_CHECK;

/* Whether K can be added: OK; ERR_ACCESS_DENIED, with REASON_PASSKEY_KNOWN
 * (anybody has it) or REASON_PASSKEYS_MANY. */
enum err passkey_may_add(struct store_txn *t, const struct passkey *k,
    enum reason *reason) MUST_CHECK;

/* Adds a new one, with flags_last; K's hash follows from its id. As
 * passkey_may_add. */
enum err passkey_add(
    struct store_txn *t, struct passkey *k, enum reason *reason) MUST_CHECK;

enum err passkey_put(struct store_txn *t, const struct passkey *k) MUST_CHECK;
void passkey_del(struct store_txn *t, const uint8_t hash[static HASH_LEN]);

/* Calls VISIT for each passkey of a person, until it returns false. */
void passkey_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], record_visit *visit, void *arg);

/* Whether a person has one. */
bool passkey_has(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

/* Whether K signs in alone at RP_ID: it checked who it is when it was last
 * used, and needs no name. */
bool passkey_is_alone(const struct passkey *k, const char *rp_id);

/* How many a person has; of these those that sign in alone at RP_ID. ALONE may
 * be NULL. */
size_t passkey_count(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const char *rp_id,
    size_t *alone);

/* Removes all of a person's; how many. */
size_t passkey_del_all(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN]);

/* A use that was verified, on its way to the transaction that opens the
 * session. */
struct passkey_use {
	uint8_t hash[HASH_LEN]; /* which passkey; all zeroes: none was used */
	uint8_t challenge[HASH_LEN]; /* hash of what it signed */
	int64_t expires_at;          /* when the challenge does */
	unsigned flags;
	uint32_t count;
	bool alone; /* it was used without a name before it */
	bool added; /* just now, on the way to the session: it signed nothing */
};

bool passkey_was_used(const struct passkey_use *use);

/*
 * Notes USE by PERSON, in a write transaction: what it signed is good no more,
 * the record has its count and flags. What is odd about them is in the audit.
 * ERR_ACCESS_DENIED, with REASON_PASSKEY_UNKNOWN (it was removed since, or is
 * another's) or REASON_PASSKEY_REUSED.
 */
enum err passkey_settle(struct store_txn *t, const struct passkey_use *use,
    const struct user *person, const char *address, int64_t now,
    enum reason *reason) MUST_CHECK;

#endif
