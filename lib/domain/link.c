#include "domain/link.h"

#include "base/str.h"

#include <string.h>

const char *
link_kind_word(unsigned kind)
{
	static const char *const words[LINK_KINDS] = {
	    "invite", "password", "factors"};

	return kind < LINK_KINDS ? words[kind] : "";
}

static const char *
link_state_word(unsigned state)
{
	static const char *const words[LINK_STATES] = {
	    "live", "used", "replaced"};

	return state < LINK_STATES ? words[state] : "";
}

/* The first has the place of its index (store.h). */
static const struct record_field link_fields[] = {
    FIELD_OF(struct link, hash, BYTES, HANDLE, "id"),
    FIELD_OF(struct link, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct link, password, BYTES, SECRET, "password"),
    FIELD_OF_WORDS(
	struct link, kind, WORD, SHOWN, "kind", link_kind_word, LINK_KINDS),
    FIELD_OF_WORDS(
	struct link, state, WORD, SHOWN, "state", link_state_word, LINK_STATES),
    FIELD_OF(struct link, by, TEXT, SHOWN, "by"),
    FIELD_OF(struct link, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct link, good_until, TIME, SHOWN, "good_until"),
    FIELD_OF(struct link, used_at, TIME, SHOWN, "used_at"),
    FIELD_OF(struct link, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type link_record = {
    .table = TABLE_LINKS,
    .version = 1,
    RECORD_FIELDS(struct link, link_fields),
    .expires_at = offsetof(struct link, expires_at),
    .by_id = {INDEX_LINKS_BY_USER, offsetof(struct link, user_id)},
};

static void
hash_link(uint8_t hash[static HASH_LEN], const uint8_t bytes[static LINK_LEN],
    const struct keyring *k)
{
	secret_mac(hash, HASH_LEN, k->token, "link", bytes, LINK_LEN);
}

/* Another one with each password of U. */
static void
hash_password_of(uint8_t hash[static HASH_LEN], const struct user *u)
{
	secret_hash(hash, u->password.hash, sizeof u->password.hash);
}

void
link_make(char text[static LINK_TEXT_CAP], struct link *l, enum link_kind kind,
    int64_t valid_s, const struct user *u, const struct keyring *k,
    const struct change *c)
{
	uint8_t bytes[LINK_LEN];

	*l = (struct link){.kind = kind,
	    .created_at = c->now,
	    .good_until = c->now + valid_s,
	    .expires_at = c->now + valid_s + LINK_KEPT_S};
	memcpy(l->user_id, u->user_id, USER_ID_LEN);
	hash_password_of(l->password, u);
	str_cut(l->by, sizeof l->by, c->by != NULL ? c->by : "");
	random_bytes(bytes, LINK_RANDOM_LEN);
	stamp_put(bytes, LINK_RANDOM_LEN, LINK_MAC_LEN, "link", k);
	hash_link(l->hash, bytes, k);
	base64url_encode(text, LINK_TEXT_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

struct live_link {
	struct link link;
	bool found;
};

static bool
note_live(void *arg, const void *record)
{
	struct live_link *live = arg;
	const struct link *l = record;

	if (l->state != LINK_LIVE)
		return true;
	live->link = *l;
	live->found = true;
	return false;
}

/* There is one at most. */
static void
find_live(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    struct live_link *live)
{
	const struct record_set set =
	    record_set_of(&link_record, user_id, NULL);
	struct link l;

	live->found = false;
	record_each(t, &link_record, &set, &l, note_live, live);
}

bool
link_has_live(
    struct store_txn *t, const uint8_t user_id[static USER_ID_LEN], int64_t now)
{
	struct live_link live;

	find_live(t, user_id, &live);
	return live.found && live.link.good_until > now;
}

static enum err
replace_live(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	struct live_link live;

	find_live(t, user_id, &live);
	if (!live.found)
		return store_failed(t);
	live.link.state = LINK_REPLACED;
	return record_save(t, &link_record, &live.link);
}

enum err
link_put(struct store_txn *t, const struct link *l, const struct user *u,
    const struct change *c)
{
	enum err e;

	user_hold(t, l->user_id); /* there is one live link at most */
	e = replace_live(t, l->user_id);
	if (e == OK)
		e = record_save(t, &link_record, l);
	if (e != OK)
		return e;
	if (l->kind == LINK_INVITE)
		audit_change(t, c, "invited", u->name, NULL, NULL);
	else
		audit_change(t, c, "reset_link_made", u->name, NULL,
		    link_kind_word(l->kind));
	return store_failed(t);
}

enum err
link_find(struct store_txn *t, const char *text, const struct keyring *k,
    struct link *l, struct user *u)
{
	uint8_t bytes[LINK_LEN], hash[HASH_LEN];
	enum err e;

	*l = (struct link){0};
	*u = (struct user){0};
	if (base64url_decode_exact(bytes, sizeof bytes, text) != OK)
		return ERR_NOT_FOUND;
	e = stamp_check(bytes, LINK_RANDOM_LEN, LINK_MAC_LEN, "link", k);
	hash_link(hash, bytes, k);
	secret_wipe(bytes, sizeof bytes);
	if (e != OK)
		return e == ERR_FOREIGN ? e : ERR_NOT_FOUND;
	e = record_load(t, &link_record, hash, sizeof hash, l);
	return e == OK ? user_get(t, l->user_id, u) : e;
}

enum link_fault
link_fault(const struct link *l, const struct user *u, int64_t now)
{
	uint8_t password[HASH_LEN];

	if (l->state == LINK_USED)
		return LINK_WAS_USED;
	hash_password_of(password, u);
	if (l->state == LINK_REPLACED ||
	    !secret_equal(password, l->password, HASH_LEN))
		return LINK_WAS_REPLACED;
	if (now >= l->good_until)
		return LINK_TOO_OLD;
	return u->locked ? LINK_OF_LOCKED : LINK_GOOD;
}

enum err
link_spend(struct store_txn *t, struct link *l, int64_t now)
{
	l->state = LINK_USED;
	l->used_at = now;
	return record_save(t, &link_record, l);
}

void
link_del_all(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	const struct record_set set =
	    record_set_of(&link_record, user_id, NULL);
	struct link l;

	(void)record_prune(t, &link_record, &set, &l, NULL, NULL);
}
