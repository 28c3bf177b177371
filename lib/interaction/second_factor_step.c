#include "interaction/second_factor_step.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/acr.h"
#include "domain/factor.h"
#include "interaction/passkey_form.h"
#include "interaction/sign_in_step.h"
#include "protocol/account.h"
#include "protocol/authenticate.h"
#include "protocol/second_factor.h"
#include "web/reader.h"

#include <string.h>

enum { ALERT_CAP = 256 };

static void
put_factors(struct interaction *i, struct json_build *b)
{
	const unsigned kinds = i->proof.factors;
	bool asks = (kinds & FACTOR_PASSKEY) != 0 &&
		    !passkey_was_used(&i->proof.passkey);

	json_put_bool(b, "totp", (kinds & FACTOR_TOTP) != 0);
	json_put_bool(b, "recovery", (kinds & FACTOR_RECOVERY) != 0);
	json_put_bool(
	    b, "code", (kinds & (FACTOR_TOTP | FACTOR_RECOVERY)) != 0);
	json_put_str(b, "name", i->proof.typed);
	passkey_put_none(b);
	asks = asks &&
	       passkey_put_ask(i, b,
		   &(struct passkey_ask){.purpose = CHALLENGE_SECOND_FACTOR,
		       .of = i->proof.user_id,
		       .user_id = i->proof.user_id});
	json_put_bool(b, "passkey_first", asks && (kinds & FACTOR_TOTP) == 0);
}

/* What the page says after R, which is about a code. */
static void
alert_of_code(char text[static ALERT_CAP], const struct interaction *i,
    const struct session_open_reply *r)
{
	const struct catalogue *c = i->call->page.catalogue;
	const char *said;
	struct buf b;

	buf_init(&b, text, ALERT_CAP);
	if (r->reason == REASON_FACTOR_WAIT) {
		message_put_count(&b, c, "login.wait", r->factor.wait_s);
		return;
	}
	said = page_reason(&i->call->page,
	    r->factor.closed ? REASON_FACTOR_CLOSED : r->reason, NULL);
	buf_puts(&b, said != NULL ? said : "");
}

/* Asks again after E. */
static void
second_factor_failed(
    struct interaction *i, enum err e, const struct session_open_reply *r)
{
	struct call *c = i->call;
	char text[ALERT_CAP] = "";

	call_about_user(c, r->user);
	c->about.cause = SIGN_IN_FACTOR;
	call_log_refusal(c, e, r->reason, interaction_client_id(i));
	c->response.status = e == ERR_ACCESS_DENIED ? 403 : err_status(e);
	c->late = true;
	alert_of_code(text, i, r);
	i->alert = text;
	interaction_show(i, &second_factor_step);
	i->alert = "";
}

static void
ask_for_factor(struct interaction *i, unsigned kinds)
{
	i->proof.factors = kinds;
	interaction_show(i, &second_factor_step);
}

/* Whether the form came twice, by two presses or by Back, and the first one
 * did it: this browser has a session of the person that is younger than what
 * was proven, or that has the factor which this was to add. */
static bool
is_done_already(struct interaction *i)
{
	const struct proof *p = &i->proof;
	int64_t began = p->expires_at - PROOF_LIFETIME_S;
	struct account a;
	bool done = account_read(i->call->provider, i->cookie, i->call->now,
			NULL, NULL, &a) == OK &&
		    memcmp(a.user.user_id, p->user_id, USER_ID_LEN) == 0 &&
		    acr_of(a.session.amr) >= ACR_TWO &&
		    (p->auth_time != 0 ||
			(p->expires_at != 0 && a.session.auth_time >= began));

	account_wipe(&a);
	return done;
}

/* A code that is right opens nothing twice: where the first press did it, the
 * second one goes where that led. */
static void
refuse_factor(
    struct interaction *i, enum err e, const struct session_open_reply *r)
{
	if (!is_done_already(i))
		second_factor_failed(i, e, r);
	else if (i->proof.auth_time != 0)
		interaction_again(i);
	else
		i->flow->signed_in(i);
}

static void
open_session(struct interaction *i, const struct factor_try *code)
{
	struct session_open_reply r;
	enum err e = sign_in_open(i, code, &r);

	if (e == OK)
		i->flow->signed_in(i);
	else if (r.reason == REASON_FACTOR_REQUIRED)
		ask_for_factor(i, r.factors);
	else if (r.reason == REASON_PASSKEY_REUSED ||
		 r.reason == REASON_PASSKEY_UNKNOWN)
		sign_in_passkey_failed(i, e, r.reason);
	else if (r.reason != REASON_NONE)
		refuse_factor(i, e, &r);
	else
		sign_in_refuse(i, e);
	session_open_reply_wipe(&r);
}

void
sign_in_continue(struct interaction *i)
{
	/* Who it is has been proven: the pages that follow are theirs. */
	if (i->proven)
		reader_from_account(&i->call->page, i->proof.language);
	if (!i->proven)
		sign_in_proof_lost(i);
	else if (!factor_is_second(i->proof.factors) ||
		 acr_of(i->proof.amr) >= ACR_TWO)
		open_session(i, NULL);
	/* A code is asked for sooner than a password: it is typed faster. */
	else if (words_has(i->proof.amr, "pop") &&
		 (i->proof.factors & FACTOR_TOTP) == 0)
		sign_in_ask_password(i);
	else
		ask_for_factor(i, i->proof.factors);
}

static void
check_code(struct interaction *i, const struct form *posted)
{
	const char *typed = form_get(posted, "code");
	struct call *c = i->call;
	struct factor_try try;
	enum err e;

	if (!i->proven) {
		sign_in_proof_lost(i);
		return;
	}
	if (typed == NULL || typed[strspn(typed, " ")] == '\0') {
		i->alert = message_text(c->page.catalogue, "second.missing");
		interaction_show(i, &second_factor_step);
		return;
	}
	e = second_factor_try(c->provider, &i->proof, typed, c->now, &try);
	if (e == OK)
		open_session(i, &try);
	else
		sign_in_refuse(i, e);
	secret_wipe(&try, sizeof try);
}

/* After a password. */
static void
check_second_passkey(struct interaction *i, const struct form *posted)
{
	struct call *c = i->call;
	struct challenge_bearer bearer;
	struct session_open_reply r = {.reason = REASON_NONE};
	struct passkey_posted p;
	enum err e;

	if (!i->proven) {
		sign_in_proof_lost(i);
		return;
	}
	bearer = passkey_bearer(i, CHALLENGE_SECOND_FACTOR, i->proof.user_id);
	passkey_read(&p, posted);
	e = authenticate_passkey(
	    c->provider, &bearer, &p.answer, c->now, &i->proof, &r.reason);
	if (e == OK)
		open_session(i, NULL);
	else if (r.reason != REASON_NONE)
		second_factor_failed(i, e, &r);
	else
		sign_in_refuse(i, e);
}

static void
start_again(struct interaction *i, const struct form *posted)
{
	(void)posted;
	sign_in_ask(i, "", "");
}

const struct step second_factor_step = {
    .purpose = "second factor",
    .before_session = true,
    .template = "second.html",
    .page = put_factors,
    .buttons = {{"code", check_code}, {"passkey", check_second_passkey},
	{"switch", start_again}, {"cancel", interaction_decline}},
};

void
second_factor_ask(struct interaction *i, const struct authorize_reply *r)
{
	i->proven = proof_of_session(&i->proof, &r->session, &r->user) == OK;
	i->proof.factors = r->factors;
	interaction_show(i, &second_factor_step);
}
