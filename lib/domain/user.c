#include "domain/user.h"

#include "base/str.h"
#include "domain/opaque_string.h"
#include "domain/user_email.h"
#include "store/record.h"

#include <string.h>

enum { USER_VERSION = 1, USER_RECORD_CAP = 2048 };

static bool
all_of(const char *s, const char *chars)
{
	return s[strspn(s, chars)] == '\0';
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

const char *
user_name_refusal(const char *s)
{
	if (s[0] == '\0')
		return "a user name cannot be empty";
	if (strlen(s) >= USER_NAME_CAP)
		return "a user name has at most 64 characters";
	if (!all_of(s, LOWER DIGITS "._@-") || strchr("._@-", s[0]) != NULL)
		return "a user name has lower-case letters, digits and . _ @ - "
		       "only, and begins with a letter or digit";
	return NULL;
}

const char *
user_email_refusal(const char *s)
{
	const char *at = strchr(s, '@');
	char folded[USER_EMAIL_CAP];
	size_t len = strlen(s);

	if (len >= USER_EMAIL_CAP)
		return "an e-mail address has at most 254 characters";
	if (!str_is_utf8(s, len) || str_has_control(s) ||
	    strpbrk(s, " <>,;:\"\\") != NULL)
		return "an e-mail address has no spaces and none of < > , ; : "
		       "\" \\";
	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@'))
		return "an e-mail address looks like name@example.org";
	return user_email_fold(folded, s) == OK
		   ? NULL
		   : "the address has letters beyond ASCII, and is too long, "
		     "or libunistring, which they need, cannot be loaded";
}

/* C0, DEL, or C1, which is two bytes in UTF-8. */
static bool
has_control(const char *s)
{
	if (str_has_control(s))
		return true;
	for (; (s = strchr(s, 0xc2)) != NULL; s++)
		if ((unsigned char)s[1] < 0xa0)
			return true;
	return false;
}

const char *
user_group_refusal(const char *s)
{
	size_t len = strlen(s);

	if (s[0] == '\0')
		return "a group name cannot be empty";
	if (len >= GROUP_NAME_CAP)
		return "a group name has at most 128 bytes";
	if (!str_is_utf8(s, len) || has_control(s))
		return "a group name is text in UTF-8 without control "
		       "characters";
	/* Apps split Remote-Groups at commas, and rules quote names. */
	if (strpbrk(s, ",\"'") != NULL)
		return "a group name has no comma and no quote";
	if (s[0] == ' ' || s[len - 1] == ' ')
		return "a group name has no space at its ends";
	return NULL;
}

const char *
user_group_name(char name[static GROUP_NAME_CAP], const char *typed)
{
	switch (opaque_string(name, GROUP_NAME_CAP, typed)) {
	case OK:
		return user_group_refusal(name);
	case ERR_NO_SPACE:
		return "a group name has at most 128 bytes";
	case ERR_UNSUPPORTED:
		return "the group name has letters beyond ASCII, and "
		       "libunistring, which they need, cannot be loaded";
	default:
		return "out of memory";
	}
}

void
user_sub(char sub[static SUB_CAP], const uint8_t id[static USER_ID_LEN])
{
	uuid_encode(sub, id);
}

enum err
user_id_of_sub(uint8_t id[static USER_ID_LEN], const char *sub)
{
	return uuid_decode(id, sub);
}

static enum err
user_encode(const struct user *u, struct record_writer *w, uint8_t *bytes)
{
	record_begin(w, bytes, USER_RECORD_CAP, USER_VERSION);
	record_put_bytes(w, u->user_id, USER_ID_LEN);
	record_put_str(w, u->name);
	record_put_str(w, u->display);
	record_put_str(w, u->email);
	record_put_u8(w, u->email_verified);
	record_put_u8(w, u->locked);
	record_put_u8(w, u->has_password);
	record_put_str(w, u->groups);
	record_put_u32(w, u->password.opslimit);
	record_put_u32(w, u->password.memlimit_mib);
	record_put_bytes(w, u->password.salt, PASSWORD_SALT_LEN);
	record_put_bytes(w, u->password.hash, PASSWORD_HASH_LEN);
	record_put_i64(w, u->created_at);
	record_put_i64(w, u->changed_at);
	record_put_u32(w, u->devices_ended);
	return record_end(w);
}

static enum err
user_decode(struct user *u, const struct store_value *v)
{
	struct record_reader r;
	enum err e;

	*u = (struct user){0};
	record_open(&r, v->bytes, v->len, USER_VERSION);
	record_get_bytes(&r, u->user_id, USER_ID_LEN);
	record_get_str(&r, u->name, sizeof u->name);
	record_get_str(&r, u->display, sizeof u->display);
	record_get_str(&r, u->email, sizeof u->email);
	u->email_verified = record_get_u8(&r) != 0;
	u->locked = record_get_u8(&r) != 0;
	u->has_password = record_get_u8(&r) != 0;
	record_get_str(&r, u->groups, sizeof u->groups);
	u->password.opslimit = record_get_u32(&r);
	u->password.memlimit_mib = record_get_u32(&r);
	record_get_bytes(&r, u->password.salt, PASSWORD_SALT_LEN);
	record_get_bytes(&r, u->password.hash, PASSWORD_HASH_LEN);
	u->created_at = record_get_i64(&r);
	u->changed_at = record_get_i64(&r);
	u->devices_ended = record_get_u32(&r);
	e = record_close(&r);
	if (e != OK)
		user_wipe(u);
	return e;
}

enum err
user_get(
    struct store_txn *t, const uint8_t id[static USER_ID_LEN], struct user *u)
{
	struct store_value v;
	enum err e;

	*u = (struct user){0};
	e = store_get(t, TABLE_USERS, id, USER_ID_LEN, &v);
	if (e != OK)
		return e;
	e = user_decode(u, &v);
	if (e != OK)
		store_fail(t, e);
	return e;
}

enum err
user_find(struct store_txn *t, const char *name, struct user *u)
{
	uint8_t id[USER_ID_LEN];
	char lower[USER_NAME_CAP];
	struct store_value v;
	enum err e;

	*u = (struct user){0};
	if (str_copy(lower, sizeof lower, name) != OK)
		return ERR_NOT_FOUND;
	str_lower(lower);
	e = store_get(t, TABLE_USER_NAMES, lower, strlen(lower), &v);
	if (e != OK)
		return e;
	if (v.len != USER_ID_LEN) {
		store_fail(t, ERR_CORRUPT);
		return ERR_CORRUPT;
	}
	memcpy(id, v.bytes, USER_ID_LEN);
	return user_get(t, id, u);
}

enum err
user_find_email(struct store_txn *t, const char *address, struct user *u)
{
	uint8_t id[USER_ID_LEN];
	enum err e = user_email_find(t, address, id);

	*u = (struct user){0};
	return e == OK ? user_get(t, id, u) : e;
}

enum err
user_find_typed(struct store_txn *t, const char *typed, struct user *u)
{
	enum err e = user_find(t, typed, u);

	return e == ERR_NOT_FOUND ? user_find_email(t, typed, u) : e;
}

enum err
user_require(
    struct store_txn *t, const uint8_t id[static USER_ID_LEN], struct user *u)
{
	enum err e = user_get(t, id, u);

	if (e == ERR_NOT_FOUND || (e == OK && u->locked)) {
		user_wipe(u);
		return ERR_ACCESS_DENIED;
	}
	return e;
}

enum err
user_put(struct store_txn *t, struct user *u, int64_t now)
{
	uint8_t bytes[USER_RECORD_CAP];
	struct record_writer w;
	struct user was;
	enum err e;

	e = user_get(t, u->user_id, &was);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	e = user_email_index(t, &was, u);
	user_wipe(&was);
	if (e != OK)
		return e;
	u->changed_at = now;
	e = user_encode(u, &w, bytes);
	if (e == OK)
		store_put(
		    t, TABLE_USERS, u->user_id, USER_ID_LEN, bytes, w.len, 0);
	secret_wipe(bytes, sizeof bytes);
	return e == OK ? store_failed(t) : e;
}

enum err
user_add(struct store_txn *t, struct user *u, int64_t now)
{
	struct store_value v;
	enum err e;

	e = store_get(t, TABLE_USER_NAMES, u->name, strlen(u->name), &v);
	if (e == OK)
		return ERR_EXISTS;
	if (e != ERR_NOT_FOUND)
		return e;
	uuid_make(u->user_id);
	u->created_at = now;
	e = user_put(t, u, now);
	if (e == OK)
		store_put(t, TABLE_USER_NAMES, u->name, strlen(u->name),
		    u->user_id, USER_ID_LEN, 0);
	return e == OK ? store_failed(t) : e;
}

void
user_end_devices(struct user *u)
{
	u->devices_ended++;
}

enum err
user_drop(struct store_txn *t, const struct user *u)
{
	static const struct user gone;
	enum err e = user_email_index(t, u, &gone);

	store_del(t, TABLE_USER_NAMES, u->name, strlen(u->name));
	store_del(t, TABLE_USERS, u->user_id, USER_ID_LEN);
	return e == OK ? store_failed(t) : e;
}

struct each {
	struct store_txn *t;
	record_visit *visit;
	void *arg;
};

static bool
each_name(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	uint8_t id[USER_ID_LEN];
	struct user u;
	bool more;

	(void)key;
	(void)key_len;
	if (value->len != USER_ID_LEN) {
		store_fail(each->t, ERR_CORRUPT);
		return false;
	}
	memcpy(id, value->bytes, USER_ID_LEN);
	more = user_get(each->t, id, &u) == OK && each->visit(each->arg, &u);
	user_wipe(&u);
	return more;
}

void
user_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_USER_NAMES, NULL, 0, each_name, &each);
}

struct verification {
	struct store_txn *t;
	record_visit *visit;
	void *arg;
	size_t right;
};

static bool
verify_email(void *arg, const void *record)
{
	const struct user *u = record;
	struct verification *v = arg;

	if (u->email[0] == '\0')
		return true;
	if (user_email_check(v->t, u) != OK)
		return v->visit(v->arg, u);
	v->right++;
	return true;
}

size_t
user_verify_emails(struct store_txn *t, record_visit *visit, void *arg)
{
	struct verification v = {.t = t, .visit = visit, .arg = arg};

	user_each(t, verify_email, &v);
	return user_email_count(t) - v.right;
}

void
user_wipe(struct user *u)
{
	secret_wipe(u, sizeof *u);
}
