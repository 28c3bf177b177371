#include "interaction/account_factors.h"

#include "base/buf.h"
#include "base/str.h"
#include "interaction/enrol.h"
#include "interaction/own_parts.h"
#include "interaction/passkey_form.h"
#include "protocol/account_factors.h"
#include "web/date.h"

#include <string.h>

#define FACTORS_PATH "/account/factors"

struct factors_data {
	struct account_factors has;
	const struct form *posted; /* the form of the page before */
	char codes[RECOVERY_CODES][RECOVERY_CODE_CAP];
	unsigned removing;
};

static const struct step factors_step, enrol_step, codes_step, remove_step;

static struct factors_data *
factors_data(const struct interaction *i)
{
	return own_state(i)->data;
}

/* --- what there is ---------------------------------------------------------
 */

static void
put_codes_left(struct interaction *i, struct json_build *b, const char *name,
    const char *key, unsigned count)
{
	char text[256];
	struct buf t;

	buf_init(&t, text, sizeof text);
	message_put_count(&t, i->call->page.catalogue, key, count);
	json_put_str(b, name, text);
}

static void
put_own_factors(struct interaction *i, struct json_build *b)
{
	const struct account_factors *has = &factors_data(i)->has;
	unsigned left = factor_codes_left(&has->factor);

	json_put_bool(b, "totp", has->factor.has_totp);
	date_put_day_of(
	    b, "totp_since", has->factor.totp_since, &i->call->page);
	json_put_bool(b, "closed", factor_is_closed(&has->factor));
	date_put(b, "closed_at", has->factor.totp_closed_at, &i->call->page);
	json_put_bool(b, "recovery", left > 0);
	json_put_bool(b, "second", factor_is_second(has->kinds));
	json_put_bool(b, "few",
	    factor_is_second(has->kinds) && left <= RECOVERY_CODES_FEW);
	if (left > 0)
		put_codes_left(i, b, "left", "factors.left", left);
	else
		json_put_str(b, "left",
		    message_text(i->call->page.catalogue, "factors.none"));
	json_put_bool(b, "required", has->required);
}

/* --- recovery codes --------------------------------------------------------
 */

static void
put_codes(struct interaction *i, struct json_build *b)
{
	enrol_put_codes(i, b, factors_data(i)->codes);
}

/* New ones in place of those before, shown once. */
static void
give_codes(struct interaction *i)
{
	struct own_state *s = own_state(i);
	struct factors_data *d = factors_data(i);
	struct call *c = i->call;
	struct factor made = {0};
	struct account_codes_adding q = {
	    .made = &made, .from = c->request.address};
	enum err e;

	memcpy(made.user_id, s->account.user.user_id, USER_ID_LEN);
	factor_make_recovery(&made, d->codes, &c->provider->keyring, c->now);
	e = account_write(
	    c->provider, i->cookie, c->now, account_add_codes, &q, &s->account);
	factor_wipe(&made);
	if (e == OK)
		interaction_show(i, &codes_step);
	else
		own_page_refuse(i, e, REASON_NONE);
}

static void
make_codes(struct interaction *i, const struct form *posted)
{
	(void)posted;
	/* They stand in for another factor. */
	if (factor_is_second(factors_data(i)->has.kinds))
		give_codes(i);
	else
		own_page_done(i, FACTORS_PATH, NULL);
}

static void
end_codes(struct interaction *i, const struct form *posted)
{
	(void)posted;
	own_page_done(i, FACTORS_PATH, NULL);
}

static const struct step codes_step = {
    .purpose = "recovery codes",
    .template = "recovery_codes.html",
    .page = put_codes,
    .buttons = {{"done", end_codes}},
};

/* --- an app is set up ------------------------------------------------------
 */

static void
put_enrolment(struct interaction *i, struct json_build *b)
{
	enrol_put(i, b, &own_state(i)->account.user, factors_data(i)->posted);
	json_put_bool(b, "can_skip", true);
	passkey_put_none(b);
}

static void
set_up_authenticator(struct interaction *i, const struct form *posted)
{
	(void)posted;
	interaction_show(i, &enrol_step);
}

static void
add_authenticator(struct interaction *i, const uint8_t *secret, uint64_t step)
{
	struct own_state *s = own_state(i);
	struct call *c = i->call;
	struct factor made = {0};
	struct account_app_adding q = {.p = c->provider,
	    .secret = secret,
	    .step = step,
	    .codes = &made,
	    .from = c->request.address};
	enum err e;

	memcpy(made.user_id, s->account.user.user_id, USER_ID_LEN);
	factor_make_recovery(
	    &made, factors_data(i)->codes, &c->provider->keyring, c->now);
	e = account_write(
	    c->provider, i->cookie, c->now, account_add_app, &q, &s->account);
	factor_wipe(&made);
	if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	else if (q.has_codes)
		own_page_done(i, FACTORS_PATH, "done.factor_added");
	else
		interaction_show(i, &codes_step);
}

static void
confirm_app(struct interaction *i, const struct form *posted)
{
	uint8_t secret[TOTP_SECRET_LEN];
	uint64_t step;
	enum err e =
	    enrol_check(i, &own_state(i)->account.user, posted, secret, &step);

	factors_data(i)->posted = posted;
	if (e == OK)
		add_authenticator(i, secret, step);
	else if (e == ERR_ACCESS_DENIED)
		own_ask_again(i, &enrol_step, "enrol.wrong");
	else if (e == ERR_FORBIDDEN)
		own_ask_again(i, &enrol_step, "enrol.late");
	else
		own_page_refuse(i, e, REASON_NONE);
	secret_wipe(secret, sizeof secret);
}

static void
go_back(struct interaction *i, const struct form *posted)
{
	(void)posted;
	own_page_done(i, FACTORS_PATH, NULL);
}

static const struct step enrol_step = {
    .purpose = "enrolment",
    .fresh = true,
    .template = "enrol.html",
    .page = put_enrolment,
    .buttons = {{"confirm", confirm_app}, {"skip", go_back}},
};

/* --- one is removed --------------------------------------------------------
 */

static void
put_removal(struct interaction *i, struct json_build *b)
{
	const struct factors_data *d = factors_data(i);
	bool app = d->removing == FACTOR_TOTP;

	json_put_bool(b, "app", app);
	json_put_bool(b, "last", app && !(d->has.kinds & FACTOR_PASSKEY));
	json_put_str(b, "kind", app ? "totp" : "recovery");
}

static unsigned
kind_of(const struct form *posted)
{
	const char *kind = form_get(posted, "kind");

	return kind != NULL && str_equal(kind, "recovery") ? FACTOR_RECOVERY
							   : FACTOR_TOTP;
}

static void
ask_factor_removal(struct interaction *i, unsigned kind)
{
	factors_data(i)->removing = kind;
	interaction_show(i, &remove_step);
}

static void
ask_to_remove_app(struct interaction *i, const struct form *posted)
{
	(void)posted;
	ask_factor_removal(i, FACTOR_TOTP);
}

static void
ask_to_remove_codes(struct interaction *i, const struct form *posted)
{
	(void)posted;
	ask_factor_removal(i, FACTOR_RECOVERY);
}

static void
remove_factor(struct interaction *i, const struct form *posted)
{
	struct own_state *s = own_state(i);
	struct call *c = i->call;
	struct account_factor_removing q = {.p = c->provider,
	    .kind = kind_of(posted),
	    .from = c->request.address};
	enum err e = account_write(c->provider, i->cookie, c->now,
	    account_remove_factor, &q, &s->account);

	if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	else if (q.is_required)
		own_ask_again(i, &factors_step, "factors.is_required");
	else
		own_page_done(i, FACTORS_PATH, "done.factor_removed");
}

static const struct step remove_step = {
    .purpose = "factor removal",
    .fresh = true,
    .template = "factor_remove.html",
    .page = put_removal,
    .buttons = {{"remove", remove_factor}, {"keep", go_back}},
};

/* --- the page --------------------------------------------------------------
 */

static void
ask_factors(struct interaction *i, void *data)
{
	struct factors_data *d = data;

	d->has.p = i->call->provider;
}

static const struct step factors_step = {
    .purpose = "factors",
    .fresh = true,
    .template = "factors.html",
    .page = put_own_factors,
    .buttons = {{"set_up", set_up_authenticator}, {"codes", make_codes},
	{"remove_app", ask_to_remove_app},
	{"remove_codes", ask_to_remove_codes}},
};

const struct own_page factors_page = {
    .path = FACTORS_PATH,
    .steps = {&factors_step, &enrol_step, &codes_step, &remove_step},
    .link = "factors.title",
    .data_size = sizeof(struct factors_data),
    .ask = ask_factors,
    .look = account_look_at_factors,
};
