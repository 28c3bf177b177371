#include "domain/user.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/imported_people.h"
#include "domain/opaque_string.h"
#include "domain/user_email.h"

#include <string.h>

static const struct record_field user_fields[] = {
    FIELD_OF(struct user, name, TEXT, SHOWN, "preferred_username"),
    FIELD_OF(struct user, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct user, display, TEXT, SHOWN, "name"),
    FIELD_OF(struct user, email, TEXT, SHOWN, "email"),
    FIELD_OF(struct user, email_verified, BOOL, SHOWN, "email_verified"),
    FIELD_OF(struct user, groups, NAMES, SHOWN, "groups"),
    FIELD_OF(struct user, locked, BOOL, SHOWN, "locked"),
    FIELD_OF(struct user, has_password, BOOL, SHOWN, "has_password"),
    FIELD_OF(struct user, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct user, changed_at, TIME, SHOWN, "updated_at"),
    FIELD_OF(struct user, password.opslimit, COUNT, INNER, "opslimit"),
    FIELD_OF(struct user, password.memlimit_mib, COUNT, INNER, "memlimit_mib"),
    FIELD_OF(struct user, password.salt, BYTES, SECRET, "password_salt"),
    FIELD_OF(struct user, password.hash, BYTES, SECRET, "password_hash"),
    FIELD_OF(struct user, devices_ended, COUNT, INNER, "devices_ended"),
    FIELD_OF(struct user, given_name, TEXT, SHOWN, "given_name"),
    FIELD_OF(struct user, family_name, TEXT, SHOWN, "family_name"),
    FIELD_OF(struct user, language, TEXT, SHOWN, "locale"),
    FIELD_OF(struct user, zoneinfo, TEXT, SHOWN, "zoneinfo"),
    FIELD_OF(struct user, password.imported, TEXT, SECRET, "imported"),
    FIELD_OF(struct user, reset_at, TIME, INNER, "reset_at"),
    FIELD_OF(struct user, require_factor, BOOL, SHOWN, "require_factor"),
    FIELD_OF(struct user, attributes, LINES, SHOWN, "attributes"),
    FIELD_OF(struct user, phone, TEXT, SHOWN, "phone_number"),
    FIELD_OF(struct user, phone_verified, BOOL, SHOWN, "phone_number_verified"),
    FIELD_OF(struct user, street_address, TEXT, SHOWN, "street_address"),
    FIELD_OF(struct user, postal_code, TEXT, SHOWN, "postal_code"),
    FIELD_OF(struct user, locality, TEXT, SHOWN, "locality"),
    FIELD_OF(struct user, region, TEXT, SHOWN, "region"),
    FIELD_OF(struct user, country, TEXT, SHOWN, "country"),
};
const struct record_type user_record = {
    .table = TABLE_USERS,
    .version = 1,
    .optional = 8,
    RECORD_FIELDS(struct user, user_fields),
};

static bool
all_of(const char *s, const char *chars)
{
	return s[strspn(s, chars)] == '\0';
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
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
		return "an e-mail address has no spaces, quotes or "
		       "backslashes, and none of < > , ; :";
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
user_language_refusal(const char *s)
{
	size_t part;
	bool first = true;

	if (strlen(s) >= LANGUAGE_CAP)
		return "a language tag has at most 35 characters";
	do {
		part = strspn(s, LETTERS DIGITS);
		if (part < 1 + (size_t)first || part > 8 ||
		    (first && strspn(s, LETTERS) < part))
			return "a language is a tag such as de or pt-BR";
		s += part;
		first = false;
	} while (*s++ == '-');
	return s[-1] == '\0' ? NULL : "a language is a tag such as de or pt-BR";
}

const char *
user_zone_refusal(const char *s)
{
	if (strlen(s) >= ZONE_CAP)
		return "a time zone has at most 64 characters";
	if (s[0] == '\0' || !all_of(s, LETTERS DIGITS "_+-/") ||
	    strchr(LETTERS, s[0]) == NULL || s[strlen(s) - 1] == '/' ||
	    strstr(s, "//") != NULL)
		return "a time zone is a name such as Europe/Berlin";
	return NULL;
}

const char *
user_phone_refusal(const char *s)
{
	static const char form[] =
	    "a phone number begins with + and the country, such as "
	    "+49 30 123456, and has 7 to 15 digits";
	size_t digits = 0, len = strcspn(s, ";");

	if (strlen(s) >= PHONE_CAP)
		return "a phone number has at most 64 characters";
	if (s[0] != '+' || strspn(s + 1, DIGITS " -.()") != len - 1)
		return form;
	for (size_t i = 1; i < len; i++)
		digits += strchr(" -.()", s[i]) == NULL;
	if (digits < 7 || digits > 15 || s[1] == '0')
		return form;
	if (s[len] == '\0')
		return NULL;
	digits = strlen(s + len) - strlen(";ext=");
	return strncmp(s + len, ";ext=", 5) == 0 && digits >= 1 &&
		       digits <= 8 && all_of(s + len + 5, DIGITS)
		   ? NULL
		   : "an extension is up to 8 digits, such as "
		     "+49 30 123456;ext=12";
}

const char *
user_full_name(char room[static USER_FULL_NAME_CAP], const struct user *u)
{
	bool both = u->given_name[0] != '\0' && u->family_name[0] != '\0';
	struct buf b;

	if (u->display[0] != '\0')
		return u->display;
	buf_init(&b, room, USER_FULL_NAME_CAP);
	buf_printf(
	    &b, "%s%s%s", u->given_name, both ? " " : "", u->family_name);
	return room[0] != '\0' ? room : u->name;
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

bool
user_has_address(const struct user *u)
{
	return u->street_address[0] != '\0' || u->postal_code[0] != '\0' ||
	       u->locality[0] != '\0' || u->region[0] != '\0' ||
	       u->country[0] != '\0';
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

enum err
user_get(
    struct store_txn *t, const uint8_t id[static USER_ID_LEN], struct user *u)
{
	return record_load(t, &user_record, id, USER_ID_LEN, u);
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

void
user_hold(struct store_txn *t, const uint8_t id[static USER_ID_LEN])
{
	store_hold(t, TABLE_USERS, id, USER_ID_LEN);
}

/* One more person with a hash of elsewhere, or one less. */
static void
count_imported(
    struct store_txn *t, const struct user *was, const struct user *is)
{
	bool before = was->password.imported[0] != '\0';
	bool after = is->password.imported[0] != '\0';

	if (before != after)
		imported_people_add(t, after ? 1 : -1);
}

static enum err
save_user(struct store_txn *t, const struct user *u)
{
	struct user was;
	enum err e;

	e = user_get(t, u->user_id, &was);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	e = user_email_index(t, &was, u);
	if (e == OK)
		count_imported(t, &was, u);
	user_wipe(&was);
	return e == OK ? record_save(t, &user_record, u) : e;
}

enum err
user_put(struct store_txn *t, struct user *u, int64_t now)
{
	u->changed_at = now;
	return save_user(t, u);
}

enum err
user_add(struct store_txn *t, struct user *u, int64_t now)
{
	uuid_make(u->user_id);
	u->created_at = u->changed_at = now;
	return user_restore(t, u);
}

enum err
user_restore(struct store_txn *t, const struct user *u)
{
	struct store_value v;
	enum err e =
	    store_get(t, TABLE_USER_NAMES, u->name, strlen(u->name), &v);

	if (e == OK)
		return ERR_EXISTS;
	if (e == ERR_NOT_FOUND)
		e = save_user(t, u);
	if (e == OK)
		store_put(t, TABLE_USER_NAMES, u->name, strlen(u->name),
		    u->user_id, USER_ID_LEN, 0);
	return e == OK ? store_failed(t) : e;
}

enum err
user_rename(struct store_txn *t, const char *old, struct user *u, int64_t now)
{
	char name[USER_NAME_CAP];
	struct store_value v;
	enum err e;

	memcpy(name, u->name, sizeof name);
	e = user_find(t, old, u);
	if (e != OK)
		return e;
	e = store_get(t, TABLE_USER_NAMES, name, strlen(name), &v);
	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_EXISTS : e;
	store_del(t, TABLE_USER_NAMES, u->name, strlen(u->name));
	memcpy(u->name, name, sizeof name);
	store_put(t, TABLE_USER_NAMES, u->name, strlen(u->name), u->user_id,
	    USER_ID_LEN, 0);
	return user_put(t, u, now);
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

	count_imported(t, u, &gone);
	store_del(t, TABLE_USER_NAMES, u->name, strlen(u->name));
	store_del(t, TABLE_USERS, u->user_id, USER_ID_LEN);
	return e == OK ? store_failed(t) : e;
}

struct user_scan {
	struct store_txn *t;
	record_visit *visit;
	void *arg;
};

static bool
visit_name(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct user_scan *s = arg;
	uint8_t id[USER_ID_LEN];
	struct user u;
	bool more;

	(void)key;
	(void)key_len;
	if (value->len != USER_ID_LEN) {
		store_fail(s->t, ERR_CORRUPT);
		return false;
	}
	memcpy(id, value->bytes, USER_ID_LEN);
	more = user_get(s->t, id, &u) == OK && s->visit(s->arg, &u);
	user_wipe(&u);
	return more;
}

void
user_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct user_scan s = {t, visit, arg};

	store_scan(t, TABLE_USER_NAMES, NULL, 0, visit_name, &s);
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
