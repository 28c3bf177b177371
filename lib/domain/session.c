#include "domain/session.h"

#include "base/clock.h"
#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum {
	SESSION_VERSION = 1,
	SESSION_RECORD_CAP = 256,
	USE_NOTED_S = 3600 /* at most once so many seconds */
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

static enum err
session_decode(struct session *s, const void *key, size_t key_len,
    const struct store_value *v)
{
	struct record_reader r;

	*s = (struct session){0};
	if (key_len != SID_LEN)
		return ERR_CORRUPT;
	memcpy(s->sid, key, SID_LEN);
	record_open(&r, v->bytes, v->len, SESSION_VERSION);
	record_get_bytes(&r, s->user_id, USER_ID_LEN);
	record_get_bytes(&r, s->secret_hash, HASH_LEN);
	record_get_bytes(&r, s->before_hash, HASH_LEN);
	s->auth_time = record_get_i64(&r);
	record_get_str(&r, s->amr, sizeof s->amr);
	s->remembered = record_get_u8(&r) != 0;
	s->created_at = record_get_i64(&r);
	s->idle_s = record_get_i64(&r);
	s->used_at = record_get_i64(&r);
	s->expires_at = record_get_i64(&r);
	s->absolute_expires_at = record_get_i64(&r);
	return record_close(&r);
}

enum err
session_get(struct store_txn *t, const uint8_t sid[static SID_LEN], int64_t now,
    struct session *s)
{
	struct store_value v;
	enum err e;

	*s = (struct session){0};
	e = store_get(t, TABLE_SESSIONS, sid, SID_LEN, &v);
	if (e != OK)
		return e;
	e = session_decode(s, sid, SID_LEN, &v);
	if (e != OK)
		store_fail(t, e);
	else if (s->expires_at <= now)
		e = ERR_NOT_FOUND;
	if (e != OK)
		*s = (struct session){0};
	return e;
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
	if (e != OK)
		*s = (struct session){0};
	return e;
}

enum err
session_put(struct store_txn *t, const struct session *s)
{
	uint8_t bytes[SESSION_RECORD_CAP];
	struct record_writer w;
	enum err e;

	record_begin(&w, bytes, sizeof bytes, SESSION_VERSION);
	record_put_bytes(&w, s->user_id, USER_ID_LEN); /* SESSIONS_BY_USER */
	record_put_bytes(&w, s->secret_hash, HASH_LEN);
	record_put_bytes(&w, s->before_hash, HASH_LEN);
	record_put_i64(&w, s->auth_time);
	record_put_str(&w, s->amr);
	record_put_u8(&w, s->remembered);
	record_put_i64(&w, s->created_at);
	record_put_i64(&w, s->idle_s);
	record_put_i64(&w, s->used_at);
	record_put_i64(&w, s->expires_at);
	record_put_i64(&w, s->absolute_expires_at);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_SESSIONS, s->sid, SID_LEN, bytes, w.len,
		    s->expires_at);
	return e == OK ? store_failed(t) : e;
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
session_end(struct store_txn *t, const uint8_t sid[static SID_LEN])
{
	store_del(t, TABLE_SESSIONS, sid, SID_LEN);
}

struct match {
	struct store_txn *t;
	const uint8_t *keep;
};

static bool
match_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct match *m = arg;
	struct session s;
	enum err e = session_decode(&s, key, key_len, value);

	if (e != OK) {
		store_fail(m->t, e);
		return false;
	}
	return m->keep == NULL || memcmp(s.sid, m->keep, SID_LEN) != 0;
}

size_t
session_end_all(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const uint8_t *keep)
{
	struct match m = {t, keep};

	return store_prune_by(
	    t, INDEX_SESSIONS_BY_USER, user_id, USER_ID_LEN, match_record, &m);
}

struct each {
	struct store_txn *t;
	session_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct session s;
	enum err e = session_decode(&s, key, key_len, value);

	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &s);
}

void
session_each(struct store_txn *t, const uint8_t *user_id, session_visit *visit,
    void *arg)
{
	struct each each = {t, visit, arg};

	if (user_id != NULL)
		store_scan_by(t, INDEX_SESSIONS_BY_USER, user_id, USER_ID_LEN,
		    each_record, &each);
	else
		store_scan(t, TABLE_SESSIONS, NULL, 0, each_record, &each);
}
