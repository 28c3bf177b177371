#include "protocol/session_open.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "domain/acr.h"
#include "domain/audit.h"
#include "domain/letter.h"
#include "domain/session_end.h"
#include "domain/throttle.h"
#include "domain/tries.h"

#include <inttypes.h>
#include <string.h>

struct session_open_ctx {
	const struct provider *p;
	const struct proof *proof;
	const struct session_open_request *q;
	int64_t now;
	struct session_open_reply *r;
	bool new_browser;
	struct user told; /* if this is to be told to them by mail */
};

/* The person of the proof, if nothing has changed since. */
static enum err
require_proven(
    struct store_txn *t, const struct proof *proof, struct user *person)
{
	uint8_t password[HASH_LEN];
	enum err e = user_require(t, proof->user_id, person);

	proof_password(password, person);
	if (e == OK && !secret_equal(password, proof->password, HASH_LEN)) {
		user_wipe(person);
		e = ERR_ACCESS_DENIED;
	}
	return e;
}

/* The cookie of the same person's session in this browser, whose sid is kept,
 * also when this sign-in is asked for twice; another's session is ended. */
static const struct session_cookie *
find_session_before(
    struct store_txn *t, const struct session_open_ctx *c, struct session *old)
{
	const struct session_cookie *cookie = c->q->cookie;
	struct user u;
	bool present, own;

	if (cookie == NULL)
		return NULL;
	present = session_find(t, cookie, c->now, old, &u) == OK;
	user_wipe(&u);
	if (!present && session_find_before(t, cookie, c->now, old) != OK)
		return NULL;
	own = memcmp(old->user_id, c->proof->user_id, USER_ID_LEN) == 0;
	if (present && !own)
		session_end(t, old->sid, c->now);
	return own ? cookie : NULL;
}

/* Of a passkey no try was charged, nor of a session that there was. */
static bool
was_charged(const struct proof *proof)
{
	return words_has(proof->amr, "pwd") && proof->auth_time == 0;
}

/* The entry of this browser that is PERSON's is replaced; in a copy, for this
 * may run more than once. Their tries are forgiven where they were charged. */
static void
note_device(
    struct store_txn *t, struct session_open_ctx *c, const struct user *person)
{
	const struct keyring *k = &c->p->keyring;
	struct devices *kept = &c->r->devices;
	const uint8_t *old;

	*kept = *c->q->devices;
	old = device_find(kept, k, person, c->now);
	c->new_browser = old == NULL;
	if (was_charged(c->proof))
		throttle_forgive(t, k,
		    &(struct throttle_try){.name = c->proof->typed,
			.address = c->q->address,
			.device = old},
		    c->now);
	device_add(kept, old, k, person, c->now);
}

/* What is in the audit of a code. */
static void
note_code(struct store_txn *t, const struct session_open_ctx *c,
    const struct user *person)
{
	bool closed = c->r->factor.closed;
	bool used =
	    c->r->reason == REASON_NONE && c->q->code->kind == FACTOR_RECOVERY;

	if (!closed && !used)
		return;
	audit_write(t, c->now,
	    &(struct audit_line){
		.event = closed ? "totp_closed" : "recovery_code_used",
		.user = person->name,
		.user_id = person->user_id,
		.address = c->q->address});
}

/* The line of the sign-in, with what failed before. */
static void
note_sign_in(struct store_txn *t, const struct session_open_ctx *c,
    const struct user *person)
{
	const uint32_t failed =
	    tries_settle(t, person->user_id, was_charged(c->proof));
	char detail[48];
	struct buf b;

	buf_init(&b, detail, sizeof detail);
	if (failed > 0)
		buf_printf(&b, "failed before: %" PRIu32, failed);
	audit_write(t, c->now,
	    &(struct audit_line){.event = "signed_in",
		.user = person->name,
		.user_id = person->user_id,
		.detail = detail,
		.address = c->q->address});
}

/* Uses up what a passkey signed, if one did. It opens the app's codes again. */
static enum err
settle_passkey(
    struct store_txn *t, struct session_open_ctx *c, const struct user *person)
{
	enum err e;

	if (!passkey_was_used(&c->proof->passkey))
		return OK;
	e = passkey_settle(t, &c->proof->passkey, person, c->q->address, c->now,
	    &c->r->reason);
	return e == OK ? factor_reopen(t, person->user_id) : e;
}

/* Decides the code that was typed, if one was, and adds it to AMR. */
static enum err
settle_code(struct store_txn *t, struct session_open_ctx *c,
    const struct user *person, char amr[static AMR_CAP])
{
	struct session_open_reply *r = c->r;
	enum err e;

	if (c->q->code == NULL)
		return OK;
	e = factor_settle(t, person->user_id, c->q->code, &c->p->keyring,
	    c->now, &r->factor, &r->reason);
	note_code(t, c, person);
	if (r->reason == REASON_FACTOR_WRONG)
		tries_add(t, person, c->q->address, c->now);
	if (e != OK)
		return e;
	e = words_add(amr, AMR_CAP, "otp");
	/* Alone it would be one factor. */
	if (e == OK && (words_has(amr, "pwd") || words_has(amr, "pop")))
		e = words_add(amr, AMR_CAP, "mfa");
	return e;
}

/* What was proven is enough for a person who has a second factor. */
static enum err
require_factors(struct store_txn *t, struct session_open_ctx *c,
    const struct user *person, char amr[static AMR_CAP])
{
	enum err e = str_copy(amr, AMR_CAP, c->proof->amr);

	c->r->factor = (struct factor_settled){0};
	c->r->reason = REASON_NONE;
	c->r->factors = 0;
	if (e == OK)
		e = settle_passkey(t, c, person);
	if (e == OK)
		e = settle_code(t, c, person, amr);
	if (e == OK)
		e = factors_of(t, person->user_id, &c->r->factors);
	if (e == OK && factor_is_second(c->r->factors) && acr_of(amr) < ACR_TWO)
		e = refused_as(
		    ERR_ACCESS_DENIED, REASON_FACTOR_REQUIRED, &c->r->reason);
	return e;
}

static void
note_news(struct session_open_ctx *c, const struct user *person)
{
	const struct conf *conf = &c->p->conf;

	if (c->new_browser && !conf->no_mail_of_sign_ins &&
	    letter_wanted(conf, person))
		c->told = *person;
	else
		c->told.email[0] = '\0';
}

/* No reason to keep the person out, if it fails. */
static void
send_news(const struct session_open_ctx *c)
{
	const struct session_open_request *q = c->q;

	if (c->told.email[0] != '\0' &&
	    letter_send_sign_in(
		&c->p->conf, &c->told, q->agent, q->address, c->now) != OK)
		log_fault("a mail could not be written", NULL);
}

/* What the step reads (store_want). */
static void
want_for_session(struct store_txn *t, const struct session_open_ctx *c)
{
	const struct proof *proof = c->proof;

	store_want(t, TABLE_USERS, proof->user_id, USER_ID_LEN);
	store_want(t, TABLE_FACTORS, proof->user_id, USER_ID_LEN);
	store_want_by(t, INDEX_PASSKEYS_BY_USER, proof->user_id, USER_ID_LEN);
	if (c->q->cookie != NULL)
		store_want(t, TABLE_SESSIONS, c->q->cookie->sid, SID_LEN);
	tries_want(t, proof->user_id);
	audit_want(t);
	if (was_charged(proof) && store_is_far(t))
		throttle_want(t, &c->p->keyring,
		    &(struct throttle_try){
			.name = proof->typed, .address = c->q->address});
}

static enum err
session_open_step(struct store_txn *t, void *arg)
{
	struct session_open_ctx *c = arg;
	struct session_open_reply *r = c->r;
	struct session_lifetimes l;
	const struct session_cookie *before;
	struct session old;
	struct user person;
	char amr[AMR_CAP];
	bool remember;
	enum err e;

	want_for_session(t, c);
	e = require_proven(t, c->proof, &person);
	memcpy(r->user, person.name, sizeof r->user);
	user_hold(t, c->proof->user_id);
	if (e == OK)
		e = require_factors(t, c, &person, amr);
	if (e != OK) {
		user_wipe(&person);
		return e;
	}
	before = find_session_before(t, c, &old);
	/* An app that asks for the password again (prompt=login, max_age) does
	 * not make the browser forget the person. */
	remember = c->proof->remember || (before != NULL && old.remembered);
	l = provider_session_lifetimes(c->p, remember);
	session_make(&r->session, &r->cookie, before, person.user_id, amr, &l,
	    remember, c->now);
	if (c->proof->auth_time != 0)
		r->session.auth_time = c->proof->auth_time;
	session_note_place(&r->session, c->q->address, c->q->agent);
	if (passkey_was_used(&c->proof->passkey))
		session_note_passkey(&r->session, c->proof->passkey.hash);
	if (before != NULL)
		session_outlast(t, &r->session, &old, c->now);
	e = before == NULL ? session_put_new(t, &r->session)
			   : session_put(t, &r->session);
	note_device(t, c, &person);
	note_news(c, &person);
	note_sign_in(t, c, &person);
	user_wipe(&person);
	return e == OK ? store_failed(t) : e;
}

enum err
session_open(const struct provider *p, const struct proof *proof,
    const struct session_open_request *q, int64_t now,
    struct session_open_reply *r)
{
	struct session_open_ctx c = {
	    .p = p, .proof = proof, .q = q, .now = now, .r = r};
	enum err e;

	*r = (struct session_open_reply){0};
	e = store_write(p->store, now, session_open_step, &c);
	if (e == OK)
		send_news(&c);
	else
		secret_wipe(&r->cookie, sizeof r->cookie);
	user_wipe(&c.told);
	return e;
}

void
session_open_reply_wipe(struct session_open_reply *r)
{
	secret_wipe(r, sizeof *r);
}
