#include "domain/code.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/api.h"
#include "domain/audit.h"
#include "domain/session_client.h"

#include <string.h>

static enum err
code_finish(void *record)
{
	struct code *c = record;

	c->token.number = (uint64_t)c->expires_at;
	return confirmation_is_whole(&c->cnf) ? OK : ERR_CORRUPT;
}

/* The first two have the places of their indexes (store.h). */
static const struct record_field code_fields[] = {
    FIELD_OF(struct code, token.family_id, BYTES, KEY, "family_id"),
    FIELD_OF(struct code, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct code, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct code, redirect_uri, TEXT, SHOWN, "redirect_uri"),
    FIELD_OF(
	struct code, redirect_uri_given, BOOL, INNER, "redirect_uri_given"),
    FIELD_OF(struct code, has_challenge, BOOL, INNER, "has_challenge"),
    FIELD_OF(struct code, used, BOOL, SHOWN, "used"),
    FIELD_OF(struct code, code_challenge, BYTES, INNER, "code_challenge"),
    FIELD_OF(struct code, sid, BYTES, INNER, "sid"),
    FIELD_OF(struct code, scope, TEXT, SHOWN, "scope"),
    FIELD_OF(struct code, nonce, TEXT, INNER, "nonce"),
    FIELD_OF(struct code, auth_time, TIME, SHOWN, "auth_time"),
    FIELD_OF(struct code, amr, WORDS, SHOWN, "amr"),
    FIELD_OF(struct code, expires_at, TIME, SHOWN, "expires_at"),
    FIELD_OF(struct code, acr, TEXT, SHOWN, "acr"),
    FIELD_OF(struct code, resources, WORDS, SHOWN, "resources"),
    /* Most have none of these, which takes no room. */
    FIELD_OF_WORDS(struct code, cnf.kind, WORD, SHOWN, "bound_to",
	confirmation_name, CONFIRMATION_KINDS),
    FIELD_OF(struct code, cnf.thumbprint, BYTES, INNER, "thumbprint"),
    FIELD_OF(struct code, id_token_claims, WORDS, SHOWN, "id_token_claims"),
    FIELD_OF(struct code, userinfo_claims, WORDS, SHOWN, "userinfo_claims"),
};
const struct record_type code_record = {
    .table = TABLE_CODES,
    .version = 1,
    .expires_at = offsetof(struct code, expires_at),
    .finish = code_finish,
    .optional = 4,
    RECORD_FIELDS(struct code, code_fields),
    .by_id = {INDEX_CODES_BY_USER, offsetof(struct code, user_id)},
    .by_text = {INDEX_CODES_BY_CLIENT, offsetof(struct code, client_id)},
};

enum err
code_issue(struct store_txn *t, struct code *c, int64_t now)
{
	c->expires_at = now + CODE_LIFETIME_S;
	c->token.number = (uint64_t)c->expires_at;
	c->used = false;
	family_id_make(c->token.family_id, now);
	return record_save_new(t, &code_record, c);
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
	 * RFC 6749 4.1.3 applies. */
	if (given == NULL && c->redirect_uri_given && !c->has_challenge)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_REDIRECT_URI_MISSING, reason);
	return OK;
}

enum err
code_verifier_check(bool has_challenge,
    const uint8_t challenge[static PKCE_LEN], const char *verifier,
    enum reason *reason)
{
	enum err e;

	/* A verifier without a challenge is a downgrade (RFC 9700 4.8.2). */
	if (!has_challenge)
		return verifier == NULL
			   ? OK
			   : refused(REASON_CODE_VERIFIER_UNEXPECTED, reason);
	if (verifier == NULL)
		return refused(REASON_CODE_VERIFIER_MISSING, reason);
	e = pkce_verify(challenge, verifier);
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
	if (e == OK)
		e = code_verifier_check(c->has_challenge, c->code_challenge,
		    p->code_verifier, reason);
	if (e == OK)
		e = confirmation_require(
		    &c->cnf, p->evidence, ERR_INVALID_GRANT, reason);
	return e == OK ? resources_check(
			     p->resources, c->resources, p->audience, reason)
		       : e;
}

enum err
code_look(struct store_txn *t, const struct code_presented *p, int64_t now,
    struct code *c, enum reason *reason)
{
	enum err e =
	    record_load(t, &code_record, p->token.family_id, FAMILY_ID_LEN, c);

	*reason = REASON_NONE;
	/* Swept, or ended with its person or client. */
	if (e == ERR_NOT_FOUND)
		return refused(REASON_CODE_EXPIRED, reason);
	return e == OK ? check_presented(c, p, now, reason) : e;
}

/* What a code needs once it is known. */
static void
want_prerequisites(struct store_txn *t, const struct code *c)
{
	store_want(t, TABLE_SESSIONS, c->sid, SID_LEN);
	store_want(t, TABLE_USERS, c->user_id, USER_ID_LEN);
	session_client_want(t, c->user_id, c->sid, c->client_id);
}

enum err
code_redeem(struct store_txn *t, const struct code_presented *p, int64_t now,
    struct code *c, enum reason *reason)
{
	struct session s;
	enum err e;

	store_want(t, TABLE_CODES, p->token.family_id, FAMILY_ID_LEN);
	store_want(t, TABLE_FAMILIES, p->token.family_id, FAMILY_KEY_LEN);
	e = code_look(t, p, now, c, reason);
	if (e != OK)
		return e;
	want_prerequisites(t, c);
	if (c->used)
		return refuse_again(t, c, now, reason);
	e = session_get(t, c->sid, now, &s);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_SESSION_ENDED, reason);
	if (e != OK)
		return e;
	c->used = true;
	e = record_save(t, &code_record, c);
	c->cnf = evidence_confirmation(p->evidence);
	return e;
}

void
code_end_all(struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	const struct record_set set =
	    record_set_of(&code_record, user_id, client_id);
	struct code c;

	record_prune(t, &code_record, &set, &c, NULL, NULL);
}

enum err
code_require_person(struct store_txn *t, const struct code *c,
    const struct client *client, struct user *u, enum reason *reason)
{
	enum err e = user_require(t, c->user_id, u);
	enum reason lost;

	if (e == ERR_ACCESS_DENIED || e == ERR_NOT_FOUND)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_USER_DISABLED, reason);
	if (e != OK)
		return e;
	lost = client_admits(client, u)
		   ? apis_refusal(t, client, c->resources, u)
		   : REASON_USER_NOT_IN_GROUP;
	if (store_failed(t) != OK)
		return store_failed(t);
	return lost == REASON_NONE
		   ? OK
		   : refused_as(ERR_INVALID_GRANT, lost, reason);
}

enum err
code_begin_family(struct store_txn *t, const struct code *c,
    const struct client *client, const struct family_lifetimes *l, int64_t now,
    struct family *f)
{
	enum err e;

	*f = (struct family){.auth_time = c->auth_time,
	    .cookie = client->cookie_refresh,
	    .refreshable = client->grants & GRANT_REFRESH_TOKEN,
	    .offline = words_has(c->scope, "offline_access")};
	memcpy(f->family_id, c->token.family_id, FAMILY_ID_LEN);
	memcpy(f->user_id, c->user_id, USER_ID_LEN);
	memcpy(f->sid, c->sid, SID_LEN);
	memcpy(f->client_id, c->client_id, sizeof f->client_id);
	memcpy(f->scope, c->scope, sizeof f->scope);
	memcpy(f->amr, c->amr, sizeof f->amr);
	memcpy(f->acr, c->acr, sizeof f->acr);
	memcpy(f->resources, c->resources, sizeof f->resources);
	memcpy(f->id_token_claims, c->id_token_claims, CLAIM_LIST_CAP);
	memcpy(f->userinfo_claims, c->userinfo_claims, CLAIM_LIST_CAP);
	if (client_is_public(client))
		f->cnf = c->cnf;
	e = family_begin(t, f, l, now);
	return e == OK ? session_client_note(t, c->sid, client, now) : e;
}
