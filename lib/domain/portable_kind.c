/* What portable.c needs to know of each kind of record. */
#include "base/base64.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/consent.h"
#include "domain/factor.h"
#include "domain/passkey.h"
#include "domain/portable.h"
#include "domain/signkey.h"
#include "domain/site.h"

#include <sodium.h>
#include <string.h>

enum {
	OPENED_MAX = RECOVERY_CODES * RECOVERY_HASH_LEN,
	OPENED_TEXT_CAP = BASE64URL_CAP(OPENED_MAX)
};

/* --- sealed fields --------------------------------------------------------*/

/* Sets NAME to the LEN bytes at BYTES. */
static enum err
set_bytes(json_t *object, const char *name, const uint8_t *bytes, size_t len)
{
	char text[OPENED_TEXT_CAP];
	int rc;

	base64url_encode(text, sizeof text, bytes, len);
	rc = json_object_set_new(object, name, json_string(text));
	secret_wipe(text, sizeof text);
	return rc == 0 ? OK : ERR_NO_MEMORY;
}

/* The bytes of member NAME; none if it is not there. */
static enum err
get_bytes(uint8_t *bytes, size_t cap, size_t *len, const json_t *object,
    const char *name, struct portable_fault *fault)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);

	*len = 0;
	if (value == NULL)
		return OK;
	if (text == NULL ||
	    base64url_decode(bytes, cap, len, text, strlen(text)) != OK)
		return portable_wrong(
		    fault, name, "is base64url of fewer bytes");
	return OK;
}

/* A hash, sealed; all zeroes: there is none. */
static enum err
open_hash(json_t *object, const char *name,
    const uint8_t sealed[static HASH_LEN + SEAL_OVERHEAD], const uint8_t *key,
    const char *context)
{
	uint8_t hash[HASH_LEN];
	size_t len = 0;
	enum err e = OK;

	if (!sodium_is_zero(sealed, HASH_LEN + SEAL_OVERHEAD)) {
		e = secret_open(
		    hash, sealed, HASH_LEN + SEAL_OVERHEAD, key, context);
		len = HASH_LEN;
	}
	if (e == OK)
		e = set_bytes(object, name, hash, len);
	secret_wipe(hash, sizeof hash);
	return e;
}

static enum err
seal_hash(uint8_t sealed[static HASH_LEN + SEAL_OVERHEAD], const json_t *object,
    const char *name, const uint8_t *key, const char *context,
    struct portable_fault *fault)
{
	uint8_t hash[HASH_LEN];
	size_t len;
	enum err e = get_bytes(hash, sizeof hash, &len, object, name, fault);

	if (e == OK && len != 0 && len != HASH_LEN)
		e = portable_wrong(fault, name, "is a hash of 32 bytes");
	if (e == OK && len == HASH_LEN)
		secret_seal(sealed, hash, len, key, context);
	secret_wipe(hash, sizeof hash);
	return e;
}

static enum err
open_client(json_t *object, const void *record, const struct keyring *k)
{
	const struct client *c = record;
	char secret[CLIENT_SECRET_CAP] = "";
	enum err e = open_hash(
	    object, "secret_hash", c->secret_hash, k->client, "client_secret");

	if (e == OK && c->hs256_secret[0] != '\0')
		e = client_secret_open(secret, c, k);
	if (e == OK && json_object_set_new(
			   object, "hs256_secret", json_string(secret)) != 0)
		e = ERR_NO_MEMORY;
	secret_wipe(secret, sizeof secret);
	return e;
}

static enum err
seal_client(void *record, const json_t *object, const struct keyring *k,
    struct portable_fault *fault)
{
	const json_t *value = json_object_get(object, "hs256_secret");
	const char *secret = json_string_value(value);
	struct client *c = record;

	if (value != NULL && secret == NULL)
		return portable_wrong(fault, "hs256_secret", "is a string");
	if (secret != NULL && secret[0] != '\0') {
		if (client_secret_refusal(secret) != NULL)
			return portable_wrong(fault, "hs256_secret",
			    client_secret_refusal(secret));
		if (!client_keeps_secret(c))
			return portable_wrong(fault, "hs256_secret",
			    "is there for what signs with it alone");
		if (client_secret_set(c, secret, k) != OK)
			return portable_wrong(
			    fault, "hs256_secret", "is no secret");
	}
	return seal_hash(c->secret_hash, object, "secret_hash", k->client,
	    "client_secret", fault);
}

static enum err
open_factor(json_t *object, const void *record, const struct keyring *k)
{
	const struct factor *f = record;
	uint8_t opened[OPENED_MAX];
	size_t len = 0;
	enum err e = OK;

	if (f->has_totp) {
		e = factor_open_totp(opened, f, k);
		len = TOTP_SECRET_LEN;
	}
	if (e == OK)
		e = set_bytes(object, "totp_secret", opened, len);
	if (e == OK)
		e = factor_open_recovery(opened, &len, f, k);
	if (e == OK)
		e = set_bytes(object, "recovery", opened, len);
	secret_wipe(opened, sizeof opened);
	return e;
}

static enum err
seal_factor(void *record, const json_t *object, const struct keyring *k,
    struct portable_fault *fault)
{
	struct factor *f = record;
	uint8_t opened[OPENED_MAX];
	size_t len;
	enum err e = get_bytes(
	    opened, sizeof opened, &len, object, "totp_secret", fault);

	if (e == OK && len != (f->has_totp ? TOTP_SECRET_LEN : 0))
		e = portable_wrong(fault, "totp_secret",
		    "is 20 bytes if `totp` is true, and else none");
	if (e == OK && f->has_totp)
		factor_seal_totp(f, opened, k);
	if (e == OK)
		e = get_bytes(
		    opened, sizeof opened, &len, object, "recovery", fault);
	if (e == OK && len % RECOVERY_HASH_LEN != 0)
		e = portable_wrong(
		    fault, "recovery", "is 16 bytes for each code");
	if (e == OK)
		factor_seal_recovery(f, opened, len, k);
	secret_wipe(opened, sizeof opened);
	return e;
}

static enum err
open_app_password(json_t *object, const void *record, const struct keyring *k)
{
	const struct app_password *a = record;

	return open_hash(object, "hash", a->hash, k->client, "app_password");
}

static enum err
seal_app_password(void *record, const json_t *object, const struct keyring *k,
    struct portable_fault *fault)
{
	struct app_password *a = record;

	return seal_hash(
	    a->hash, object, "hash", k->client, "app_password", fault);
}

/* --- icons ----------------------------------------------------------------*/

static const struct record_field icon_fields[] = {
    FIELD_OF(struct portable_icon, client_id, TEXT, KEY, "client_id"),
    FIELD_OF_LENGTH(struct portable_icon, bytes, len, SHOWN, "picture"),
};
static const struct record_type icon_record = {
    .table = TABLE_ICONS,
    RECORD_FIELDS(struct portable_icon, icon_fields),
};

struct icon_scan {
	struct store_txn *t;
	record_visit *visit;
	void *arg;
};

static bool
visit_icon(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct icon_scan *s = arg;
	struct portable_icon icon = {.len = value->len};

	if (value->len > sizeof icon.bytes ||
	    str_copy_n(icon.client_id, sizeof icon.client_id, key, key_len) !=
		OK) {
		store_fail(s->t, ERR_CORRUPT);
		return false;
	}
	memcpy(icon.bytes, value->bytes, value->len);
	return s->visit(s->arg, &icon);
}

static void
each_icon(struct store_txn *t, record_visit *visit, void *arg)
{
	struct icon_scan s = {t, visit, arg};

	store_scan(t, TABLE_ICONS, NULL, 0, visit_icon, &s);
}

/* --- keys ------------------------------------------------------------------*/

struct key_scan {
	record_visit *visit;
	void *arg;
};

static bool
visit_used_key(void *arg, const void *record)
{
	const struct key_scan *s = arg;
	const struct signkey *k = record;

	return k->state == KEY_NEXT || s->visit(s->arg, k);
}

/* Those that have signed. */
static void
each_used_key(struct store_txn *t, record_visit *visit, void *arg)
{
	struct key_scan s = {visit, arg};

	signkey_each(t, visit_used_key, &s);
}

/* --- all ------------------------------------------------------------------*/

#define OWNED_BY(type, member)                                                 \
	{                                                                      \
		true, offsetof(type, member)                                   \
	}

const struct portable_kind portable_kinds[PORTABLE_SECTIONS] = {
    [PORTABLE_PEOPLE] = {.section = "people", .type = &user_record},
    [PORTABLE_APPS] = {.section = "apps",
	.type = &client_record,
	.open = open_client,
	.seal = seal_client},
    [PORTABLE_ICONS] = {.section = "icons",
	.type = &icon_record,
	.app = OWNED_BY(struct portable_icon, client_id),
	.each = each_icon},
    [PORTABLE_SITES] = {.section = "sites",
	.type = &site_record,
	.app = OWNED_BY(struct site_row, origin)},
    [PORTABLE_FACTORS] = {.section = "factors",
	.type = &factor_record,
	.person = OWNED_BY(struct factor, user_id),
	.open = open_factor,
	.seal = seal_factor},
    [PORTABLE_PASSKEYS] = {.section = "passkeys",
	.type = &passkey_record,
	.person = OWNED_BY(struct passkey, user_id)},
    [PORTABLE_APP_PASSWORDS] = {.section = "app_passwords",
	.type = &app_password_record,
	.person = OWNED_BY(struct app_password, user_id),
	.app = OWNED_BY(struct app_password, origin),
	.open = open_app_password,
	.seal = seal_app_password},
    [PORTABLE_CONSENTS] = {.section = "consents",
	.type = &consent_record,
	.person = OWNED_BY(struct consent, user_id),
	.app = OWNED_BY(struct consent, client_id)},
    [PORTABLE_KEYS] = {.section = "keys",
	.type = &signkey_record,
	.each = each_used_key},
};
