#include "domain/app_password.h"

#include "base/str.h"

#include <string.h>

enum { USE_NOTED_S = 3600 /* at most once so many seconds */ };

/* The first two have the places of their indexes (store.h). */
static const struct record_field app_password_fields[] = {
    FIELD_OF(struct app_password, id, BYTES, KEY, "id"),
    FIELD_OF(struct app_password, user_id, UUID, INNER, "sub"),
    FIELD_OF(struct app_password, origin, TEXT, SHOWN, "site"),
    FIELD_OF(struct app_password, name, TEXT, SHOWN, "name"),
    FIELD_OF(struct app_password, hash, BYTES, SEALED, "hash"),
    FIELD_OF(struct app_password, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct app_password, used_at, TIME, SHOWN, "used_at"),
};
const struct record_type app_password_record = {
    .table = TABLE_APP_PASSWORDS,
    .version = 1,
    RECORD_FIELDS(struct app_password, app_password_fields),
    .by_id = {INDEX_APP_PASSWORDS_BY_USER,
	offsetof(struct app_password, user_id)},
    .by_text = {INDEX_APP_PASSWORDS_BY_ORIGIN,
	offsetof(struct app_password, origin)},
};

static void
hash_app_password(
    uint8_t hash[static HASH_LEN], const uint8_t bytes[static APP_PASSWORD_LEN])
{
	secret_hash_in(hash, HASH_LEN, "app_password", bytes, APP_PASSWORD_LEN);
}

void
app_password_make(char text[static APP_PASSWORD_CAP], struct app_password *a,
    const struct keyring *k)
{
	uint8_t bytes[APP_PASSWORD_LEN], hash[HASH_LEN];

	random_bytes(bytes, sizeof bytes);
	memcpy(a->id, bytes, APP_PASSWORD_ID_LEN);
	hash_app_password(hash, bytes);
	secret_seal(a->hash, hash, sizeof hash, k->client, "app_password");
	base64url_encode(text, APP_PASSWORD_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(hash, sizeof hash);
}

enum err
app_password_put(struct store_txn *t, const struct app_password *a)
{
	return record_save(t, &app_password_record, a);
}

enum err
app_password_get(struct store_txn *t,
    const uint8_t id[static APP_PASSWORD_ID_LEN], struct app_password *a)
{
	return record_load(t, &app_password_record, id, APP_PASSWORD_ID_LEN, a);
}

/* Whether U signs in as TYPED. */
static bool
is_called(struct store_txn *t, const struct user *u, const char *typed)
{
	struct user found;
	bool same;

	if (str_equal_nocase(u->name, typed))
		return true;
	same = user_find_typed(t, typed, &found) == OK &&
	       memcmp(found.user_id, u->user_id, USER_ID_LEN) == 0;
	user_wipe(&found);
	return same;
}

enum err
app_password_check(struct store_txn *t, const char *name, const char *text,
    const char *origin, const struct keyring *k, struct user *u,
    struct app_password *a)
{
	uint8_t bytes[APP_PASSWORD_LEN], hash[HASH_LEN], kept[HASH_LEN] = {0};
	bool good;
	enum err e;

	*u = (struct user){0};
	if (base64url_decode_exact(bytes, sizeof bytes, text) != OK)
		return ERR_ACCESS_DENIED;
	hash_app_password(hash, bytes);
	e = app_password_get(t, bytes, a);
	if (e == OK)
		e = secret_open(
		    kept, a->hash, sizeof a->hash, k->client, "app_password");
	good = secret_equal(hash, kept, HASH_LEN) && e == OK;
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(hash, sizeof hash);
	secret_wipe(kept, sizeof kept);
	if (!good || !str_equal(a->origin, origin))
		return ERR_ACCESS_DENIED;
	e = user_require(t, a->user_id, u);
	if (e == OK && !is_called(t, u, name)) {
		user_wipe(u);
		e = ERR_ACCESS_DENIED;
	}
	return e;
}

bool
app_password_use_is_due(const struct app_password *a, int64_t now)
{
	return now - a->used_at >= USE_NOTED_S;
}

enum err
app_password_use(struct store_txn *t,
    const uint8_t id[static APP_PASSWORD_ID_LEN], int64_t now)
{
	struct app_password a;
	enum err e = app_password_get(t, id, &a);

	if (e == ERR_NOT_FOUND ||
	    (e == OK && !app_password_use_is_due(&a, now)))
		return OK;
	a.used_at = now;
	return e == OK ? app_password_put(t, &a) : e;
}

void
app_password_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&app_password_record, user_id, NULL);
	struct app_password a;

	record_each(t, &app_password_record, &set, &a, visit, arg);
}

void
app_password_del(
    struct store_txn *t, const uint8_t id[static APP_PASSWORD_ID_LEN])
{
	store_del(t, TABLE_APP_PASSWORDS, id, APP_PASSWORD_ID_LEN);
}

size_t
app_password_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *origin)
{
	const struct record_set set =
	    record_set_of(&app_password_record, user_id, origin);
	struct app_password a;

	return record_prune(t, &app_password_record, &set, &a, NULL, NULL);
}
