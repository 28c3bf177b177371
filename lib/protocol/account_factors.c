#include "protocol/account_factors.h"

#include "base/str.h"
#include "domain/audit.h"
#include "protocol/factor_rule.h"

#include <string.h>

static void
note_factor(struct store_txn *t, const struct account *a, bool added,
    const char *detail, const char *from)
{
	audit_write(t, a->now,
	    &(struct audit_line){
		.event = added ? "factor_added" : "factor_removed",
		.user = a->user.name,
		.user_id = a->user.user_id,
		.address = from,
		.detail = detail});
}

enum err
account_look_at_factors(struct store_txn *t, struct account *a, void *arg)
{
	struct account_factors *f = arg;
	enum err e = factor_get(t, a->user.user_id, &f->factor);

	if (e == OK)
		e = factors_of(t, a->user.user_id, &f->kinds);
	f->required = factor_rule_for(&f->p->conf, &a->user);
	return e;
}

enum err
account_raise_session(struct store_txn *t, struct account *a, const char *word)
{
	char *amr = a->session.amr;
	enum err e = words_add(amr, AMR_CAP, word);

	if (e == OK && words_count(amr) > 1)
		e = words_add(amr, AMR_CAP, "mfa");
	return e == OK ? session_put(t, &a->session) : e;
}

static void
take_codes(struct factor *f, const struct factor *made)
{
	memcpy(f->recovery, made->recovery, sizeof f->recovery);
	f->recovery_len = made->recovery_len;
	f->recovery_since = made->recovery_since;
}

/* Whether the form came twice: F has this very app, and codes that went with it
 * and that no one may have seen. */
static bool
came_twice(const struct factor *f, const struct account_app_adding *q)
{
	uint8_t secret[TOTP_SECRET_LEN];
	bool same = f->has_totp && f->totp_step == q->step &&
		    f->recovery_since == f->totp_since &&
		    factor_open_totp(secret, f, &q->p->keyring) == OK &&
		    secret_equal(secret, q->secret, sizeof secret);

	secret_wipe(secret, sizeof secret);
	return same;
}

enum err
account_add_app(struct store_txn *t, struct account *a, void *arg)
{
	struct account_app_adding *q = arg;
	struct factor f;
	bool again;
	enum err e = factor_get(t, a->user.user_id, &f);

	/* They were made for the person who was signed in a moment ago. */
	if (e == OK && memcmp(q->codes->user_id, f.user_id, USER_ID_LEN) != 0)
		e = ERR_LOGIN_REQUIRED;
	if (e != OK)
		return e;
	again = came_twice(&f, q);
	q->has_one = q->only_first && a->has_second_factor && !again;
	if (q->has_one)
		return OK;
	factor_set_totp(&f, q->secret, q->step, &q->p->keyring, a->now);
	q->has_codes = f.recovery_len > 0 && !again;
	if (!q->has_codes)
		take_codes(&f, q->codes);
	e = factor_put(t, &f);
	factor_wipe(&f);
	if (e == OK)
		e = account_raise_session(t, a, "otp");
	if (!again)
		note_factor(t, a, true, "authenticator app", q->from);
	return e;
}

enum err
account_add_codes(struct store_txn *t, struct account *a, void *arg)
{
	const struct account_codes_adding *q = arg;
	struct factor f;
	enum err e = factor_get(t, a->user.user_id, &f);

	/* They were made for the person who was signed in a moment ago. */
	if (e == OK && memcmp(q->made->user_id, f.user_id, USER_ID_LEN) != 0)
		e = ERR_LOGIN_REQUIRED;
	if (e != OK)
		return e;
	take_codes(&f, q->made);
	e = factor_put(t, &f);
	factor_wipe(&f);
	note_factor(t, a, true, "recovery codes", q->from);
	return e;
}

/* What is left of KINDS without KIND. */
static bool
is_last(unsigned kinds, unsigned kind)
{
	return factor_is_second(kinds) && !factor_is_second(kinds & ~kind);
}

enum err
account_remove_factor(struct store_txn *t, struct account *a, void *arg)
{
	struct account_factor_removing *q = arg;
	struct factor f;
	unsigned kinds;
	enum err e = factor_get(t, a->user.user_id, &f);

	if (e == OK)
		e = factors_of(t, a->user.user_id, &kinds);
	if (e != OK)
		return e;
	q->is_required =
	    is_last(kinds, q->kind) && factor_rule_for(&q->p->conf, &a->user);
	if (q->is_required)
		return OK;
	if (q->kind == FACTOR_TOTP)
		factor_clear_totp(&f);
	if (q->kind == FACTOR_RECOVERY || is_last(kinds, q->kind))
		factor_clear_recovery(&f);
	e = factor_put(t, &f);
	factor_wipe(&f);
	note_factor(t, a, false,
	    q->kind == FACTOR_TOTP ? "authenticator app" : "recovery codes",
	    q->from);
	return e;
}
