#include "domain/signkey.h"

#include "base/clock.h"
#include "base/str.h"

#include <sodium.h>
#include <string.h>

const char *
key_state_name(enum key_state s)
{
	static const char *const names[] = {
	    [KEY_NEXT] = "next",
	    [KEY_ACTIVE] = "active",
	    [KEY_RETIRED] = "retired",
	};

	return names[s];
}

/* A kid becomes a file name, so it is what it must be or nothing. */
static bool
is_kid(const char *kid)
{
	uint8_t thumbprint[crypto_hash_sha256_BYTES];

	return base64url_decode_exact(thumbprint, sizeof thumbprint, kid) == OK;
}

static enum err
signkey_finish(void *record)
{
	const struct signkey *k = record;

	return is_kid(k->pub.kid) && public_key_fits(k->pub.alg, k->pub.len)
		   ? OK
		   : ERR_CORRUPT;
}

static const struct record_field signkey_fields[] = {
    FIELD_OF(struct signkey, pub.kid, TEXT, KEY, "kid"),
    FIELD_OF_WORDS(
	struct signkey, pub.alg, WORD, SHOWN, "alg", jwa_name, JWA_ISSUED),
    FIELD_OF_WORDS(struct signkey, state, WORD, SHOWN, "state", key_state_name,
	KEY_RETIRED + 1),
    FIELD_OF(struct signkey, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct signkey, activated_at, TIME, SHOWN, "activated_at"),
    FIELD_OF(struct signkey, retired_at, TIME, SHOWN, "retired_at"),
    FIELD_OF(struct signkey, expires_at, TIME, SHOWN, "published_until"),
    FIELD_OF(struct signkey, gone_at, TIME, INNER, "gone_at"),
    FIELD_OF_LENGTH(struct signkey, pub.bytes, pub.len, INNER, "public_key"),
};
const struct record_type signkey_record = {
    .table = TABLE_KEYS,
    .version = 1,
    .expires_at = offsetof(struct signkey, gone_at),
    .finish = signkey_finish,
    RECORD_FIELDS(struct signkey, signkey_fields),
};

enum err
signkey_put(struct store_txn *t, const struct signkey *k)
{
	struct signkey row = *k;

	row.gone_at = later(k->gone_at, k->expires_at);
	return record_save(t, &signkey_record, &row);
}

enum err
signkey_get(struct store_txn *t, const char *kid, struct signkey *k)
{
	if (is_kid(kid))
		return record_load(t, &signkey_record, kid, strlen(kid), k);
	memset(k, 0, sizeof *k);
	return ERR_NOT_FOUND;
}

void
signkey_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct signkey k;

	record_each(t, &signkey_record, NULL, &k, visit, arg);
}

/* The keys of one algorithm that sign, or will. */
struct alg_keys {
	enum jwa alg;
	bool has_active, has_next;
	struct signkey active, next;
};

static bool
collect_alg_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct alg_keys *keys = arg;

	if (k->pub.alg == keys->alg && k->state == KEY_ACTIVE) {
		keys->active = *k;
		keys->has_active = true;
	} else if (k->pub.alg == keys->alg && k->state == KEY_NEXT) {
		keys->next = *k;
		keys->has_next = true;
	}
	return true;
}

static bool
collect_until_active(void *arg, const void *record)
{
	struct alg_keys *keys = arg;

	collect_alg_key(keys, record);
	return !keys->has_active;
}

enum err
signkey_active(struct store_txn *t, enum jwa alg, struct signkey *k)
{
	struct alg_keys keys = {.alg = alg};

	signkey_each(t, collect_until_active, &keys);
	*k = keys.active;
	if (store_failed(t) != OK)
		return store_failed(t);
	return keys.has_active ? OK : ERR_NOT_FOUND;
}

static enum err
activate(struct store_txn *t, struct signkey *k, int64_t now)
{
	k->state = KEY_ACTIVE;
	k->activated_at = now;
	return signkey_put(t, k);
}

static enum err
retire(struct store_txn *t, struct signkey *k, const struct retirement *r,
    int64_t now)
{
	k->state = KEY_RETIRED;
	k->retired_at = now;
	k->expires_at = now + r->published_s;
	k->gone_at = k->expires_at + r->hints_s;
	return signkey_put(t, k);
}

enum err
signkey_rotate(struct store_txn *t, const struct signkey *new,
    const struct retirement *r, int64_t now)
{
	struct alg_keys keys = {.alg = new->pub.alg};
	struct signkey first = *new;
	enum err e;

	signkey_each(t, collect_alg_key, &keys);
	e = store_failed(t);
	if (e == OK && !keys.has_active && !keys.has_next)
		return activate(t, &first, now);
	if (e == OK && keys.has_active && keys.has_next)
		e = retire(t, &keys.active, r, now);
	if (e == OK && keys.has_next)
		e = activate(t, &keys.next, now);
	return e == OK ? signkey_put(t, new) : e;
}
