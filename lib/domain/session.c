#include "domain/session.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

enum { USE_NOTED_S = 3600 /* at most once so many seconds */ };

/* SESSIONS_BY_USER has the first field's place (store.h). */
static const struct record_field session_fields[] = {
    FIELD_OF(struct session, sid, BYTES, KEY, "sid"),
    FIELD_OF(struct session, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct session, secret_hash, BYTES, SECRET, "secret_hash"),
    FIELD_OF(struct session, before_hash, BYTES, SECRET, "before_hash"),
    FIELD_OF(struct session, auth_time, TIME, SHOWN, "auth_time"),
    FIELD_OF(struct session, amr, WORDS, SHOWN, "amr"),
    FIELD_OF(struct session, remembered, BOOL, SHOWN, "remembered"),
    FIELD_OF(struct session, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct session, idle_s, TIME, INNER, "idle_s"),
    FIELD_OF(struct session, expires_at, TIME, SHOWN, "expires_at"),
    FIELD_OF(struct session, used_at, TIME, SHOWN, "used_at"),
    FIELD_OF(struct session, absolute_expires_at, TIME, SHOWN,
	"absolute_expires_at"),
    FIELD_OF(struct session, address, TEXT, SHOWN, "address"),
    FIELD_OF(struct session, agent, TEXT, SHOWN, "agent"),
    FIELD_OF(struct session, passkey, BYTES, INNER, "passkey"),
};
const struct record_type session_record = {
    .table = TABLE_SESSIONS,
    .version = 1,
    .expires_at = offsetof(struct session, expires_at),
    RECORD_FIELDS(struct session, session_fields),
    .by_id = {INDEX_SESSIONS_BY_USER, offsetof(struct session, user_id)},
};

void
session_make(struct session *s, struct session_cookie *c,
    const struct session_cookie *before,
    const uint8_t user_id[static USER_ID_LEN], const char *amr,
    const struct session_lifetimes *l, bool remembered, int64_t now)
{
	*s = (struct session){.auth_time = now,
	    .created_at = now,
	    .idle_s = l->idle_s,
	    .used_at = now,
	    .expires_at = now + earlier(l->idle_s, l->absolute_s),
	    .absolute_expires_at = now + l->absolute_s,
	    .remembered = remembered};
	memcpy(s->user_id, user_id, USER_ID_LEN);
	if (str_copy(s->amr, sizeof s->amr, amr) != OK)
		s->amr[0] = '\0';
	if (before != NULL) {
		memcpy(s->sid, before->sid, SID_LEN);
		secret_hash(s->before_hash, before->secret, SESSION_SECRET_LEN);
	} else {
		random_bytes(s->sid, SID_LEN);
	}
	memcpy(c->sid, s->sid, SID_LEN);
	random_bytes(c->secret, SESSION_SECRET_LEN);
	secret_hash(s->secret_hash, c->secret, SESSION_SECRET_LEN);
}

void
session_renew(struct session *s, struct session_cookie *c)
{
	memcpy(s->before_hash, s->secret_hash, HASH_LEN);
	memcpy(c->sid, s->sid, SID_LEN);
	random_bytes(c->secret, SESSION_SECRET_LEN);
	secret_hash(s->secret_hash, c->secret, SESSION_SECRET_LEN);
}

void
session_note_place(struct session *s, const char *address, const char *agent)
{
	str_cut(s->address, sizeof s->address, address);
	str_cut(s->agent, sizeof s->agent, agent);
}

void
session_outlast(struct store_txn *t, struct session *s,
    const struct session *old, int64_t now)
{
	if (store_clock_behind(t, now) == 0)
		return;
	s->expires_at = later(s->expires_at, old->expires_at);
	s->absolute_expires_at =
	    later(s->absolute_expires_at, old->absolute_expires_at);
}

void
session_cookie_encode(
    char text[static SESSION_COOKIE_CAP], const struct session_cookie *c)
{
	uint8_t bytes[SID_LEN + SESSION_SECRET_LEN];

	memcpy(bytes, c->sid, SID_LEN);
	memcpy(bytes + SID_LEN, c->secret, SESSION_SECRET_LEN);
	base64url_encode(text, SESSION_COOKIE_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

enum err
session_cookie_decode(struct session_cookie *c, const char *text)
{
	uint8_t bytes[SID_LEN + SESSION_SECRET_LEN];
	enum err e = base64url_decode_exact(bytes, sizeof bytes, text);

	*c = (struct session_cookie){0};
	if (e == OK) {
		memcpy(c->sid, bytes, SID_LEN);
		memcpy(c->secret, bytes + SID_LEN, SESSION_SECRET_LEN);
	}
	secret_wipe(bytes, sizeof bytes);
	return e;
}

void
session_cookie_wipe(struct session_cookie *c)
{
	secret_wipe(c, sizeof *c);
}

enum err
session_get(struct store_txn *t, const uint8_t sid[static SID_LEN], int64_t now,
    struct session *s)
{
	enum err e = record_load(t, &session_record, sid, SID_LEN, s);

	if (e != OK || s->expires_at > now)
		return e;
	*s = (struct session){0};
	return ERR_NOT_FOUND;
}

/* Whether HASH is of C's secret. */
static bool
is_hash_of(const uint8_t hash[static HASH_LEN], const struct session_cookie *c)
{
	uint8_t own[HASH_LEN];

	secret_hash(own, c->secret, SESSION_SECRET_LEN);
	return secret_equal(own, hash, HASH_LEN);
}

enum err
session_find_before(struct store_txn *t, const struct session_cookie *c,
    int64_t now, struct session *s)
{
	enum err e = session_get(t, c->sid, now, s);

	if (e == OK && !is_hash_of(s->before_hash, c)) {
		*s = (struct session){0};
		e = ERR_NOT_FOUND;
	}
	return e;
}

void
session_hold(struct store_txn *t, const struct session *s)
{
	store_hold(t, TABLE_SESSIONS, s->sid, SID_LEN);
}

enum err
session_find(struct store_txn *t, const struct session_cookie *c, int64_t now,
    struct session *s, struct user *u)
{
	enum err e;

	*u = (struct user){0};
	e = session_get(t, c->sid, now, s);
	if (e == OK && !is_hash_of(s->secret_hash, c))
		e = ERR_LOGIN_REQUIRED;
	if (e == OK)
		e = user_require(t, s->user_id, u);
	if (e == ERR_NOT_FOUND || e == ERR_ACCESS_DENIED)
		e = ERR_LOGIN_REQUIRED;
	if (e == OK)
		session_hold(t, s);
	else
		*s = (struct session){0};
	return e;
}

enum err
session_put(struct store_txn *t, const struct session *s)
{
	return record_save(t, &session_record, s);
}

enum err
session_put_new(struct store_txn *t, const struct session *s)
{
	return record_save_new(t, &session_record, s);
}

/* An idle life of less than two hours would not outlast a use that is noted
 * once an hour. */
bool
session_use_is_due(const struct session *s, int64_t now)
{
	return s->expires_at < s->absolute_expires_at &&
	       now - s->used_at >= earlier(USE_NOTED_S, s->idle_s / 2);
}

enum err
session_use(struct store_txn *t, struct session *s, int64_t now)
{
	if (!session_use_is_due(s, now))
		return OK;
	s->used_at = now;
	s->expires_at = earlier(now + s->idle_s, s->absolute_expires_at);
	return session_put(t, s);
}

enum err
session_use_id(
    struct store_txn *t, const uint8_t sid[static SID_LEN], int64_t now)
{
	struct session s;
	enum err e = session_get(t, sid, now, &s);

	if (e == OK)
		e = session_use(t, &s, now);
	return e == ERR_NOT_FOUND ? OK : e;
}

void
session_drop(struct store_txn *t, const uint8_t sid[static SID_LEN])
{
	store_del(t, TABLE_SESSIONS, sid, SID_LEN);
}

void
session_each(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&session_record, user_id, NULL);
	struct session s;

	record_each(t, &session_record, &set, &s, visit, arg);
}

static bool
is_not_kept(void *arg, const void *record)
{
	const struct session *s = record;

	return arg == NULL || memcmp(s->sid, arg, SID_LEN) != 0;
}

size_t
session_drop_all(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const uint8_t *keep)
{
	const struct record_set set =
	    record_set_of(&session_record, user_id, NULL);
	struct session s;

	return record_prune(
	    t, &session_record, &set, &s, is_not_kept, (void *)(uintptr_t)keep);
}

bool
session_has_passkey(const struct session *s)
{
	static const uint8_t none[SESSION_PASSKEY_LEN];

	return memcmp(s->passkey, none, sizeof none) != 0;
}

void
session_note_passkey(struct session *s, const uint8_t hash[static HASH_LEN])
{
	memcpy(s->passkey, hash, SESSION_PASSKEY_LEN);
}

struct passkey_sessions {
	const uint8_t *hash, *keep;
};

bool
session_is_of_passkey(
    const struct session *s, const uint8_t hash[static HASH_LEN])
{
	return memcmp(s->passkey, hash, SESSION_PASSKEY_LEN) == 0;
}

static bool
is_of_passkey(void *arg, const void *record)
{
	const struct passkey_sessions *p = arg;
	const struct session *s = record;

	return session_is_of_passkey(s, p->hash) &&
	       (p->keep == NULL || memcmp(s->sid, p->keep, SID_LEN) != 0);
}

size_t
session_drop_of_passkey(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], const uint8_t *keep)
{
	const struct record_set set =
	    record_set_of(&session_record, user_id, NULL);
	struct passkey_sessions p = {hash, keep};
	struct session s;

	return record_prune(t, &session_record, &set, &s, is_of_passkey, &p);
}
