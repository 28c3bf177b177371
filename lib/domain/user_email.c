#include "domain/user_email.h"

#include "base/str.h"
#include "domain/opaque_string.h"

#include <string.h>

/* An entry is the folded address, a zero, a rank and the user_id, so that a
 * verified one comes before others with the same address. */
enum {
	RANK_VERIFIED,
	RANK_UNVERIFIED,
	ENTRY_TAIL_LEN = 1 + USER_ID_LEN,
	ENTRY_CAP = USER_EMAIL_CAP + ENTRY_TAIL_LEN
};
_Static_assert((int)ENTRY_CAP <= (int)STORE_KEY_MAX, "an entry is a key");

enum err
user_email_fold(char folded[static USER_EMAIL_CAP], const char *address)
{
	return lower_string(folded, USER_EMAIL_CAP, address);
}

/* U's entry, its length in *LEN; 0 if U has no address. */
static enum err
entry_of(uint8_t entry[static ENTRY_CAP], size_t *len, const struct user *u)
{
	char folded[USER_EMAIL_CAP];
	uint8_t *tail;
	enum err e;

	*len = 0;
	if (u->email[0] == '\0')
		return OK;
	e = user_email_fold(folded, u->email);
	if (e != OK)
		return e;
	memcpy(entry, folded, strlen(folded) + 1);
	tail = entry + strlen(folded) + 1;
	tail[0] = u->email_verified ? RANK_VERIFIED : RANK_UNVERIFIED;
	memcpy(tail + 1, u->user_id, USER_ID_LEN);
	*len = strlen(folded) + 1 + ENTRY_TAIL_LEN;
	return OK;
}

/* --- finding ---------------------------------------------------------------*/

/* The first entries of an address: one that is verified, or two at most. */
struct holders {
	size_t prefix_len, count;
	bool verified;
	uint8_t user_id[USER_ID_LEN]; /* of the first */
};

static bool
hold(void *arg, const void *key, size_t key_len, const struct store_value *v)
{
	struct holders *h = arg;
	const uint8_t *tail = (const uint8_t *)key + h->prefix_len;

	(void)v;
	if (key_len != h->prefix_len + ENTRY_TAIL_LEN)
		return true;
	if (h->count++ == 0) {
		h->verified = tail[0] == RANK_VERIFIED;
		memcpy(h->user_id, tail + 1, USER_ID_LEN);
	}
	return h->count < 2 && !h->verified;
}

static enum err
find_holders(struct store_txn *t, const char *address, struct holders *h)
{
	char folded[USER_EMAIL_CAP];
	enum err e = user_email_fold(folded, address);

	*h = (struct holders){0};
	if (e != OK)
		return e;
	h->prefix_len = strlen(folded) + 1;
	store_scan(t, TABLE_USER_EMAILS, folded, h->prefix_len, hold, h);
	return store_failed(t);
}

enum err
user_email_find(struct store_txn *t, const char *address,
    uint8_t user_id[static USER_ID_LEN])
{
	struct holders h;
	enum err e;

	/* What cannot be folded is no person's address. */
	if (strchr(address, '@') == NULL ||
	    find_holders(t, address, &h) != OK || h.count != 1) {
		e = store_failed(t);
		return e == OK ? ERR_NOT_FOUND : e;
	}
	memcpy(user_id, h.user_id, USER_ID_LEN);
	return OK;
}

enum err
user_email_rival(struct store_txn *t, const struct user *u,
    uint8_t rival[static USER_ID_LEN])
{
	struct store_value record;
	struct holders h;
	enum err e;

	if (!u->email_verified || u->email[0] == '\0')
		return ERR_NOT_FOUND;
	e = find_holders(t, u->email, &h);
	if (e != OK)
		return e;
	if (!h.verified || memcmp(h.user_id, u->user_id, USER_ID_LEN) == 0)
		return ERR_NOT_FOUND;
	memcpy(rival, h.user_id, USER_ID_LEN);
	/* An entry that no person has is in the way of no one. */
	return store_get(t, TABLE_USERS, rival, USER_ID_LEN, &record);
}

/* --- keeping ---------------------------------------------------------------*/

static enum err
index_changed(
    struct store_txn *t, const struct user *was, const struct user *is)
{
	uint8_t entry[ENTRY_CAP];
	size_t len;
	enum err e = entry_of(entry, &len, was);

	if (e == OK && len > 0)
		store_del(t, TABLE_USER_EMAILS, entry, len);
	if (e == OK)
		e = entry_of(entry, &len, is);
	if (e == OK && len > 0)
		store_put(t, TABLE_USER_EMAILS, entry, len, "", 0, 0);
	return e == OK ? store_failed(t) : e;
}

enum err
user_email_index(
    struct store_txn *t, const struct user *was, const struct user *is)
{
	uint8_t rival[USER_ID_LEN];
	enum err e;

	/* An address that stays needs no folding, and what that may need. */
	if (str_equal(was->email, is->email) &&
	    was->email_verified == is->email_verified)
		return OK;
	if (is->email_verified && is->email[0] != '\0')
		store_hold_all(t);
	e = user_email_rival(t, is, rival);
	if (e == OK)
		return ERR_EXISTS;
	return e == ERR_NOT_FOUND ? index_changed(t, was, is) : e;
}

/* --- verifying -------------------------------------------------------------*/

enum err
user_email_check(struct store_txn *t, const struct user *u)
{
	uint8_t entry[ENTRY_CAP];
	struct store_value none;
	size_t len;
	enum err e = entry_of(entry, &len, u);

	return e == OK ? store_get(t, TABLE_USER_EMAILS, entry, len, &none) : e;
}

static bool
count_entry(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)key;
	(void)key_len;
	(void)value;
	++*(size_t *)arg;
	return true;
}

size_t
user_email_count(struct store_txn *t)
{
	size_t n = 0;

	store_scan(t, TABLE_USER_EMAILS, NULL, 0, count_entry, &n);
	return n;
}
