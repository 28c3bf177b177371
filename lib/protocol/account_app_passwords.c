#include "protocol/account_app_passwords.h"

#include "base/str.h"
#include "domain/site.h"

#include <string.h>

enum { TWICE_S = 15 };

struct site_look {
	struct store_txn *t;
	const struct account *account;
	struct account_app_passwords *found;
	enum err e;
};

static bool
collect_app_password(void *arg, const void *record)
{
	struct account_app_passwords *f = arg;

	if (f->count == ACCOUNT_APP_PASSWORDS_MAX)
		return false;
	f->list[f->count++] = *(const struct app_password *)record;
	return true;
}

static bool
takes_app_passwords(const struct site *s)
{
	for (size_t i = 0; i < s->rules.count; i++)
		if (s->rules.entry[i].app_password)
			return true;
	return false;
}

static bool
collect_site(void *arg, const void *record)
{
	const struct site *s = record;
	struct site_look *l = arg;
	struct account_app_passwords *f = l->found;
	struct client c;

	if (f->sites == ACCOUNT_SITES_MAX || !takes_app_passwords(s))
		return f->sites < ACCOUNT_SITES_MAX;
	l->e = client_get(l->t, s->origin, &c);
	if (l->e == OK && client_admits(&c, &l->account->user)) {
		str_cut(f->site[f->sites].origin, CLIENT_ID_CAP, s->origin);
		str_cut(f->site[f->sites].name, CLIENT_NAME_CAP, c.name);
		f->sites++;
	}
	return l->e == OK;
}

static void
look_at_password_sites(struct store_txn *t, const struct account *a,
    struct account_app_passwords *f)
{
	struct site_look l = {.t = t, .account = a, .found = f};

	f->sites = 0;
	site_each(t, collect_site, &l);
	if (l.e != OK)
		store_fail(t, l.e == ERR_NOT_FOUND ? ERR_CORRUPT : l.e);
}

enum err
account_look_at_app_passwords(struct store_txn *t, struct account *a, void *arg)
{
	struct account_app_passwords *f = arg;

	f->count = 0;
	app_password_each(t, a->user.user_id, collect_app_password, f);
	look_at_password_sites(t, a, f);
	return store_failed(t);
}

/* --- made ------------------------------------------------------------------*/

struct app_password_rivals {
	const struct app_password *wanted;
	int64_t now;
	size_t count;
	bool is_twice;
	uint8_t twice[APP_PASSWORD_ID_LEN];
};

static bool
find_rival(void *arg, const void *record)
{
	struct app_password_rivals *r = arg;
	const struct app_password *a = record;

	r->count++;
	if (r->now - a->created_at < TWICE_S && r->now >= a->created_at &&
	    str_equal(a->origin, r->wanted->origin) &&
	    str_equal(a->name, r->wanted->name)) {
		r->is_twice = true;
		memcpy(r->twice, a->id, APP_PASSWORD_ID_LEN);
	}
	return true;
}

/* Whether ORIGIN is a site that the person may have one for. */
static bool
may_have_one(struct store_txn *t, const struct account *a, const char *origin)
{
	struct site s;
	struct client c;

	site_clear(&s);
	return site_get(t, origin, &s) == OK && takes_app_passwords(&s) &&
	       client_get(t, origin, &c) == OK && client_admits(&c, &a->user);
}

enum err
account_make_app_password(struct store_txn *t, struct account *a, void *arg)
{
	struct app_password_making *m = arg;
	struct app_password_rivals r = {.wanted = &m->password, .now = a->now};
	enum err e;

	m->flaw = APP_PASSWORD_FINE;
	if (!may_have_one(t, a, m->password.origin)) {
		m->flaw = APP_PASSWORD_SITE;
		return store_failed(t);
	}
	app_password_each(t, a->user.user_id, find_rival, &r);
	if (r.is_twice) {
		app_password_del(t, r.twice);
	} else if (r.count >= ACCOUNT_APP_PASSWORDS_MAX) {
		m->flaw = APP_PASSWORD_MANY;
		return store_failed(t);
	}
	memcpy(m->password.user_id, a->user.user_id, USER_ID_LEN);
	m->password.created_at = a->now;
	e = app_password_put(t, &m->password);
	if (e == OK)
		account_audit(t, a, "app_password_added", m->password.origin,
		    m->password.name, m->from);
	return e;
}

enum err
account_remove_app_password(struct store_txn *t, struct account *a, void *arg)
{
	const struct app_password_removal *r = arg;
	struct app_password p;
	enum err e = app_password_get(t, r->id, &p);

	if (e == ERR_NOT_FOUND ||
	    (e == OK && memcmp(p.user_id, a->user.user_id, USER_ID_LEN) != 0))
		return OK;
	if (e != OK)
		return e;
	app_password_del(t, r->id);
	account_audit(t, a, "app_password_deleted", p.origin, p.name, r->from);
	return store_failed(t);
}
