#include "protocol/account.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/acr.h"
#include "domain/audit.h"
#include "domain/factor.h"

#include <string.h>

struct account_ctx {
	const struct conf *conf;
	const struct session_cookie *cookie;
	int64_t now;
	account_step *step;
	void *arg;
	struct account *a;
};

static enum err
find_second_factor(struct store_txn *t, struct account *a)
{
	unsigned kinds;
	enum err e = factors_of(t, a->user.user_id, &kinds);

	a->has_second_factor = e == OK && factor_is_second(kinds);
	return e;
}

static enum err
find_account_step(struct store_txn *t, void *arg)
{
	struct account_ctx *d = arg;
	struct account *a = d->a;
	enum err e;

	*a = (struct account){.conf = d->conf, .now = d->now};
	e = session_find(t, d->cookie, d->now, &a->session, &a->user);
	if (e == OK) {
		user_hold(t, a->user.user_id);
		e = find_second_factor(t, a);
	}
	if (e == OK && d->step != NULL)
		e = d->step(t, a, d->arg);
	return e;
}

static enum err
run_account(const struct provider *p, struct account_ctx *d, bool writes)
{
	d->conf = &p->conf;
	*d->a = (struct account){0};
	if (d->cookie == NULL)
		return ERR_LOGIN_REQUIRED;
	return writes ? store_write(p->store, d->now, find_account_step, d)
		      : store_read(p->store, find_account_step, d);
}

enum err
account_read(const struct provider *p, const struct session_cookie *cookie,
    int64_t now, account_step *step, void *arg, struct account *a)
{
	struct account_ctx d = {
	    .cookie = cookie, .now = now, .step = step, .arg = arg, .a = a};

	return run_account(p, &d, false);
}

enum err
account_write(const struct provider *p, const struct session_cookie *cookie,
    int64_t now, account_step *step, void *arg, struct account *a)
{
	struct account_ctx d = {
	    .cookie = cookie, .now = now, .step = step, .arg = arg, .a = a};

	return run_account(p, &d, true);
}

bool
account_is_fresh(const struct account *a)
{
	int64_t age_s = a->now - a->session.auth_time;

	return age_s < ACCOUNT_FRESH_S && age_s > -CLOCK_SLACK_S &&
	       (!a->has_second_factor || acr_of(a->session.amr) >= ACR_TWO);
}

void
account_audit(struct store_txn *t, const struct account *a, const char *event,
    const char *client_id, const char *detail, const char *from)
{
	audit_write(t, a->now,
	    &(struct audit_line){.event = event,
		.user = a->user.name,
		.user_id = a->user.user_id,
		.client_id = client_id,
		.detail = detail,
		.address = from});
}

enum err
account_take_text(char *text, size_t cap, const char *typed)
{
	size_t len;

	typed += strspn(typed, " ");
	for (len = strlen(typed); len > 0 && typed[len - 1] == ' ';)
		len--;
	if (!str_is_utf8(typed, len) || str_has_control(typed))
		return ERR_SYNTAX;
	return str_copy_n(text, cap, typed, len);
}

void
account_wipe(struct account *a)
{
	secret_wipe(a, sizeof *a);
}
