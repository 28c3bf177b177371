#include "domain/passkey.h"

#include "domain/audit.h"
#include "domain/replay.h"

#include <sodium.h>
#include <string.h>

static const char *
alg_word(unsigned alg)
{
	return jwa_name((enum jwa)alg);
}

static const char *
flag_word(unsigned flag)
{
	switch (flag) {
	case PASSKEY_PRESENT:
		return "present";
	case PASSKEY_VERIFIED:
		return "verified";
	case PASSKEY_BACKUP_ELIGIBLE:
		return "backup_eligible";
	case PASSKEY_BACKED_UP:
		return "backed_up";
	default:
		return "";
	}
}

/* The second has the place of its index (store.h). */
static const struct record_field passkey_fields[] = {
    FIELD_OF(struct passkey, hash, BYTES, KEY, "id"),
    FIELD_OF(struct passkey, user_id, UUID, INNER, "sub"),
    FIELD_OF(struct passkey, name, TEXT, SHOWN, "name"),
    FIELD_OF_LENGTH(struct passkey, id, id_len, INNER, "credential_id"),
    FIELD_OF_WORDS(
	struct passkey, alg, WORD, SHOWN, "alg", alg_word, JWA_COUNT),
    FIELD_OF_LENGTH(struct passkey, key, key_len, INNER, "public_key"),
    FIELD_OF(struct passkey, rp_id, TEXT, SHOWN, "host"),
    FIELD_OF(struct passkey, count, COUNT, SHOWN, "count"),
    FIELD_OF_WORDS(struct passkey, flags_first, BITS, INNER, "flags_at_first",
	flag_word, PASSKEY_FLAGS),
    FIELD_OF_WORDS(struct passkey, flags_last, BITS, SHOWN, "flags", flag_word,
	PASSKEY_FLAGS),
    FIELD_OF(struct passkey, discoverable, BOOL, SHOWN, "discoverable"),
    FIELD_OF(struct passkey, transports, WORDS, SHOWN, "transports"),
    FIELD_OF(struct passkey, aaguid, BYTES, SHOWN, "aaguid"),
    FIELD_OF(struct passkey, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct passkey, used_at, TIME, SHOWN, "used_at"),
    FIELD_OF(struct passkey, copied_at, TIME, SHOWN, "copied_at"),
    FIELD_OF(
	struct passkey, backup_changed_at, TIME, SHOWN, "backup_changed_at"),
};

/* The hash is that of the id, and the key one of its algorithm. */
static enum err
finish_passkey(void *record)
{
	const struct passkey *k = record;
	uint8_t hash[HASH_LEN];

	passkey_hash(hash, k->id, k->id_len);
	return k->id_len > 0 && public_key_fits(k->alg, k->key_len) &&
		       memcmp(hash, k->hash, HASH_LEN) == 0
		   ? OK
		   : ERR_CORRUPT;
}

const struct record_type passkey_record = {
    .table = TABLE_PASSKEYS,
    .version = 1,
    RECORD_FIELDS(struct passkey, passkey_fields),
    .by_id = {INDEX_PASSKEYS_BY_USER, offsetof(struct passkey, user_id)},
    .finish = finish_passkey,
};

void
passkey_hash(uint8_t hash[static HASH_LEN], const uint8_t *id, size_t id_len)
{
	secret_hash(hash, id, id_len);
}

void
passkey_public_key(struct public_key *key, const struct passkey *k)
{
	*key = (struct public_key){.alg = k->alg, .len = k->key_len};
	memcpy(key->bytes, k->key, k->key_len);
}

enum err
passkey_get(
    struct store_txn *t, const uint8_t hash[static HASH_LEN], struct passkey *k)
{
	return record_load(t, &passkey_record, hash, HASH_LEN, k);
}

enum err
passkey_get_of(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], struct passkey *k)
{
	enum err e = passkey_get(t, hash, k);

	if (e == OK && memcmp(k->user_id, user_id, USER_ID_LEN) != 0) {
		*k = (struct passkey){0};
		e = ERR_NOT_FOUND;
	}
	return e;
}

enum err
passkey_put(struct store_txn *t, const struct passkey *k)
{
	return record_save(t, &passkey_record, k);
}

enum err
passkey_may_add(
    struct store_txn *t, const struct passkey *k, enum reason *reason)
{
	struct passkey other;
	uint8_t hash[HASH_LEN];
	enum err e;

	passkey_hash(hash, k->id, k->id_len);
	e = passkey_get(t, hash, &other);
	if (e == OK)
		return refused(REASON_PASSKEY_KNOWN, reason);
	if (e != ERR_NOT_FOUND)
		return e;
	if (passkey_count(t, k->user_id, k->rp_id, NULL) >= PASSKEYS_MAX)
		return refused(REASON_PASSKEYS_MANY, reason);
	return OK;
}

enum err
passkey_add(struct store_txn *t, struct passkey *k, enum reason *reason)
{
	enum err e = passkey_may_add(t, k, reason);

	if (e != OK)
		return e;
	k->flags_first = k->flags_last &= PASSKEY_FLAGS;
	passkey_hash(k->hash, k->id, k->id_len);
	return passkey_put(t, k);
}

void
passkey_del(struct store_txn *t, const uint8_t hash[static HASH_LEN])
{
	store_del(t, TABLE_PASSKEYS, hash, HASH_LEN);
}

void
passkey_each(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&passkey_record, user_id, NULL);
	struct passkey k;

	record_each(t, &passkey_record, &set, &k, visit, arg);
}

size_t
passkey_del_all(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	const struct record_set set =
	    record_set_of(&passkey_record, user_id, NULL);
	struct passkey k;

	return record_prune(t, &passkey_record, &set, &k, NULL, NULL);
}

static bool
find_any(void *arg, const void *record)
{
	bool *found = arg;

	(void)record;
	*found = true;
	return false;
}

bool
passkey_has(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	bool found = false;

	passkey_each(t, user_id, find_any, &found);
	return found;
}

bool
passkey_is_alone(const struct passkey *k, const char *rp_id)
{
	return (k->flags_last & PASSKEY_VERIFIED) != 0 && k->discoverable &&
	       strcmp(k->rp_id, rp_id) == 0;
}

struct passkey_tally {
	const char *rp_id;
	size_t all, alone;
};

static bool
count_passkey(void *arg, const void *record)
{
	struct passkey_tally *tally = arg;
	const struct passkey *k = record;

	tally->all++;
	tally->alone += passkey_is_alone(k, tally->rp_id);
	return true;
}

size_t
passkey_count(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *rp_id, size_t *alone)
{
	struct passkey_tally tally = {.rp_id = rp_id};

	passkey_each(t, user_id, count_passkey, &tally);
	if (alone != NULL)
		*alone = tally.alone;
	return tally.all;
}

/* --- a use ---------------------------------------------------------------- */

bool
passkey_was_used(const struct passkey_use *use)
{
	return !sodium_is_zero(use->hash, sizeof use->hash);
}

static void
audit_passkey_oddity(struct store_txn *t, int64_t now, const char *event,
    const struct user *person, const struct passkey *k, const char *address)
{
	audit_write(t, now,
	    &(struct audit_line){.event = event,
		.user = person->name,
		.user_id = person->user_id,
		.detail = k->name,
		.address = address});
}

/* Those that never count say 0 for ever. */
static bool
went_back(const struct passkey *k, const struct passkey_use *use)
{
	return (k->count != 0 || use->count != 0) && use->count <= k->count;
}

/* What follows from USE for K. */
static void
note_use(struct store_txn *t, struct passkey *k, const struct passkey_use *use,
    const struct user *person, const char *address, int64_t now)
{
	const unsigned backup = PASSKEY_BACKUP_ELIGIBLE;

	if (went_back(k, use)) {
		k->copied_at = now;
		audit_passkey_oddity(
		    t, now, "passkey_copied", person, k, address);
	}
	if ((k->flags_last & backup) != (use->flags & backup)) {
		k->backup_changed_at = now;
		audit_passkey_oddity(
		    t, now, "passkey_backup_changed", person, k, address);
	}
	/* A copy that is behind must not take the count back with it. */
	if (use->count > k->count)
		k->count = use->count;
	k->flags_last = use->flags & PASSKEY_FLAGS;
	k->used_at = now;
	k->discoverable |= use->alone;
}

enum err
passkey_settle(struct store_txn *t, const struct passkey_use *use,
    const struct user *person, const char *address, int64_t now,
    enum reason *reason)
{
	struct passkey k;
	enum err e = passkey_get_of(t, person->user_id, use->hash, &k);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_PASSKEY_UNKNOWN, reason);
	if (e == OK && use->added)
		return OK;
	if (e == OK)
		e = replay_note(t, use->challenge, use->expires_at);
	if (e == ERR_EXISTS)
		return refused(REASON_PASSKEY_REUSED, reason);
	if (e != OK)
		return e;
	note_use(t, &k, use, person, address, now);
	return passkey_put(t, &k);
}
