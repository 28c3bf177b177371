#include "domain/family.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/api.h"
#include "domain/audit.h"

#include <string.h>

/* The tail of an id is in the record: its key may be the head alone. */
static size_t
put_family_key(const void *record, uint8_t *key)
{
	const struct family *f = record;

	memcpy(key, f->family_id, f->key_len);
	return f->key_len;
}

static enum err
get_family_key(void *record, const void *key, size_t key_len)
{
	struct family *f = record;

	if (key_len != FAMILY_KEY_LEN &&
	    (key_len != FAMILY_ID_LEN ||
		memcmp((const uint8_t *)key + FAMILY_KEY_LEN,
		    f->family_id + FAMILY_KEY_LEN,
		    FAMILY_ID_LEN - FAMILY_KEY_LEN) != 0))
		return ERR_CORRUPT;
	memcpy(f->family_id, key, key_len);
	f->key_len = key_len;
	return OK;
}

static enum err
family_finish(void *record)
{
	struct family *f = record;

	f->given_instead = f->use_due = false;
	f->session_acr = ACR_NONE;
	f->session_auth_time = 0;
	if (f->key_len == 0) /* it was not read from the store */
		f->key_len = FAMILY_KEY_LEN;
	return f->parent < f->current && f->low <= f->mark &&
		       f->mark <= f->current && f->instead <= f->current &&
		       (f->from < f->instead || f->instead == 0) &&
		       confirmation_is_whole(&f->cnf) &&
		       (f->bound_from == 0 || f->cnf.kind != CONFIRMATION_NONE)
		   ? OK
		   : ERR_CORRUPT;
}

/* USER_ID and CLIENT_ID have the places of their indexes (store.h). */
static const struct record_field family_fields[] = {
    FIELD_OF(struct family, family_id, BYTES, KEY, "grant_id"),
    FIELD_OF(struct family, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct family, sid, BYTES, INNER, "sid"),
    FIELD_OF(struct family, client_id, TEXT, SHOWN, "client_id"),
    FIELD_REST(struct family, family_id, FAMILY_KEY_LEN),
    FIELD_OF(struct family, scope, TEXT, SHOWN, "scope"),
    FIELD_OF(struct family, refreshable, BOOL, SHOWN, "refreshable"),
    FIELD_OF(struct family, offline, BOOL, SHOWN, "offline"),
    FIELD_OF(struct family, cookie, BOOL, INNER, "cookie"),
    FIELD_OF(struct family, auth_time, TIME, SHOWN, "auth_time"),
    FIELD_OF(struct family, amr, WORDS, INNER, "amr"),
    FIELD_OF(struct family, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct family, rotated_at, TIME, SHOWN, "used_at"),
    FIELD_OF(struct family, expires_at, TIME, SHOWN, "expires_at"),
    FIELD_OF(
	struct family, absolute_expires_at, TIME, INNER, "absolute_expires_at"),
    FIELD_OF(struct family, current, NUMBER, SHOWN, "generation"),
    FIELD_OF(struct family, parent, NUMBER, INNER, "parent"),
    FIELD_OF(struct family, low, NUMBER, INNER, "low"),
    FIELD_OF(struct family, mark, NUMBER, INNER, "mark"),
    FIELD_OF(struct family, mark_at, TIME, INNER, "mark_at"),
    FIELD_OF(struct family, from, NUMBER, INNER, "from"),
    FIELD_OF(struct family, instead, NUMBER, INNER, "instead"),
    FIELD_OF(struct family, acr, TEXT, INNER, "acr"),
    /* Most have none of these, which takes no room. */
    FIELD_OF(struct family, resources, WORDS, SHOWN, "resources"),
    FIELD_OF_WORDS(struct family, cnf.kind, WORD, SHOWN, "bound_to",
	confirmation_name, CONFIRMATION_KINDS),
    FIELD_OF(struct family, cnf.thumbprint, BYTES, INNER, "thumbprint"),
    FIELD_OF(struct family, bound_from, NUMBER, INNER, "bound_from"),
    FIELD_OF(struct family, id_token_claims, WORDS, SHOWN, "id_token_claims"),
    FIELD_OF(struct family, userinfo_claims, WORDS, SHOWN, "userinfo_claims"),
};
const struct record_type family_record = {
    .table = TABLE_FAMILIES,
    .version = 1,
    .expires_at = offsetof(struct family, expires_at),
    .finish = family_finish,
    .put_key = put_family_key,
    .get_key = get_family_key,
    .optional = 6,
    RECORD_FIELDS(struct family, family_fields),
    .by_id = {INDEX_FAMILIES_BY_USER, offsetof(struct family, user_id)},
    .by_text = {INDEX_FAMILIES_BY_CLIENT, offsetof(struct family, client_id)},
};

/* The record of FAMILY_ID, whether or not it has expired. Under half of the id
 * there may be another family's. */
static enum err
family_load(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN],
    struct family *f)
{
	static const size_t key_lens[] = {FAMILY_KEY_LEN, FAMILY_ID_LEN};
	enum err e;

	for (size_t i = 0; i < sizeof key_lens / sizeof *key_lens; i++) {
		e = record_load(t, &family_record, family_id, key_lens[i], f);
		if (e == OK &&
		    memcmp(f->family_id, family_id, FAMILY_ID_LEN) == 0)
			return OK;
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
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
	f->expires_at = f->absolute_expires_at;
	if (f->refreshable)
		f->expires_at = earlier(now + l->idle_s, f->expires_at);
	return record_save(t, &family_record, f);
}

enum err
family_get(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN],
    int64_t now, struct family *f)
{
	enum err e = family_load(t, family_id, f);

	if (e == OK && f->expires_at <= now)
		e = ERR_NOT_FOUND;
	if (e != OK)
		*f = (struct family){0};
	return e;
}

/* Whether the prerequisites of the family of C hold; a word for what does
 * not. */
static enum reason
prerequisite_lost(struct store_txn *t, struct family *f, int64_t now,
    const struct client *c, struct user *u)
{
	struct session s;

	if (!f->offline) {
		if (session_get(t, f->sid, now, &s) != OK)
			return REASON_SESSION_ENDED;
		f->use_due = session_use_is_due(&s, now);
		f->session_acr = acr_of(s.amr);
		f->session_auth_time = s.auth_time;
	}
	if (user_require(t, f->user_id, u) != OK)
		return REASON_USER_DISABLED;
	if (!client_admits(c, u))
		return REASON_USER_NOT_IN_GROUP;
	return apis_refusal(t, c, f->resources, u);
}

enum err
family_require(struct store_txn *t,
    const uint8_t family_id[static FAMILY_ID_LEN], int64_t now,
    struct family *f, struct client *c, struct user *u)
{
	enum err e = family_get(t, family_id, now, f);

	if (e == OK)
		e = client_get(t, f->client_id, c);
	if (e == OK && prerequisite_lost(t, f, now, c, u) != REASON_NONE)
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

/* What P would do to F: by what it is bound to before its generation counts. */
static enum err
judge_presented(const struct refresh_presented *p,
    const struct rotation_rule *rule, int64_t now, struct family *f,
    enum rotation *rotation, enum reason *reason)
{
	const bool met = confirmation_is_met(&f->cnf, p->evidence);

	*rotation = ROTATION_THEFT;
	if (!met && p->token.number >= f->bound_from)
		return confirmation_require(
		    &f->cnf, p->evidence, ERR_INVALID_GRANT, reason);
	if (met)
		*rotation = family_rotate(f, p->token.number, rule, now);
	return OK;
}

/* The family P is for, and what that would do to it; or why it is refused. */
static enum err
classify_presented(struct store_txn *t, const struct refresh_presented *p,
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
	e = judge_presented(p, &rule, now, f, rotation, reason);
	if (e != OK || *rotation == ROTATION_THEFT)
		return e;
	/* A token that lives in a cookie is not for scripts to hold. */
	if (p->cookie != f->cookie)
		return refused(REASON_COOKIE_MISMATCH, reason);
	if (p->scope != NULL && !words_subset(p->scope, f->scope))
		return refused(REASON_SCOPE_WIDENED, reason);
	return resources_check(
	    p->resources, f->resources, p->client->audience, reason);
}

enum err
family_look(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now,
    struct family_prerequisites *g, enum reason *reason)
{
	enum rotation rotation;
	enum reason lost;
	struct family f;
	enum err e =
	    classify_presented(t, p, &l->rule, now, &f, &rotation, reason);

	g->hold = false;
	if (e != OK || rotation == ROTATION_THEFT)
		return e;
	lost = prerequisite_lost(t, &f, now, p->client, &g->user);
	if (lost != REASON_NONE)
		return refused_as(ERR_INVALID_GRANT, lost, reason);
	g->hold = true;
	g->use_due = f.use_due;
	return OK;
}

/* The successor that F is about to give is the first for a proof (RFC 9449 5).
 * The authentication of a client that has any binds its tokens already, and it
 * may change its keys. */
static void
bind_successor(struct family *f, const struct refresh_presented *p)
{
	if (f->cnf.kind != CONFIRMATION_NONE || !client_is_public(p->client))
		return;
	f->cnf = evidence_confirmation(p->evidence);
	if (f->cnf.kind != CONFIRMATION_NONE)
		f->bound_from = f->current;
}

/* When F, used at NOW, will have been idle for too long. While the clock is
 * behind, a use must not bring the end nearer: once the clock is right again,
 * it would be over for everybody. */
static int64_t
idle_end(struct store_txn *t, const struct family *f,
    const struct family_lifetimes *l, int64_t now)
{
	int64_t end = earlier(now + l->idle_s, f->absolute_expires_at);

	if (end < f->expires_at && store_clock_behind(t, now) > 0)
		end = f->expires_at;
	return end;
}

enum err
family_refresh(struct store_txn *t, const struct refresh_presented *p,
    const struct family_lifetimes *l, int64_t now,
    struct family_prerequisites *g, struct family *f, enum reason *reason)
{
	enum rotation rotation;
	enum reason lost = REASON_NONE;
	enum err e =
	    classify_presented(t, p, &l->rule, now, f, &rotation, reason);

	if (e != OK)
		return e;
	if (rotation == ROTATION_THEFT) {
		family_end(t, f->family_id);
		audit_family(t, f, "refresh_token_reused", "family ended", now);
		return refused(REASON_REFRESH_TOKEN_REUSED, reason);
	}
	if (!g->hold)
		lost = prerequisite_lost(t, f, now, p->client, &g->user);
	if (lost != REASON_NONE)
		return refused_as(ERR_INVALID_GRANT, lost, reason);
	if (rotation == ROTATION_AGAIN)
		return OK;
	f->given_instead = rotation == ROTATION_INSTEAD;
	if (f->given_instead)
		audit_family(t, f, "refresh_token_retried",
		    "another successor given", now);
	bind_successor(f, p);
	f->expires_at = idle_end(t, f, l, now);
	/* Who uses an app all day is not to be signed out of it. */
	if (g->hold ? g->use_due : f->use_due)
		e = session_use_id(t, f->sid, now);
	return e == OK ? record_save(t, &family_record, f) : e;
}

void
family_end(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN])
{
	struct family f;

	if (family_load(t, family_id, &f) == OK)
		store_del(t, TABLE_FAMILIES, family_id, f.key_len);
}

void
family_each(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    record_visit *visit, void *arg)
{
	const struct record_set set =
	    record_set_of(&family_record, user_id, NULL);
	struct family f;

	record_each(t, &family_record, &set, &f, visit, arg);
}

static bool
is_of_session(void *arg, const void *record)
{
	const struct family *f = record;

	return !f->offline && memcmp(f->sid, arg, SID_LEN) == 0;
}

size_t
family_end_at(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN], const char *client_id)
{
	const struct record_set set =
	    record_set_of(&family_record, user_id, client_id);
	struct family f;

	return record_prune(
	    t, &family_record, &set, &f, is_of_session, (void *)(uintptr_t)sid);
}

size_t
family_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	const struct record_set set =
	    record_set_of(&family_record, user_id, client_id);
	struct family f;

	return record_prune(t, &family_record, &set, &f, NULL, NULL);
}
