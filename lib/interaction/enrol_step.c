#include "interaction/enrol_step.h"

#include "base/secret.h"
#include "interaction/enrol.h"
#include "interaction/passkey_form.h"
#include "protocol/account_factors.h"
#include "protocol/account_passkeys.h"

#include <string.h>

/* The person is found again for each page. */
static enum err
find_enrolling(struct interaction *i, struct account *a)
{
	return account_read(
	    i->call->provider, i->cookie, i->call->now, NULL, NULL, a);
}

/* The person, if they proved all there is a moment ago: one who finds an open
 * page later must not add their own. */
static enum err
find_enrolling_now(struct interaction *i, struct account *a)
{
	enum err e = find_enrolling(i, a);

	return e == OK && !account_is_fresh(a) ? ERR_LOGIN_REQUIRED : e;
}

static void
put_enrol_step(struct interaction *i, struct json_build *b)
{
	struct account a;

	if (find_enrolling(i, &a) == OK) {
		enrol_put(i, b, &a.user, i->shown);
		passkey_put_new(i, b, &a.user, a.session.sid);
	} else {
		b->failed = true;
	}
	json_put_bool(b, "can_skip", false);
	account_wipe(&a);
}

/* The same again: the sentence KEY says why. */
static void
enrol_ask_again(
    struct interaction *i, const struct form *posted, const char *key)
{
	i->shown = posted;
	i->alert = message_text(i->call->page.catalogue, key);
	interaction_show(i, &enrol_step);
}

/* With codes that are shown once. One who has a second factor by now needs no
 * other. */
static void
enrol_first(struct interaction *i, const struct account *person,
    const uint8_t secret[static TOTP_SECRET_LEN], uint64_t step)
{
	char codes[RECOVERY_CODES][RECOVERY_CODE_CAP];
	struct call *c = i->call;
	struct factor made = {0};
	struct account a;
	struct account_app_adding q = {.p = c->provider,
	    .secret = secret,
	    .step = step,
	    .codes = &made,
	    .only_first = true,
	    .from = c->request.address};
	enum err e;

	memcpy(made.user_id, person->user.user_id, USER_ID_LEN);
	factor_make_recovery(&made, codes, &c->provider->keyring, c->now);
	e = account_write(
	    c->provider, i->cookie, c->now, account_add_app, &q, &a);
	i->shown = codes;
	if (e != OK && e != ERR_LOGIN_REQUIRED)
		i->flow->refuse(i, e, REASON_NONE);
	else if (e != OK || q.has_one || q.has_codes)
		interaction_again(i);
	else
		interaction_show(i, &enrol_codes_step);
	i->shown = NULL;
	account_wipe(&a);
	factor_wipe(&made);
	secret_wipe(codes, sizeof codes);
}

static void
confirm_enrolment(struct interaction *i, const struct form *posted)
{
	uint8_t secret[TOTP_SECRET_LEN];
	struct account a;
	uint64_t step;
	enum err e = find_enrolling_now(i, &a);

	if (e == OK)
		e = enrol_check(i, &a.user, posted, secret, &step);
	if (e == OK)
		enrol_first(i, &a, secret, step);
	else if (e == ERR_LOGIN_REQUIRED)
		interaction_again(i);
	else if (e == ERR_ACCESS_DENIED)
		enrol_ask_again(i, posted, "enrol.wrong");
	else if (e == ERR_FORBIDDEN)
		enrol_ask_again(i, posted, "enrol.late");
	else
		i->flow->refuse(i, e, REASON_NONE);
	account_wipe(&a);
	secret_wipe(secret, sizeof secret);
}

/* --- a passkey -------------------------------------------------------------*/

/* What the browser made, for the person of A. */
static enum err
add_enrolled(struct interaction *i, const struct form *posted,
    const struct account *a, enum reason *reason)
{
	struct call *c = i->call;
	const struct challenge_bearer bearer =
	    passkey_bearer(i, CHALLENGE_ADD, a->session.sid);
	struct passkey_posted p;
	struct passkey_new n;
	struct account_passkey_change change = {
	    .n = &n, .address = c->request.address};
	struct account again;
	enum err e;

	passkey_read(&p, posted);
	e = passkey_check_new(
	    c->provider, &bearer, &p.offer, c->now, &n, reason);
	if (e != OK)
		return e;
	e = account_write(c->provider, i->cookie, c->now, account_passkey_add,
	    &change, &again);
	*reason = change.reason;
	account_wipe(&again);
	return e;
}

static void
enrol_passkey(
    struct interaction *i, const struct form *posted, const struct step *step)
{
	struct call *c = i->call;
	enum reason reason = REASON_NONE;
	struct account a;
	enum err e = find_enrolling_now(i, &a);

	if (e == OK)
		e = add_enrolled(i, posted, &a, &reason);
	account_wipe(&a);
	if (e == OK || e == ERR_LOGIN_REQUIRED) {
		interaction_again(i);
	} else if (e == ERR_ACCESS_DENIED) {
		call_log_refusal(c, e, reason, interaction_client_id(i));
		c->response.status = 403;
		i->alert = passkey_alert(i, e, reason);
		interaction_show(i, step);
	} else {
		i->flow->refuse(i, e, reason);
	}
}

static void
enrol_either(struct interaction *i, const struct form *posted)
{
	enrol_passkey(i, posted, &enrol_step);
}

static void
enrol_passkey_alone(struct interaction *i, const struct form *posted)
{
	enrol_passkey(i, posted, &enrol_passkey_step);
}

static void
put_enrol_passkey(struct interaction *i, struct json_build *b)
{
	struct account a;

	if (find_enrolling(i, &a) == OK)
		passkey_put_new(i, b, &a.user, a.session.sid);
	else
		b->failed = true;
	json_put_bool(
	    b, "tell_second", a.user.has_password && !a.has_second_factor);
	account_wipe(&a);
}

const struct step enrol_step = {
    .purpose = "enrolment for an app",
    .template = "enrol.html",
    .page = put_enrol_step,
    .buttons = {{"confirm", confirm_enrolment}, {"passkey", enrol_either},
	{"cancel", interaction_decline}},
};

const struct step enrol_passkey_step = {
    .purpose = "passkey for an app",
    .template = "enrol_passkey.html",
    .page = put_enrol_passkey,
    .buttons = {{"passkey", enrol_passkey_alone},
	{"cancel", interaction_decline}},
};

static void
put_enrol_codes(struct interaction *i, struct json_build *b)
{
	struct account a;

	if (find_enrolling(i, &a) != OK)
		b->failed = true;
	json_put_str(b, "name", a.user.name);
	account_wipe(&a);
	enrol_put_codes(i, b, i->shown);
}

static void
end_enrolment(struct interaction *i, const struct form *posted)
{
	(void)posted;
	interaction_again(i);
}

const struct step enrol_codes_step = {
    .purpose = "recovery codes for an app",
    .template = "recovery_codes.html",
    .page = put_enrol_codes,
    .buttons = {{"done", end_enrolment}},
};
