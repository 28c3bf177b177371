#include "domain/registration_token.h"

#include "base/str.h"

#include <string.h>

static const struct record_field registration_token_fields[] = {
    FIELD_OF(struct registration_token, id, BYTES, KEY, "id"),
    FIELD_OF(struct registration_token, name, TEXT, SHOWN, "name"),
    FIELD_OF(struct registration_token, hash, BYTES, SECRET, "hash"),
    FIELD_OF(struct registration_token, uses_left, COUNT, SHOWN, "uses_left"),
    FIELD_OF(struct registration_token, used, COUNT, SHOWN, "used"),
    FIELD_OF(struct registration_token, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct registration_token, good_until, TIME, SHOWN, "good_until"),
    FIELD_OF(struct registration_token, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type registration_token_record = {
    .table = TABLE_REGISTRATION_TOKENS,
    .version = 1,
    RECORD_FIELDS(struct registration_token, registration_token_fields),
    .expires_at = offsetof(struct registration_token, expires_at),
};

/* The id is the first part of the hash: it tells nothing of the token. */
static void
hash_registration_token(uint8_t hash[static HASH_LEN],
    const uint8_t bytes[static REGISTRATION_TOKEN_LEN])
{
	secret_hash_in(hash, HASH_LEN, "registration_token", bytes,
	    REGISTRATION_TOKEN_LEN);
}

void
registration_token_make(char text[static REGISTRATION_TOKEN_CAP],
    struct registration_token *r, const struct keyring *k)
{
	uint8_t bytes[REGISTRATION_TOKEN_LEN];

	random_bytes(bytes, REGISTRATION_TOKEN_RANDOM_LEN);
	stamp_put(bytes, REGISTRATION_TOKEN_RANDOM_LEN,
	    REGISTRATION_TOKEN_MAC_LEN, "registration_token", k);
	hash_registration_token(r->hash, bytes);
	memcpy(r->id, r->hash, sizeof r->id);
	r->expires_at = r->good_until + REGISTRATION_TOKEN_KEPT_S;
	base64url_encode(text, REGISTRATION_TOKEN_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

void
registration_token_title(
    char title[static AUDIT_TEXT_CAP], const struct registration_token *r)
{
	char id[BASE64URL_CAP(REGISTRATION_TOKEN_ID_LEN)];
	struct buf b;

	base64url_encode(id, sizeof id, r->id, sizeof r->id);
	buf_init(&b, title, AUDIT_TEXT_CAP);
	buf_printf(&b, "%s%s%s", id, r->name[0] != '\0' ? " " : "", r->name);
}

enum err
registration_token_put(struct store_txn *t, const struct registration_token *r,
    const struct change *c)
{
	char title[AUDIT_TEXT_CAP];
	enum err e = record_save(t, &registration_token_record, r);

	registration_token_title(title, r);
	if (e == OK)
		audit_change(
		    t, c, "registration_token_added", NULL, NULL, title);
	return e;
}

enum err
registration_token_find(struct store_txn *t, const char *text,
    const struct keyring *k, int64_t now, struct registration_token *r,
    enum reason *reason)
{
	uint8_t bytes[REGISTRATION_TOKEN_LEN] = {0}, hash[HASH_LEN];
	enum err e = base64url_decode_exact(bytes, sizeof bytes, text);

	*r = (struct registration_token){0};
	if (e == OK)
		e = stamp_check(bytes, REGISTRATION_TOKEN_RANDOM_LEN,
		    REGISTRATION_TOKEN_MAC_LEN, "registration_token", k);
	hash_registration_token(hash, bytes);
	secret_wipe(bytes, sizeof bytes);
	if (e == ERR_FOREIGN)
		return refused_as(ERR_INVALID_TOKEN, REASON_RESTORED, reason);
	if (e != OK)
		return refused(REASON_REGISTRATION_TOKEN_UNKNOWN, reason);
	e = record_load(
	    t, &registration_token_record, hash, REGISTRATION_TOKEN_ID_LEN, r);
	if (e == ERR_NOT_FOUND ||
	    (e == OK && !secret_equal(r->hash, hash, HASH_LEN)))
		return refused(REASON_REGISTRATION_TOKEN_UNKNOWN, reason);
	if (e == OK && r->uses_left == 0)
		return refused(REASON_REGISTRATION_TOKEN_USED, reason);
	if (e == OK && now >= r->good_until)
		return refused(REASON_REGISTRATION_TOKEN_EXPIRED, reason);
	return e;
}

enum err
registration_token_spend(struct store_txn *t, struct registration_token *r)
{
	r->uses_left--;
	r->used++;
	return record_save(t, &registration_token_record, r);
}

enum err
registration_token_del(struct store_txn *t,
    const uint8_t id[static REGISTRATION_TOKEN_ID_LEN], const struct change *c)
{
	struct registration_token r;
	char title[AUDIT_TEXT_CAP];
	enum err e = record_load(
	    t, &registration_token_record, id, REGISTRATION_TOKEN_ID_LEN, &r);

	if (e != OK)
		return e;
	store_del(t, TABLE_REGISTRATION_TOKENS, id, REGISTRATION_TOKEN_ID_LEN);
	registration_token_title(title, &r);
	audit_change(t, c, "registration_token_deleted", NULL, NULL, title);
	return store_failed(t);
}
