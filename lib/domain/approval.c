#include "domain/approval.h"

#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum {
	APPROVAL_VERSION = 1,
	APPROVAL_RECORD_CAP = 3 * SCOPE_CAP,
	APPROVAL_KEY_CAP = USER_ID_LEN + CLIENT_ID_CAP
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

static enum err
approval_decode(struct approval *a, const void *key, size_t key_len,
    const struct store_value *v)
{
	struct record_reader r;

	*a = (struct approval){0};
	if (key_len <= USER_ID_LEN ||
	    str_copy_n(a->client_id, sizeof a->client_id,
		(const char *)key + USER_ID_LEN, key_len - USER_ID_LEN) != OK)
		return ERR_CORRUPT;
	memcpy(a->user_id, key, USER_ID_LEN);
	record_open(&r, v->bytes, v->len, APPROVAL_VERSION);
	record_get_str(&r, a->granted, sizeof a->granted);
	record_get_str(&r, a->declined, sizeof a->declined);
	a->changed_at = record_get_i64(&r);
	return record_close(&r);
}

enum err
approval_get(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id, struct approval *a)
{
	uint8_t key[APPROVAL_KEY_CAP];
	size_t key_len = approval_key(key, user_id, client_id);
	struct store_value v;
	enum err e = store_get(t, TABLE_APPROVALS, key, key_len, &v);

	*a = (struct approval){0};
	memcpy(a->user_id, user_id, USER_ID_LEN);
	if (e == ERR_NOT_FOUND)
		return str_copy(a->client_id, sizeof a->client_id, client_id) ==
			       OK
			   ? ERR_NOT_FOUND
			   : ERR_NO_SPACE;
	if (e != OK)
		return e;
	e = approval_decode(a, key, key_len, &v);
	if (e != OK)
		store_fail(t, e);
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
	uint8_t key[APPROVAL_KEY_CAP], bytes[APPROVAL_RECORD_CAP];
	size_t key_len = approval_key(key, a->user_id, a->client_id);
	struct record_writer w;
	struct approval all;
	enum err e = approval_get(t, a->user_id, a->client_id, &all);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	e = settle(a->granted, all.granted, all.declined);
	if (e == OK)
		e = settle(a->declined, all.declined, all.granted);
	if (e != OK)
		return e;
	record_begin(&w, bytes, sizeof bytes, APPROVAL_VERSION);
	record_put_str(&w, all.granted);
	record_put_str(&w, all.declined);
	record_put_i64(&w, a->changed_at);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_APPROVALS, key, key_len, bytes, w.len, 0);
	return e == OK ? store_failed(t) : e;
}

void
approval_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const char *client_id)
{
	uint8_t key[APPROVAL_KEY_CAP];

	store_del(
	    t, TABLE_APPROVALS, key, approval_key(key, user_id, client_id));
}

struct match {
	struct store_txn *t;
	const char *client_id;
};

static bool
match_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct match *m = arg;
	struct approval a;
	enum err e = approval_decode(&a, key, key_len, value);

	if (e != OK) {
		store_fail(m->t, e);
		return false;
	}
	return m->client_id == NULL || str_equal(a.client_id, m->client_id);
}

size_t
approval_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	struct match m = {t, client_id};

	if (user_id == NULL && client_id != NULL)
		return store_prune_by(t, INDEX_APPROVALS_BY_CLIENT, client_id,
		    strlen(client_id), match_record, &m);
	return store_prune(t, TABLE_APPROVALS, user_id,
	    user_id != NULL ? USER_ID_LEN : 0, match_record, &m);
}

struct each {
	struct store_txn *t;
	approval_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct approval a;
	enum err e = approval_decode(&a, key, key_len, value);

	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &a);
}

void
approval_each(struct store_txn *t, approval_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_APPROVALS, NULL, 0, each_record, &each);
}
