#include "domain/code.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/audit.h"
#include "store/record.h"

#include <string.h>

enum { CODE_VERSION = 1, CODE_RECORD_CAP = 4096 };

static enum err
code_put(struct store_txn *t, const struct code *c)
{
	uint8_t bytes[CODE_RECORD_CAP];
	struct record_writer w;
	enum err e;

	record_begin(&w, bytes, sizeof bytes, CODE_VERSION);
	record_put_str(&w, c->client_id);
	record_put_str(&w, c->redirect_uri);
	record_put_u8(&w, c->redirect_uri_given);
	record_put_u8(&w, c->has_challenge);
	record_put_bytes(&w, c->code_challenge, PKCE_LEN);
	record_put_bytes(&w, c->user_id, USER_ID_LEN);
	record_put_bytes(&w, c->sid, SID_LEN);
	record_put_str(&w, c->scope);
	record_put_str(&w, c->nonce);
	record_put_i64(&w, c->auth_time);
	record_put_str(&w, c->amr);
	record_put_i64(&w, c->expires_at);
	record_put_u8(&w, c->used);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_CODES, c->token.family_id, FAMILY_ID_LEN,
		    bytes, w.len, c->expires_at);
	return e == OK ? store_failed(t) : e;
}

static enum err
code_decode(struct code *c, const void *key, size_t key_len,
    const struct store_value *v)
{
	struct record_reader r;

	*c = (struct code){0};
	if (key_len != FAMILY_ID_LEN)
		return ERR_CORRUPT;
	memcpy(c->token.family_id, key, FAMILY_ID_LEN);
	record_open(&r, v->bytes, v->len, CODE_VERSION);
	record_get_str(&r, c->client_id, sizeof c->client_id);
	record_get_str(&r, c->redirect_uri, sizeof c->redirect_uri);
	c->redirect_uri_given = record_get_u8(&r) != 0;
	c->has_challenge = record_get_u8(&r) != 0;
	record_get_bytes(&r, c->code_challenge, PKCE_LEN);
	record_get_bytes(&r, c->user_id, USER_ID_LEN);
	record_get_bytes(&r, c->sid, SID_LEN);
	record_get_str(&r, c->scope, sizeof c->scope);
	record_get_str(&r, c->nonce, sizeof c->nonce);
	c->auth_time = record_get_i64(&r);
	record_get_str(&r, c->amr, sizeof c->amr);
	c->expires_at = record_get_i64(&r);
	c->used = record_get_u8(&r) != 0;
	c->token.number = (uint64_t)c->expires_at;
	return record_close(&r);
}

enum err
code_issue(struct store_txn *t, struct code *c, int64_t now)
{
	c->expires_at = now + CODE_LIFETIME_S;
	c->token.number = (uint64_t)c->expires_at;
	c->used = false;
	family_id_make(c->token.family_id, now);
	return code_put(t, c);
}

/*
 * C was used, and this request is as good as the first: its client is
 * authenticated and has the verifier. One of the two has what belongs to the
 * other, so what the first one got ends (RFC 6749 4.1.2, RFC 9700 4.5).
 */
static enum err
refuse_again(
    struct store_txn *t, const struct code *c, int64_t now, enum reason *reason)
{
	struct family f;
	struct user u;
	enum err e = family_get(t, c->token.family_id, now, &f);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK) {
		e = user_get(t, f.user_id, &u);
		audit_add(t, now, "code_reused", e == OK ? u.name : NULL,
		    f.client_id, "family ended");
		user_wipe(&u);
		family_end(t, f.family_id);
	}
	return refused(REASON_CODE_REUSED, reason);
}

static enum err
check_redirect_uri(const struct code *c, const char *given, enum reason *reason)
{
	if (given != NULL && !str_equal(given, c->redirect_uri))
		return refused(REASON_REDIRECT_URI_MISMATCH, reason);
	/* OAuth 2.1 leaves it out and has PKCE in its place; without PKCE
	 * RFC 6749 4.1.3 stands. */
	if (given == NULL && c->redirect_uri_given && !c->has_challenge)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_REDIRECT_URI_MISSING, reason);
	return OK;
}

static enum err
check_verifier(const struct code *c, const char *verifier, enum reason *reason)
{
	enum err e;

	/* A verifier nobody asked for is a downgrade (RFC 9700 4.8.2). */
	if (!c->has_challenge)
		return verifier == NULL
			   ? OK
			   : refused(REASON_CODE_VERIFIER_UNEXPECTED, reason);
	if (verifier == NULL)
		return refused(REASON_CODE_VERIFIER_MISSING, reason);
	e = pkce_verify(c->code_challenge, verifier);
	return e == OK ? OK : refused_as(e, REASON_CODE_VERIFIER_WRONG, reason);
}

/* A code from the future was made before the clock went back. It must not be
 * good until the clock is there again. */
static bool
is_in_time(const struct code *c, int64_t now)
{
	return c->expires_at > now &&
	       c->expires_at <= now + CODE_LIFETIME_S + CLOCK_SLACK_S;
}

/* Whether what P presents for C is what the rightful client has. */
static enum err
check_presented(const struct code *c, const struct code_presented *p,
    int64_t now, enum reason *reason)
{
	enum err e;

	if (!str_equal(c->client_id, p->client_id))
		return refused_as(
		    ERR_INVALID_GRANT, REASON_CLIENT_MISMATCH, reason);
	if (!is_in_time(c, now))
		return refused(REASON_CODE_EXPIRED, reason);
	e = check_redirect_uri(c, p->redirect_uri, reason);
	return e == OK ? check_verifier(c, p->code_verifier, reason) : e;
}

static enum err
find(struct store_txn *t, const uint8_t family_id[static FAMILY_ID_LEN],
    struct code *c)
{
	struct store_value v;
	enum err e = store_get(t, TABLE_CODES, family_id, FAMILY_ID_LEN, &v);

	*c = (struct code){0};
	if (e != OK)
		return e;
	e = code_decode(c, family_id, FAMILY_ID_LEN, &v);
	if (e != OK)
		store_fail(t, e);
	return e;
}

enum err
code_look(struct store_txn *t, const struct code_presented *p, int64_t now,
    struct code *c, enum reason *reason)
{
	enum err e = find(t, p->token.family_id, c);

	*reason = REASON_NONE;
	/* Swept, or ended with its person or client. */
	if (e == ERR_NOT_FOUND)
		return refused(REASON_CODE_EXPIRED, reason);
	return e == OK ? check_presented(c, p, now, reason) : e;
}

enum err
code_redeem(struct store_txn *t, const struct code_presented *p, int64_t now,
    struct code *c, enum reason *reason)
{
	struct session s;
	enum err e = code_look(t, p, now, c, reason);

	if (e != OK)
		return e;
	if (c->used)
		return refuse_again(t, c, now, reason);
	e = session_get(t, c->sid, now, &s);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_SESSION_ENDED, reason);
	if (e != OK)
		return e;
	c->used = true;
	return code_put(t, c);
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
	struct code c;
	enum err e = code_decode(&c, key, key_len, value);

	if (e != OK) {
		store_fail(m->t, e);
		return false;
	}
	return (m->user_id == NULL ||
		   memcmp(c.user_id, m->user_id, USER_ID_LEN) == 0) &&
	       (m->client_id == NULL || str_equal(c.client_id, m->client_id));
}

void
code_end_all(struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	struct match m = {t, user_id, client_id};

	store_prune(t, TABLE_CODES, NULL, 0, match_record, &m);
}

void
code_family(struct family *f, const struct code *c)
{
	*f = (struct family){.auth_time = c->auth_time};
	memcpy(f->family_id, c->token.family_id, FAMILY_ID_LEN);
	memcpy(f->user_id, c->user_id, USER_ID_LEN);
	memcpy(f->sid, c->sid, SID_LEN);
	memcpy(f->client_id, c->client_id, sizeof f->client_id);
	memcpy(f->scope, c->scope, sizeof f->scope);
	memcpy(f->amr, c->amr, sizeof f->amr);
}
