#include "protocol/authorize.h"

#include "base/clock.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/api.h"
#include "domain/audit.h"
#include "domain/document.h"
#include "domain/factor.h"
#include "domain/stranger.h"
#include "jose/totp.h"
#include "protocol/consent.h"
#include "protocol/factor_rule.h"
#include "protocol/webauthn.h"

#include <string.h>

struct authorize_ctx {
	const struct provider *p;
	const struct authorize_request *q;
	const struct session_cookie *cookie;
	const struct authorize_answer *answer;
	int64_t now;
	struct authorize_reply *r;

	bool may_write; /* in a write transaction: the code can be issued */
	uint8_t user_id[USER_ID_LEN]; /* whose session it was before that */
	char granted[SCOPE_CAP];
	struct code code;
	enum reason reason;
};

/* The next thing to ask, or with prompt=none the error that names it. */
static enum err
ask_next(struct authorize_ctx *d, enum authorize_step step, enum err if_none)
{
	d->r->step = step;
	if (d->q->prompt & PROMPT_NONE)
		return refused_as(if_none,
		    step == AUTHORIZE_SIGN_IN && d->q->bad_hint
			? REASON_ID_TOKEN_HINT_INVALID
			: REASON_PROMPT_NONE,
		    &d->reason);
	return OK;
}

/* Whether the sign-in is as recent as the client asks. One from the future was
 * before the clock went back: its age is unknown. */
static bool
is_recent(const struct authorize_ctx *d)
{
	int64_t age_s = d->now - d->r->session.auth_time;

	return age_s <= d->q->max_age && age_s >= -CLOCK_SLACK_S;
}

/* Whether the session is good enough for what the client asks of it. */
static bool
session_suits(const struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	const struct session *s = &d->r->session;

	if (!d->r->signed_in || (q->prompt & PROMPT_LOGIN) || q->bad_hint)
		return false;
	/* 0 asks like prompt=login, however short ago the last sign-in was. */
	if (q->max_age == 0 || (q->max_age > 0 && !is_recent(d)))
		return false;
	if (q->has_hint &&
	    memcmp(q->hint_user_id, s->user_id, USER_ID_LEN) != 0)
		return false;
	return asked_claims_mean(&q->claims, s->user_id);
}

/* Whether the app may have what it asks without asking the person again. */
static bool
consent_suffices(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	bool settled = consent_settled(t, &q->client, d->r->user.user_id,
	    q->consent_scope, q->resources, d->granted, &d->r->remembered);

	if (q->prompt & PROMPT_CONSENT)
		return false;
	/* Another person may have begun it (RFC 8628 5.4). */
	if (q->device != NULL)
		return false;
	/* No one answers for it, so the person decides each time. */
	if (client_is_stranger(&q->client))
		return false;
	/* Another app on the device could pose as this one, and would be let
	 * in unasked (OAuth 2.1 7.3.1). What the administrator trusts is the
	 * app, which this need not be. */
	if (client_is_impersonable(&q->client, q->redirect_uri))
		return false;
	return settled;
}

/* What the app is told: what it asked for, if the sign-in is worth that (Core
 * 5.5.1.1), the best first; else what it is worth. */
static enum err
tell_acr(char acr[static ACR_CAP], const struct authorize_ctx *d)
{
	enum acr had = acr_of(d->r->session.amr);
	const char *cursor = d->q->acr_values;
	char word[ACR_CAP];

	while (words_next(&cursor, word, sizeof word))
		if (acr_find(word) <= had)
			return str_copy(acr, ACR_CAP, word);
	return str_copy(acr, ACR_CAP, acr_word(had));
}

static enum err
allow_device(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	struct session *s = &d->r->session;
	struct device_code device = *q->device;
	char acr[ACR_CAP];
	enum err e = session_use(t, s, d->now);

	memcpy(device.scope, d->granted, sizeof device.scope);
	if (e == OK)
		e = tell_acr(acr, d);
	if (e == OK)
		e = device_code_allow(t, &device, s, acr, d->now, &d->reason);
	if (e == OK)
		audit_write(t, d->now,
		    &(struct audit_line){.event = "device_allowed",
			.user = d->r->user.name,
			.user_id = s->user_id,
			.client_id = q->client.client_id,
			.detail = device.address,
			.address = q->address});
	return e;
}

static enum err
issue_code(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	struct session *s = &d->r->session;
	struct code *c = &d->code;
	enum err e = session_use(t, s, d->now);

	if (e == OK && q->is_pushed)
		e = pushed_spend(t,
		    &(struct pushed_presented){
			q->pushed_id, q->client.client_id, q->pushed_again},
		    d->now, &d->reason);
	if (e != OK)
		return e;

	*c = (struct code){.redirect_uri_given = q->redirect_uri_given,
	    .has_challenge = q->has_challenge,
	    .cnf = q->cnf,
	    .auth_time = s->auth_time};
	memcpy(c->client_id, q->client.client_id, sizeof c->client_id);
	memcpy(c->redirect_uri, q->redirect_uri, sizeof c->redirect_uri);
	memcpy(c->code_challenge, q->code_challenge, PKCE_LEN);
	memcpy(c->user_id, s->user_id, USER_ID_LEN);
	memcpy(c->sid, s->sid, SID_LEN);
	memcpy(c->id_token_claims, q->claims.in_id_token, CLAIM_LIST_CAP);
	memcpy(c->userinfo_claims, q->claims.at_userinfo, CLAIM_LIST_CAP);
	asked_claims_limit(c->id_token_claims, d->granted);
	asked_claims_limit(c->userinfo_claims, d->granted);
	memcpy(c->resources, q->resources, sizeof c->resources);
	memcpy(c->nonce, q->nonce, sizeof c->nonce);
	memcpy(c->amr, s->amr, sizeof c->amr);
	e = scope_intersect(c->scope, q->scope, d->granted);
	if (e == OK)
		e = tell_acr(c->acr, d);
	if (e == OK)
		e = code_issue(t, c, d->now);
	if (e == OK && q->client.source == CLIENT_OF_DOCUMENT)
		e = document_use(t, q->client.client_id,
		    d->now + d->p->conf.refresh_absolute_s);
	return e;
}

static enum err
decide_consent(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	bool suffices = consent_suffices(t, d);
	enum err e = store_failed(t);

	if (e != OK)
		return e;
	d->r->step = AUTHORIZE_CODE;
	if (!suffices && !d->answer->consented) {
		e = apis_titles(t, q->resources, &d->r->apis);
		return e == OK ? ask_next(
				     d, AUTHORIZE_CONSENT, ERR_CONSENT_REQUIRED)
			       : e;
	}
	if (!d->may_write)
		return OK;
	if (!suffices) {
		e = consent_give(t, &q->client, d->r->user.user_id,
		    q->consent_scope, d->answer->ticked, q->resources, d->now,
		    d->granted);
		if (e == ERR_ACCESS_DENIED)
			return refused(REASON_NOTHING_GRANTED, &d->reason);
	}
	if (e != OK)
		return e;
	if (q->device != NULL)
		return allow_device(t, d);
	e = issue_code(t, d);
	return e == OK ? stranger_use(t, &q->client, d->now) : e;
}

/* How long after a sign-in a person may set up a second factor: one who finds
 * an open browser later must not add their own. */
enum { ENROL_FRESH_S = 600 };

/* Whether the person has what NEEDED takes. */
static bool
has_what_it_takes(const struct authorize_ctx *d, enum acr needed)
{
	unsigned factors = d->r->factors;

	return needed == ACR_PHR ? (factors & FACTOR_PASSKEY) != 0
				 : factor_is_second(factors);
}

/* To set up what is NEEDED, who signs in proves all that there is, and does so
 * now. */
static enum err
ask_to_set_up(struct authorize_ctx *d, enum acr needed)
{
	const struct authorize_reply *r = d->r;

	if (factor_is_second(r->factors) && acr_of(r->session.amr) < ACR_TWO)
		return ask_next(d, AUTHORIZE_FACTOR, ERR_LOGIN_REQUIRED);
	if (d->now - r->session.auth_time > ENROL_FRESH_S)
		return ask_next(d, AUTHORIZE_SIGN_IN, ERR_LOGIN_REQUIRED);
	return ask_next(d,
	    needed == ACR_PHR || !totp_available() ? AUTHORIZE_ENROL_PASSKEY
						   : AUTHORIZE_ENROL,
	    ERR_LOGIN_REQUIRED);
}

/* Signed in with less than is NEEDED. */
static enum err
ask_for_more(struct authorize_ctx *d, enum acr needed)
{
	const struct authorize_request *q = d->q;
	bool has = has_what_it_takes(d, needed);
	char rp_id[ISSUER_CAP];

	if (q->acr >= needed && !q->acr_wished &&
	    ((q->prompt & PROMPT_NONE) ||
		(!has && needed == ACR_PHR &&
		    !webauthn_rp_id(rp_id, d->p->conf.issuer))))
		return refused(REASON_ACR_UNMET, &d->reason);
	if (!has)
		return ask_to_set_up(d, needed);
	if (needed == ACR_PHR)
		d->r->factors &= FACTOR_PASSKEY;
	return ask_next(d, AUTHORIZE_FACTOR, ERR_LOGIN_REQUIRED);
}

static bool
rule_wants_factor(const struct authorize_ctx *d)
{
	return d->q->client.require_factor ||
	       factor_rule_for(&d->p->conf, &d->r->user);
}

static enum err
decide_factor(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	enum acr had = acr_of(d->r->session.amr);
	enum acr ruled = rule_wants_factor(d) ? ACR_TWO : ACR_NONE;
	enum acr needed = q->acr > ruled ? q->acr : ruled;
	enum err e;

	if (had >= needed)
		return decide_consent(t, d);
	e = factors_of(t, d->r->user.user_id, &d->r->factors);
	if (e != OK)
		return e;
	/* What is only wished for is asked of those who have it. */
	if (q->acr_wished &&
	    (!has_what_it_takes(d, needed) || (q->prompt & PROMPT_NONE)))
		needed = ruled;
	return had >= needed ? decide_consent(t, d) : ask_for_more(d, needed);
}

/* Whether this person may use the app, and it the APIs that it asks for. */
static bool
admits(struct store_txn *t, struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;
	const struct user *u = &d->r->user;

	d->reason = client_admits(&q->client, u)
			? apis_refusal(t, &q->client, q->resources, u)
			: REASON_USER_NOT_IN_GROUP;
	return d->reason == REASON_NONE && store_failed(t) == OK;
}

/* What the step read when it could not write, and will read again
 * (store_want). */
static void
want_for_code(struct store_txn *t, const struct authorize_ctx *d)
{
	const struct authorize_request *q = d->q;

	if (d->cookie != NULL)
		store_want(t, TABLE_SESSIONS, d->cookie->sid, SID_LEN);
	store_want(t, TABLE_USERS, d->user_id, USER_ID_LEN);
	consent_want(t, d->user_id, q->client.client_id);
	if (q->is_pushed)
		store_want(t, TABLE_PUSHED, q->pushed_id, FAMILY_ID_LEN);
	if (q->device != NULL) {
		store_want(t, TABLE_DEVICE_CODES, q->device->id, FAMILY_ID_LEN);
		audit_want(t);
	}
}

static enum err
decide_authorize_step(struct store_txn *t, void *arg)
{
	struct authorize_ctx *d = arg;
	struct authorize_reply *r = d->r;
	enum err e = ERR_LOGIN_REQUIRED;

	d->reason = REASON_NONE;
	if (d->may_write)
		want_for_code(t, d);
	*r = (struct authorize_reply){0};
	if (d->cookie != NULL)
		e = session_find(t, d->cookie, d->now, &r->session, &r->user);
	if (e != OK && e != ERR_LOGIN_REQUIRED)
		return e;
	r->signed_in = e == OK;
	if (!session_suits(d))
		return ask_next(d, AUTHORIZE_SIGN_IN, ERR_LOGIN_REQUIRED);
	if ((d->q->prompt & PROMPT_SELECT_ACCOUNT) && !d->answer->selected)
		return ask_next(
		    d, AUTHORIZE_SELECT, ERR_ACCOUNT_SELECTION_REQUIRED);
	if (!admits(t, d))
		return store_failed(t) != OK
			   ? store_failed(t)
			   : ask_next(
				 d, AUTHORIZE_NOT_ADMITTED, ERR_ACCESS_DENIED);
	return decide_factor(t, d);
}

enum err
authorize_decide(const struct provider *p, const struct authorize_request *q,
    const struct session_cookie *cookie, const struct authorize_answer *answer,
    int64_t now, struct authorize_reply *r, enum reason *reason)
{
	struct authorize_ctx d = {.p = p,
	    .q = q,
	    .cookie = cookie,
	    .answer = answer,
	    .now = now,
	    .r = r};
	enum err e = store_read(p->store, decide_authorize_step, &d);

	/* Most requests end in a page and write nothing. One that ends in a
	 * code is decided again where it is written: what was true a moment
	 * ago need not be. */
	if (e == OK && r->step == AUTHORIZE_CODE) {
		d.may_write = true;
		memcpy(d.user_id, r->session.user_id, USER_ID_LEN);
		e = store_write(p->store, now, decide_authorize_step, &d);
		if (e == OK && r->step == AUTHORIZE_CODE && q->device == NULL)
			opaque_token_encode(r->code, OPAQUE_TOKEN_CODE,
			    &d.code.token, &p->keyring);
	}
	*reason = d.reason;
	return e;
}

void
authorize_answered(struct authorize_request *q, unsigned answered)
{
	q->prompt &= ~answered;
	if (answered & PROMPT_LOGIN) {
		q->max_age = -1;
		q->bad_hint = false;
	}
}

void
authorize_reply_wipe(struct authorize_reply *r)
{
	secret_wipe(r, sizeof *r);
}
