#include "domain/consent.h"

#include "base/str.h"

#include <string.h>

enum { CONSENT_KEY_CAP = USER_ID_LEN + CLIENT_ID_CAP };

static const struct record_field consent_fields[] = {
    FIELD_OF(struct consent, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct consent, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct consent, granted, TEXT, SHOWN, "scope"),
    FIELD_OF(struct consent, declined, TEXT, SHOWN, "declined"),
    FIELD_OF(struct consent, changed_at, TIME, SHOWN, "changed_at"),
    FIELD_OF(struct consent, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct consent, resources, WORDS, SHOWN, "resources"),
};
const struct record_type consent_record = {
    .table = TABLE_CONSENTS,
    .version = 1,
    .optional = 1,
    RECORD_FIELDS(struct consent, consent_fields),
    .by_text = {INDEX_CONSENTS_BY_CLIENT, offsetof(struct consent, client_id)},
};

static size_t
consent_key(uint8_t key[static CONSENT_KEY_CAP],
    const uint8_t user_id[static USER_ID_LEN], const char *client_id)
{
	size_t len = strnlen(client_id, CLIENT_ID_CAP - 1);

	memcpy(key, user_id, USER_ID_LEN);
	memcpy(key + USER_ID_LEN, client_id, len);
	return USER_ID_LEN + len;
}

void
consent_want(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id)
{
	uint8_t key[CONSENT_KEY_CAP];

	store_want(
	    t, TABLE_CONSENTS, key, consent_key(key, user_id, client_id));
}

enum err
consent_get(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id, struct consent *c)
{
	uint8_t key[CONSENT_KEY_CAP];
	size_t key_len = consent_key(key, user_id, client_id);

	enum err e = record_load(t, &consent_record, key, key_len, c);

	if (e == OK)
		store_hold(t, TABLE_CONSENTS, key, key_len);
	if (e == ERR_NOT_FOUND) {
		memcpy(c->user_id, key, USER_ID_LEN);
		memcpy(c->client_id, key + USER_ID_LEN, key_len - USER_ID_LEN);
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

/* Those that no longer fit with the new ones are asked about again. */
static enum err
add_resources(char all[static RESOURCE_LIST_CAP], const char *more)
{
	char word[AUDIENCE_CAP];

	for (const char *next = more; words_next(&next, word, sizeof word);)
		if (words_add(all, RESOURCE_LIST_CAP, word) != OK)
			return str_copy(all, RESOURCE_LIST_CAP, more);
	return OK;
}

enum err
consent_put(struct store_txn *t, const struct consent *c)
{
	struct consent all;
	enum err e = consent_get(t, c->user_id, c->client_id, &all);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND)
		all.created_at = c->changed_at;
	all.changed_at = c->changed_at;
	e = settle(c->granted, all.granted, all.declined);
	if (e == OK)
		e = settle(c->declined, all.declined, all.granted);
	if (e == OK)
		e = add_resources(all.resources, c->resources);
	return e == OK ? record_save(t, &consent_record, &all) : e;
}

void
consent_each(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&consent_record, user_id, NULL);
	struct consent c;

	record_each(t, &consent_record, &set, &c, visit, arg);
}

void
consent_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id)
{
	uint8_t key[CONSENT_KEY_CAP];

	store_del(t, TABLE_CONSENTS, key, consent_key(key, user_id, client_id));
}

size_t
consent_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	const struct record_set set =
	    record_set_of(&consent_record, user_id, client_id);
	struct consent c;

	return record_prune(t, &consent_record, &set, &c, NULL, NULL);
}
