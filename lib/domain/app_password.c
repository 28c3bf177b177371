#include "domain/app_password.h"

#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum { APP_PASSWORD_VERSION = 1, APP_PASSWORD_RECORD_CAP = 512 };

static void
mac_of(uint8_t mac[static HASH_LEN],
    const uint8_t bytes[static APP_PASSWORD_LEN], const struct keyring *k)
{
	secret_mac(
	    mac, HASH_LEN, k->client, "app_password", bytes, APP_PASSWORD_LEN);
}

void
app_password_make(char text[static APP_PASSWORD_CAP], struct app_password *a,
    const struct keyring *k)
{
	uint8_t bytes[APP_PASSWORD_LEN];

	random_bytes(bytes, sizeof bytes);
	memcpy(a->id, bytes, APP_PASSWORD_ID_LEN);
	mac_of(a->mac, bytes, k);
	base64url_encode(text, APP_PASSWORD_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

enum err
app_password_put(struct store_txn *t, const struct app_password *a)
{
	uint8_t bytes[APP_PASSWORD_RECORD_CAP];
	struct record_writer w;
	enum err e;

	record_begin(&w, bytes, sizeof bytes, APP_PASSWORD_VERSION);
	record_put_bytes(&w, a->user_id, USER_ID_LEN);
	record_put_str(&w, a->origin);
	record_put_str(&w, a->name);
	record_put_bytes(&w, a->mac, HASH_LEN);
	record_put_i64(&w, a->created_at);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_APP_PASSWORDS, a->id, APP_PASSWORD_ID_LEN,
		    bytes, w.len, 0);
	return e == OK ? store_failed(t) : e;
}

static enum err
decode(struct app_password *a, const void *key, size_t key_len,
    const struct store_value *v)
{
	struct record_reader r;

	*a = (struct app_password){0};
	if (key_len != APP_PASSWORD_ID_LEN)
		return ERR_CORRUPT;
	memcpy(a->id, key, APP_PASSWORD_ID_LEN);
	record_open(&r, v->bytes, v->len, APP_PASSWORD_VERSION);
	record_get_bytes(&r, a->user_id, USER_ID_LEN);
	record_get_str(&r, a->origin, sizeof a->origin);
	record_get_str(&r, a->name, sizeof a->name);
	record_get_bytes(&r, a->mac, HASH_LEN);
	a->created_at = record_get_i64(&r);
	return record_close(&r);
}

enum err
app_password_get(struct store_txn *t,
    const uint8_t id[static APP_PASSWORD_ID_LEN], struct app_password *a)
{
	struct store_value v;
	enum err e;

	*a = (struct app_password){0};
	e = store_get(t, TABLE_APP_PASSWORDS, id, APP_PASSWORD_ID_LEN, &v);
	if (e != OK)
		return e;
	e = decode(a, id, APP_PASSWORD_ID_LEN, &v);
	if (e != OK)
		store_fail(t, e);
	return e;
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
    const char *origin, const struct keyring *k, struct user *u)
{
	uint8_t bytes[APP_PASSWORD_LEN], mac[HASH_LEN];
	struct app_password a;
	bool good;
	enum err e;

	*u = (struct user){0};
	if (base64url_decode_exact(bytes, sizeof bytes, text) != OK)
		return ERR_ACCESS_DENIED;
	mac_of(mac, bytes, k);
	e = app_password_get(t, bytes, &a);
	good = secret_equal(mac, a.mac, HASH_LEN) && e == OK;
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(mac, sizeof mac);
	if (!good || !str_equal(a.origin, origin))
		return ERR_ACCESS_DENIED;
	e = user_require(t, a.user_id, u);
	if (e == OK && !is_called(t, u, name)) {
		user_wipe(u);
		e = ERR_ACCESS_DENIED;
	}
	return e;
}

void
app_password_del(
    struct store_txn *t, const uint8_t id[static APP_PASSWORD_ID_LEN])
{
	store_del(t, TABLE_APP_PASSWORDS, id, APP_PASSWORD_ID_LEN);
}

struct match {
	struct store_txn *t;
	const uint8_t *user_id;
	const char *origin;
};

static bool
match_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct match *m = arg;
	struct app_password a;
	enum err e = decode(&a, key, key_len, value);

	if (e != OK) {
		store_fail(m->t, e);
		return false;
	}
	return (m->user_id == NULL ||
		   memcmp(a.user_id, m->user_id, USER_ID_LEN) == 0) &&
	       (m->origin == NULL || str_equal(a.origin, m->origin));
}

size_t
app_password_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *origin)
{
	struct match m = {t, user_id, origin};

	if (user_id != NULL)
		return store_prune_by(t, INDEX_APP_PASSWORDS_BY_USER, user_id,
		    USER_ID_LEN, match_record, &m);
	if (origin != NULL)
		return store_prune_by(t, INDEX_APP_PASSWORDS_BY_ORIGIN, origin,
		    strlen(origin), match_record, &m);
	return store_prune(t, TABLE_APP_PASSWORDS, NULL, 0, match_record, &m);
}

struct each {
	struct store_txn *t;
	app_password_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct app_password a;
	enum err e = decode(&a, key, key_len, value);

	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &a);
}

void
app_password_each(struct store_txn *t, app_password_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_APP_PASSWORDS, NULL, 0, each_record, &each);
}
