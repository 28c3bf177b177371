#include "domain/family.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/audit.h"
#include "store/record.h"

#include <string.h>

enum {
	FAMILY_VERSION = 1,
	FAMILY_RECORD_CAP = 2048,

	/* Flags of a record. */
	IS_REFRESHABLE = 1 << 0,
	IS_OFFLINE = 1 << 1,
	IS_COOKIE = 1 << 2,
	FLAGS = IS_REFRESHABLE | IS_OFFLINE | IS_COOKIE
};

int64_t
family_expires_at(const struct family *f)
{
	return earlier(f->idle_expires_at, f->absolute_expires_at);
}

static uint8_t
flags_of(const struct family *f)
{
	return (uint8_t)((f->refreshable ? IS_REFRESHABLE : 0) |
			 (f->offline ? IS_OFFLINE : 0) |
			 (f->cookie ? IS_COOKIE : 0));
}

static enum err
family_put(struct store_txn *t, const struct family *f)
{
	uint8_t bytes[FAMILY_RECORD_CAP];
	struct record_writer w;
	enum err e;

	record_begin(&w, bytes, sizeof bytes, FAMILY_VERSION);
	/* In the places where the indexes look for them (store.h). */
	record_put_bytes(&w, f->user_id, USER_ID_LEN);
	record_put_bytes(&w, f->sid, SID_LEN);
	record_put_str(&w, f->client_id);
	record_put_bytes(
	    &w, f->family_id + FAMILY_KEY_LEN, FAMILY_ID_LEN - FAMILY_KEY_LEN);
	record_put_str(&w, f->scope);
	record_put_u8(&w, flags_of(f));
	record_put_u8(&w, (uint8_t)f->binding);
	record_put_u40(&w, (uint64_t)f->auth_time);
	record_put_str(&w, f->amr);
	record_put_u40(&w, (uint64_t)f->created_at);
	record_put_u40(&w, (uint64_t)f->idle_expires_at);
	record_put_u40(&w, (uint64_t)f->absolute_expires_at);
	record_put_u40(&w, f->current);
	record_put_u40(&w, f->parent);
	record_put_u40(&w, (uint64_t)f->rotated_at);
	record_put_u40(&w, f->low);
	record_put_u40(&w, f->mark);
	record_put_u40(&w, (uint64_t)f->mark_at);
	record_put_u40(&w, f->from);
	record_put_u40(&w, f->instead);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_FAMILIES, f->family_id, f->key_len, bytes,
		    w.len, family_expires_at(f));
	return e == OK ? store_failed(t) : e;
}

static void
decode_fields(struct record_reader *r, struct family *f)
{
	uint8_t flags;

	record_get_bytes(r, f->user_id, USER_ID_LEN);
	record_get_bytes(r, f->sid, SID_LEN);
	record_get_str(r, f->client_id, sizeof f->client_id);
	record_get_bytes(
	    r, f->family_id + FAMILY_KEY_LEN, FAMILY_ID_LEN - FAMILY_KEY_LEN);
	record_get_str(r, f->scope, sizeof f->scope);
	flags = record_get_u8(r);
	f->refreshable = flags & IS_REFRESHABLE;
	f->offline = flags & IS_OFFLINE;
	f->cookie = flags & IS_COOKIE;
	f->binding = record_get_u8(r);
	f->auth_time = (int64_t)record_get_u40(r);
	record_get_str(r, f->amr, sizeof f->amr);
	f->created_at = (int64_t)record_get_u40(r);
	f->idle_expires_at = (int64_t)record_get_u40(r);
	f->absolute_expires_at = (int64_t)record_get_u40(r);
	f->current = record_get_u40(r);
	f->parent = record_get_u40(r);
	f->rotated_at = (int64_t)record_get_u40(r);
	f->low = record_get_u40(r);
	f->mark = record_get_u40(r);
	f->mark_at = (int64_t)record_get_u40(r);
	f->from = record_get_u40(r);
	f->instead = record_get_u40(r);
	if (flags & ~FLAGS)
		r->err = ERR_CORRUPT;
}

static bool
generations_make_sense(const struct family *f)
{
	return f->parent < f->current && f->low <= f->mark &&
	       f->mark <= f->current && f->instead <= f->current &&
	       (f->from < f->instead || f->instead == 0);
}

static enum err
family_decode(struct family *f, const void *key, size_t key_len,
    const struct store_value *v)
{
	struct record_reader r;

	*f = (struct family){.key_len = key_len};
	if (key_len != FAMILY_KEY_LEN && key_len != FAMILY_ID_LEN)
		return ERR_CORRUPT;
	record_open(&r, v->bytes, v->len, FAMILY_VERSION);
	decode_fields(&r, f);
	memcpy(f->family_id, key, key_len);
	if (record_close(&r) != OK)
		return record_close(&r);
	/* A binding we do not know must not be taken for none. */
	if (f->binding != BINDING_NONE || !generations_make_sense(f))
		return ERR_CORRUPT;
	return OK;
}

/* The record of FAMILY_ID, wherever it lies, and whether or not it has
 * expired. What lies under half of the id may be another family's. */
static enum err
find(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN],
    struct family *f)
{
	static const size_t key_lens[] = {FAMILY_KEY_LEN, FAMILY_ID_LEN};
	struct store_value v;
	enum err e;

	for (size_t i = 0; i < sizeof key_lens / sizeof *key_lens; i++) {
		e = store_get(t, TABLE_FAMILIES, family_id, key_lens[i], &v);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != OK)
			return e;
		e = family_decode(f, family_id, key_lens[i], &v);
		if (e != OK) {
			store_fail(t, e);
			return e;
		}
		if (memcmp(f->family_id, family_id, FAMILY_ID_LEN) == 0)
			return OK;
	}
	return ERR_NOT_FOUND;
}

/* Where a new family is to lie. */
static size_t
free_key_len(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN])
{
	struct store_value v;
	enum err e =
	    store_get(t, TABLE_FAMILIES, family_id, FAMILY_KEY_LEN, &v);

	return e == ERR_NOT_FOUND ? FAMILY_KEY_LEN : FAMILY_ID_LEN;
}

enum err
family_begin(struct store_txn *t, struct family *f,
    const struct family_lifetimes *l, int64_t now)
{
	f->key_len = free_key_len(t, f->family_id);
	f->created_at = f->rotated_at = now;
	f->current = f->low = f->mark = 1;
	f->parent = f->from = f->instead = 0;
	f->mark_at = 0; /* no burst has begun */
	f->absolute_expires_at =
	    now + (f->refreshable ? l->absolute_s : l->access_token_s);
	f->idle_expires_at =
	    now + (f->refreshable ? l->idle_s : l->access_token_s);
	return family_put(t, f);
}

enum err
family_get(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN],
    int64_t now, struct family *f)
{
	enum err e = find(t, family_id, f);

	if (e == OK && family_expires_at(f) <= now)
		e = ERR_NOT_FOUND;
	if (e != OK)
		*f = (struct family){0};
	return e;
}

/* Whether what the family of C stands on still stands; a word for what does
 * not. */
static enum reason
ground_lost(struct store_txn *t, struct family *f, int64_t now,
    const struct client *c, struct user *u)
{
	struct session s;

	if (!f->offline && session_get(t, f->sid, now, &s) != OK)
		return REASON_SESSION_ENDED;
	f->use_due = !f->offline && session_use_is_due(&s, now);
	if (user_require(t, f->user_id, u) != OK)
		return REASON_USER_DISABLED;
	if (!client_admits(c, u))
		return REASON_USER_NOT_IN_GROUP;
	return REASON_NONE;
}

enum err
family_require(struct store_txn *t,
    const uint8_t family_id[static FAMILY_ID_LEN], int64_t now,
    struct family *f, struct client *c, struct user *u)
{
	enum err e = family_get(t, family_id, now, f);

	if (e == OK)
		e = client_get(t, f->client_id, c);
	if (e == OK && ground_lost(t, f, now, c, u) != REASON_NONE)
		e = store_failed(t) != OK ? store_failed(t) : ERR_NOT_FOUND;
	if (e != OK)
		*f = (struct family){0};
	return e;
}

/* The person by name, for those who read the line. */
static void
audit_family(struct store_txn *t, const struct family *f, const char *event,
    const char *detail, int64_t now)
{
	struct user u;
	enum err e = user_get(t, f->user_id, &u);

	audit_add(t, now, event, e == OK ? u.name : NULL, f->client_id, detail);
	user_wipe(&u);
}

/* The family P is for, and what that would do to it; or why it is refused. */
static enum err
judge(struct store_txn *t, const struct refresh_presented *p,
    const struct rotation_rule *usual, int64_t now, struct family *f,
    enum rotation *rotation, enum reason *reason)
{
	struct rotation_rule rule = rotation_rule_for(p->client, usual);
	enum err e = family_get(t, p->token.family_id, now, f);

	*reason = REASON_NONE;
	if (e == ERR_NOT_FOUND)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_FAMILY_ENDED, reason);
	if (e != OK)
		return e;
	if (!str_equal(f->client_id, p->client->client_id))
		return refused_as(
		    ERR_INVALID_GRANT, REASON_CLIENT_MISMATCH, reason);
	*rotation = family_rotate(f, p->token.number, &rule, now);
	if (*rotation == ROTATION_THEFT)
		return OK;
	/* A token that lives in a cookie is not for scripts to hold. */
	if (p->cookie != f->cookie)
		return refused(REASON_COOKIE_MISMATCH, reason);
	if (p->scope != NULL && !words_subset(p->scope, f->scope))
		return refused(REASON_SCOPE_WIDENED, reason);
	return OK;
}

enum err
family_look(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now, struct family_ground *g,
    enum reason *reason)
{
	enum rotation rotation;
	enum reason lost;
	struct family f;
	enum err e = judge(t, p, &l->rule, now, &f, &rotation, reason);

	g->stands = false;
	if (e != OK || rotation == ROTATION_THEFT)
		return e;
	lost = ground_lost(t, &f, now, p->client, &g->user);
	if (lost != REASON_NONE)
		return refused_as(ERR_INVALID_GRANT, lost, reason);
	g->stands = true;
	g->use_due = f.use_due;
	return OK;
}

/* When F, used at NOW, will have been idle for too long. While the clock is
 * behind, a use must not bring the end nearer: once the clock is right again,
 * it would be over for everybody. */
static int64_t
idle_end(struct store_txn *t, const struct family *f,
    const struct family_lifetimes *l, int64_t now)
{
	int64_t end = earlier(now + l->idle_s, f->absolute_expires_at);

	if (end < f->idle_expires_at && store_clock_behind(t, now) > 0)
		end = f->idle_expires_at;
	return end;
}

enum err
family_refresh(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now, struct family_ground *g,
    struct family *f, enum reason *reason)
{
	enum rotation rotation;
	enum reason lost = REASON_NONE;
	enum err e = judge(t, p, &l->rule, now, f, &rotation, reason);

	if (e != OK)
		return e;
	if (rotation == ROTATION_THEFT) {
		family_end(t, f->family_id);
		audit_family(t, f, "refresh_token_reused", "family ended", now);
		return refused(REASON_REFRESH_TOKEN_REUSED, reason);
	}
	if (!g->stands)
		lost = ground_lost(t, f, now, p->client, &g->user);
	if (lost != REASON_NONE)
		return refused_as(ERR_INVALID_GRANT, lost, reason);
	if (rotation == ROTATION_AGAIN)
		return OK;
	f->given_instead = rotation == ROTATION_INSTEAD;
	if (f->given_instead)
		audit_family(t, f, "refresh_token_retried",
		    "another successor given", now);
	f->idle_expires_at = idle_end(t, f, l, now);
	/* Who uses an app all day is not to be signed out of it. */
	if (g->stands ? g->use_due : f->use_due)
		e = session_use_id(t, f->sid, now);
	return e == OK ? family_put(t, f) : e;
}

void
family_end(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN])
{
	struct family f;

	if (find(t, family_id, &f) == OK)
		store_del(t, TABLE_FAMILIES, family_id, f.key_len);
}

struct match {
	struct store_txn *t;
	const uint8_t *user_id;
	const char *client_id;
};

static bool
match_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct match *m = arg;
	struct family f;
	enum err e = family_decode(&f, key, key_len, value);

	if (e != OK) {
		store_fail(m->t, e);
		return false;
	}
	return (m->user_id == NULL ||
		   memcmp(f.user_id, m->user_id, USER_ID_LEN) == 0) &&
	       (m->client_id == NULL || str_equal(f.client_id, m->client_id));
}

size_t
family_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	struct match m = {t, user_id, client_id};

	if (user_id != NULL)
		return store_prune_by(t, INDEX_FAMILIES_BY_USER, user_id,
		    USER_ID_LEN, match_record, &m);
	if (client_id != NULL)
		return store_prune_by(t, INDEX_FAMILIES_BY_CLIENT, client_id,
		    strlen(client_id), match_record, &m);
	return store_prune(t, TABLE_FAMILIES, NULL, 0, match_record, &m);
}

struct each {
	struct store_txn *t;
	family_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct family f;
	enum err e = family_decode(&f, key, key_len, value);

	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &f);
}

void
family_each(
    struct store_txn *t, const uint8_t *user_id, family_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	if (user_id != NULL)
		store_scan_by(t, INDEX_FAMILIES_BY_USER, user_id, USER_ID_LEN,
		    each_record, &each);
	else
		store_scan(t, TABLE_FAMILIES, NULL, 0, each_record, &each);
}
