#include "domain/approval.h"

#include "base/str.h"

#include <string.h>

enum { APPROVAL_KEY_CAP = USER_ID_LEN + CLIENT_ID_CAP };

static const struct record_field approval_fields[] = {
    FIELD_OF(struct approval, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct approval, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct approval, granted, TEXT, SHOWN, "scope"),
    FIELD_OF(struct approval, declined, TEXT, SHOWN, "declined"),
    FIELD_OF(struct approval, changed_at, TIME, SHOWN, "changed_at"),
};
static const struct record_index approval_indexes[] = {
    {INDEX_APPROVALS_BY_CLIENT, offsetof(struct approval, client_id)},
};
const struct record_type approval_record = {
    .table = TABLE_APPROVALS,
    .version = 1,
    RECORD_FIELDS(struct approval, approval_fields),
    RECORD_INDEXES(approval_indexes),
};

static size_t
approval_key(uint8_t key[static APPROVAL_KEY_CAP],
    const uint8_t user_id[static USER_ID_LEN], const char *client_id)
{
	size_t len = strnlen(client_id, CLIENT_ID_CAP - 1);

	memcpy(key, user_id, USER_ID_LEN);
	memcpy(key + USER_ID_LEN, client_id, len);
	return USER_ID_LEN + len;
}

enum err
approval_get(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id, struct approval *a)
{
	uint8_t key[APPROVAL_KEY_CAP];
	size_t key_len = approval_key(key, user_id, client_id);

	enum err e = record_load(t, &approval_record, key, key_len, a);

	if (e == ERR_NOT_FOUND) {
		memcpy(a->user_id, key, USER_ID_LEN);
		memcpy(a->client_id, key + USER_ID_LEN, key_len - USER_ID_LEN);
	}
	return e;
}

/* Moves each word of FROM into TO and out of OTHER. */
static enum err
settle(const char *from, char to[static SCOPE_CAP], char *other)
{
	char word[SCOPE_WORD_CAP];
	enum err e = OK;

	while (e == OK && words_next(&from, word, sizeof word)) {
		words_remove(other, word);
		e = words_add(to, SCOPE_CAP, word);
	}
	return e;
}

enum err
approval_put(struct store_txn *t, const struct approval *a)
{
	struct approval all;
	enum err e = approval_get(t, a->user_id, a->client_id, &all);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	all.changed_at = a->changed_at;
	e = settle(a->granted, all.granted, all.declined);
	if (e == OK)
		e = settle(a->declined, all.declined, all.granted);
	return e == OK ? record_save(t, &approval_record, &all) : e;
}

void
approval_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id)
{
	uint8_t key[APPROVAL_KEY_CAP];

	store_del(
	    t, TABLE_APPROVALS, key, approval_key(key, user_id, client_id));
}

/* A person's keys begin with the user_id. */
struct record_set
approval_set(const uint8_t *user_id, const char *client_id)
{
	struct record_set set = {0};

	if (user_id != NULL)
		set = (struct record_set){.field = user_id, .len = USER_ID_LEN};
	else if (client_id != NULL)
		set = record_by(
		    INDEX_APPROVALS_BY_CLIENT, client_id, strlen(client_id));
	set.text = client_id;
	set.at = offsetof(struct approval, client_id);
	return set;
}

size_t
approval_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	const struct record_set set = approval_set(user_id, client_id);
	struct approval a;

	return record_prune(t, &approval_record, &set, &a, NULL, NULL);
}
