#include "why.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/factor.h"
#include "domain/logout_queue.h"
#include "domain/throttle.h"
#include "domain/tries.h"
#include "protocol/factor_rule.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { WHAT_CAP = 2048, ADDRESSES_MAX = 8, APPS_MAX = 20 };

struct look {
	struct why *w;
	const struct keyring *k;
	struct user user;
	struct client *client; /* large */
	size_t apps;
};

static enum err
add_state(struct why *w, const char *what, const char *remedy)
{
	return json_array_append_new(w->state,
		   json_pack("{s:s, s:s}", "what", what, "remedy", remedy)) == 0
		   ? OK
		   : ERR_NO_MEMORY;
}

/* --- a person --------------------------------------------------------------*/

/* What to do when they are lost, above all. */
static enum err
tell_factors(struct why *w, const struct user *u, unsigned kinds)
{
	char what[128], remedy[2 * USER_NAME_CAP + 128];
	struct buf b;

	if (!factor_is_second(kinds))
		return OK;
	buf_init(&b, what, sizeof what);
	buf_printf(&b, "%s: %s%s%s%s",
	    u->has_password ? "has as a second factor" : "signs in with",
	    kinds & FACTOR_TOTP ? "an authenticator app" : "",
	    kinds & FACTOR_TOTP && kinds & FACTOR_PASSKEY ? ", " : "",
	    kinds & FACTOR_PASSKEY ? "passkeys" : "",
	    kinds & FACTOR_RECOVERY ? ", recovery codes" : "");
	buf_init(&b, remedy, sizeof remedy);
	buf_printf(&b,
	    "if they are lost: latchkey user reset %s --factors, and send them "
	    "the link; latchkey user factors %s lists them",
	    u->name, u->name);
	return add_state(w, what, remedy);
}

static enum err
tell_ways_in(struct why *w, const struct user *u, unsigned kinds, bool closed)
{
	char remedy[USER_NAME_CAP + 64];
	struct buf b;
	enum err e = OK;

	buf_init(&b, remedy, sizeof remedy);
	buf_printf(&b, "latchkey user unlock %s", u->name);
	if (u->locked)
		e = add_state(w, "is locked, and cannot sign in", remedy);
	buf_init(&b, remedy, sizeof remedy);
	buf_printf(
	    &b, "latchkey user reset %s, and send them the link", u->name);
	if (e == OK && !u->has_password && !(kinds & FACTOR_PASSKEY))
		e = add_state(w,
		    "has no password and no passkey, and cannot sign in",
		    remedy);
	else if (e == OK && !u->has_password)
		e = add_state(
		    w, "has no password: a passkey alone signs in", "");
	if (e == OK && closed)
		e = add_state(w,
		    "typed too many wrong codes: those of the authenticator "
		    "app are refused until a recovery code or a passkey is "
		    "used",
		    "latchkey user reset NAME --factors lets them begin again");
	if (e == OK && factor_rule_for(&w->a->conf, u))
		e = add_state(w,
		    factor_is_second(kinds)
			? "needs a second factor at each sign-in, and has one"
			: "needs a second factor, has none, and is asked to "
			  "set one up",
		    "");
	return e;
}

static bool
is_new_address(const struct why *w, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_equal(w->notes[i].user, w->user) &&
		    str_equal(w->notes[i].address, w->notes[at].address))
			return false;
	return true;
}

/* Of the addresses that they were refused at. */
static enum err
tell_throttled(struct store_txn *t, struct look *l)
{
	struct why *w = l->w;
	char what[WHAT_CAP], remedy[USER_NAME_CAP + 64];
	size_t looked = 0;
	enum err e = OK;
	struct buf b;

	for (size_t i = 0; e == OK && i < w->count && looked < ADDRESSES_MAX;
	     i++) {
		const struct refusal_note *n = &w->notes[i];
		int64_t wait_s;

		if (!str_equal(n->user, w->user) || !is_new_address(w, i))
			continue;
		looked++;
		wait_s = throttle_look(t, l->k,
		    &(struct throttle_try){
			.name = w->user, .address = n->address},
		    w->a->now);
		if (wait_s == 0)
			continue;
		buf_init(&b, what, sizeof what);
		buf_printf(&b,
		    "has to wait %" PRId64 " more seconds at %s: too many "
		    "wrong passwords",
		    wait_s, n->address);
		buf_init(&b, remedy, sizeof remedy);
		buf_printf(&b, "latchkey user unlock %s", w->user);
		e = add_state(w, what, remedy);
	}
	return e;
}

static enum err
tell_tries(struct store_txn *t, struct why *w, const struct user *u)
{
	struct tries tries;
	char what[WHAT_CAP], when[32] = "";
	struct tm tm;
	time_t at;
	enum err e = tries_get(t, u->user_id, &tries);
	struct buf b;

	if (e == ERR_NOT_FOUND || (e == OK && tries.count == 0))
		return OK;
	if (e != OK)
		return e;
	at = (time_t)tries.last_at;
	if (localtime_r(&at, &tm) == NULL ||
	    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		when[0] = '\0';
	buf_init(&b, what, sizeof what);
	if (tries.count == 1)
		buf_printf(&b,
		    "failed to sign in once since the last sign-in, at %s from "
		    "%s",
		    when, tries.address);
	else
		buf_printf(&b,
		    "failed to sign in %" PRIu32 " times since the last "
		    "sign-in, at %s from %s for the last time",
		    tries.count, when, tries.address);
	return add_state(w, what, "");
}

static bool
tell_app(void *arg, const void *record)
{
	const struct client *c = record;
	struct look *l = arg;
	char what[WHAT_CAP], remedy[USER_NAME_CAP + 64];
	struct buf b;

	if (client_admits(c, &l->user))
		return true;
	buf_init(&b, what, sizeof what);
	buf_printf(
	    &b, "may not use %s, which is for: %s", c->client_id, c->groups);
	buf_init(&b, remedy, sizeof remedy);
	buf_printf(&b, "latchkey user set %s --add-group GROUP", l->user.name);
	return add_state(l->w, what, remedy) == OK && ++l->apps < APPS_MAX;
}

static enum err
look_at_user(struct store_txn *t, struct look *l)
{
	struct why *w = l->w;
	struct factor f;
	unsigned kinds;
	enum err e = factors_of(t, l->user.user_id, &kinds);

	if (e == OK)
		e = factor_get(t, l->user.user_id, &f);
	if (e == OK)
		e = tell_ways_in(
		    w, &l->user, kinds, f.has_totp && factor_is_closed(&f));
	factor_wipe(&f);
	if (e == OK)
		e = tell_throttled(t, l);
	if (e == OK)
		e = tell_tries(t, w, &l->user);
	l->apps = 0;
	if (e == OK)
		client_each(t, tell_app, l);
	if (e == OK && json_array_size(w->state) == 0)
		e = add_state(
		    w, "nothing in the account keeps them from signing in", "");
	return e == OK ? tell_factors(w, &l->user, kinds) : e;
}

/* --- an app ----------------------------------------------------------------*/

static enum err
tell_fact(struct why *w, const char *name, const char *value)
{
	char what[WHAT_CAP + URI_LIST_CAP];
	struct buf b;

	buf_init(&b, what, sizeof what);
	buf_printf(&b, "%s: %s", name, value);
	return add_state(w, what, "");
}

struct waiting_logouts {
	const char *client_id;
	unsigned count;
	int64_t since;
	char problem[LOGOUT_PROBLEM_CAP]; /* of the last try; "" */
};

static bool
count_waiting(void *arg, const void *record)
{
	const struct logout *l = record;
	struct waiting_logouts *w = arg;

	if (!str_equal(l->client_id, w->client_id))
		return true;
	if (w->count++ == 0 || l->queued_at < w->since)
		w->since = l->queued_at;
	if (l->problem[0] != '\0')
		str_cut(w->problem, sizeof w->problem, l->problem);
	return true;
}

/* What it has not been told of yet. */
static enum err
tell_logouts(struct store_txn *t, struct why *w, const struct client *c)
{
	struct waiting_logouts l = {.client_id = c->client_id};
	char what[WHAT_CAP];
	struct buf b;

	if (c->backchannel_logout_uri[0] == '\0')
		return OK;
	logout_queue_each(t, count_waiting, &l);
	if (l.count == 0)
		return OK;
	buf_init(&b, what, sizeof what);
	buf_printf(&b, "has still to be told of %u logout%s, since ", l.count,
	    l.count == 1 ? "" : "s");
	buf_put_span(&b, w->a->now > l.since ? w->a->now - l.since : 0);
	if (l.problem[0] != '\0')
		buf_printf(&b, ": %s", l.problem);
	return add_state(w, what,
	    l.problem[0] != '\0'
		? "look whether the app runs, and whether its address for "
		  "logouts is right: latchkey client show. drain(8) says what "
		  "the words mean"
		: "they go out at once, unless something keeps drain(8) from "
		  "it: latchkey check");
}

static enum err
look_at_client(struct store_txn *t, struct why *w, const struct client *c)
{
	enum err e = OK;

	if (c->is_site)
		return tell_fact(w, "a site behind the gate, for",
		    c->groups[0] != '\0' ? c->groups : "whom its rules admit");
	if (c->redirect_uris[0] != '\0')
		e = tell_fact(w, "redirect URIs", c->redirect_uris);
	if (e == OK)
		e = tell_fact(w, "algorithm", jwa_name(c->alg));
	if (e == OK)
		e = tell_fact(
		    w, "proves itself by", auth_method_name(c->auth_method));
	if (e == OK)
		e = tell_fact(w, "PKCE",
		    c->no_pkce ? "may be left out" : "required (S256)");
	if (e == OK)
		e = tell_fact(w, "issuer", w->a->conf.issuer);
	if (e == OK)
		e = tell_fact(
		    w, "for", c->groups[0] != '\0' ? c->groups : "everyone");
	return e == OK ? tell_logouts(t, w, c) : e;
}

/* --- an address ------------------------------------------------------------*/

static bool
tell_registered(void *arg, const void *record)
{
	const struct client *c = record;
	struct look *l = arg;
	char what[CLIENT_ID_CAP + 64];
	struct buf b;

	if (!client_has_redirect_uri(c, l->w->asked))
		return true;
	buf_init(&b, what, sizeof what);
	buf_printf(&b, "is a redirect URI of %s", c->client_id);
	l->apps++;
	return add_state(l->w, what, "") == OK;
}

static enum err
look_at_url(struct store_txn *t, struct look *l)
{
	l->apps = 0;
	client_each(t, tell_registered, l);
	if (l->apps > 0)
		return OK;
	return add_state(l->w, "is no redirect URI of any app", "");
}

/* --- all of it -------------------------------------------------------------*/

static enum err
find_client(struct store_txn *t, struct look *l)
{
	struct why *w = l->w;
	enum err e = client_get(t, w->asked, l->client);

	w->is_client = e == OK;
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	str_cut(w->client_id, sizeof w->client_id, w->asked);
	return look_at_client(t, w, l->client);
}

static enum err
find_user(struct store_txn *t, struct look *l)
{
	struct why *w = l->w;
	enum err e = user_find_typed(t, w->asked, &l->user);

	w->is_user = e == OK;
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	str_cut(w->user, sizeof w->user, l->user.name);
	return look_at_user(t, l);
}

static enum err
why_step(struct store_txn *t, void *arg)
{
	struct look *l = arg;
	struct why *w = l->w;
	enum err e = OK;

	json_array_clear(w->state);
	if (w->asked == NULL)
		return OK;
	if (strlen(w->asked) < CLIENT_ID_CAP)
		e = find_client(t, l);
	if (e == OK && !w->is_client && w->is_url)
		e = look_at_url(t, l);
	if (e == OK && !w->is_url)
		e = find_user(t, l);
	return e == OK ? store_failed(t) : e;
}

enum err
why_look(struct why *w, const struct keyring *k)
{
	struct client client;
	struct look l = {.w = w, .k = k, .client = &client};
	enum err e;

	w->state = json_array();
	e = store_read(w->a->store, why_step, &l);
	user_wipe(&l.user);
	return e;
}
