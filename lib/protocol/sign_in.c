#include "protocol/sign_in.h"

#include "base/log.h"
#include "domain/audit.h"
#include "domain/password.h"
#include "domain/slots.h"
#include "domain/throttle.h"

#include <string.h>
#include <unistd.h>

struct signing_in {
	const struct provider *p;
	const struct sign_in_request *q;
	struct sign_in_reply *r;
	int64_t now;

	struct user user;      /* as found at first; zeroes if there is none */
	const uint8_t *device; /* the browser's entry that is theirs, or NULL */
	bool has_hash;
	struct password_hash stronger; /* what replaces an outdated hash */
	bool rehash;
};

static struct throttle_try
try_of(const struct signing_in *s)
{
	return (struct throttle_try){
	    .name = s->q->name, .address = s->q->address, .device = s->device};
}

/* Whose hash to compare with, and whether they have signed in with this browser
 * before. */
static enum err
find_step(struct store_txn *t, void *arg)
{
	struct signing_in *s = arg;
	enum err e = user_find_typed(t, s->q->name, &s->user);

	s->has_hash = e == OK && s->user.has_password && !s->user.locked;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	s->device =
	    device_find(s->q->devices, &s->p->keyring, &s->user, s->now);
	if (e == ERR_NOT_FOUND)
		s->device = NULL;
	return OK;
}

/* Before the password. */
static enum err
charge_step(struct store_txn *t, void *arg)
{
	struct signing_in *s = arg;
	struct throttle_try by = try_of(s);

	return throttle_charge(t, &s->p->keyring, &by, s->now, &s->r->wait_s);
}

static enum err
refund_step(struct store_txn *t, void *arg)
{
	struct signing_in *s = arg;
	struct throttle_try by = try_of(s);

	throttle_refund(t, &s->p->keyring, &by, s->now);
	return store_failed(t);
}

/* The cookie of the same person's session in this browser, whose sid is kept,
 * also when this sign-in is asked for twice; another's session is ended. */
static const struct session_cookie *
settle_old_session(
    struct store_txn *t, const struct signing_in *s, struct session *old)
{
	const struct session_cookie *c = s->q->cookie;
	struct user u;
	bool present, own;

	if (c == NULL)
		return NULL;
	present = session_find(t, c, s->now, old, &u) == OK;
	user_wipe(&u);
	if (!present && session_find_before(t, c, s->now, old) != OK)
		return NULL;
	own = memcmp(old->user_id, s->user.user_id, USER_ID_LEN) == 0;
	if (present && !own)
		session_end(t, old->sid);
	return own ? c : NULL;
}

/* A copy: this may run more than once. */
static void
remember_device(struct signing_in *s, const struct user *u)
{
	struct devices *d = &s->r->devices;
	const uint8_t *old = NULL;

	*d = *s->q->devices;
	if (s->device != NULL)
		old = d->entry[0] + (s->device - s->q->devices->entry[0]);
	device_add(d, old, &s->p->keyring, u, s->now);
}

/* After the password: unless something changed meanwhile, the session. */
static enum err
open_step(struct store_txn *t, void *arg)
{
	struct signing_in *s = arg;
	struct session old;
	struct user now_is;
	struct session_lifetimes l;
	struct throttle_try by;
	const struct session_cookie *before;
	bool remember;
	enum err e = user_require(t, s->user.user_id, &now_is);

	if (e == OK && !secret_equal(now_is.password.hash,
			   s->user.password.hash, PASSWORD_HASH_LEN))
		e = ERR_ACCESS_DENIED;
	if (e != OK)
		return e;
	before = settle_old_session(t, s, &old);
	/* An app that asks for the password again (prompt=login, max_age) does
	 * not make the browser forget the person. */
	remember = s->q->remember || (before != NULL && old.remembered);
	l = provider_session_lifetimes(s->p, remember);
	session_make(&s->r->session, &s->r->cookie, before, s->user.user_id,
	    "pwd", &l, remember, s->now);
	if (before != NULL)
		session_outlast(t, &s->r->session, &old, s->now);
	e = session_put(t, &s->r->session);
	by = try_of(s);
	throttle_forgive(t, &s->p->keyring, &by, s->now);
	if (e == OK && s->rehash) {
		now_is.password = s->stronger;
		e = user_put(t, &now_is, now_is.changed_at);
	}
	remember_device(s, &now_is);
	audit_add(t, s->now, "signed_in", now_is.name, NULL, s->q->address);
	user_wipe(&now_is);
	return e == OK ? store_failed(t) : e;
}

/* Both outside any transaction: a hash takes as long as fifty commits. */
static enum err
check_password(struct signing_in *s)
{
	const struct conf *conf = &s->p->conf;
	enum err e = password_verify(
	    s->has_hash ? &s->user.password : NULL, s->q->password, conf);

	if (e != OK || !password_outdated(&s->user.password, conf))
		return e;
	/* Failing to strengthen is no reason to keep somebody out. */
	s->rehash = password_set(&s->stronger, s->q->password, conf) == OK;
	return OK;
}

/* One try, by somebody who has a place in the line. */
static enum err
try_password(struct signing_in *s)
{
	struct store *store = s->p->store;
	enum err e = store_write(store, s->now, charge_step, s);

	if (e != OK)
		return e;
	e = check_password(s);
	if (e == OK)
		return store_write(store, s->now, open_step, s);
	/* Not looked at. That it stays charged is no reason for a 500. */
	if (e != ERR_ACCESS_DENIED &&
	    store_write(store, s->now, refund_step, s) != OK)
		log_fault("a try was charged and not made", NULL);
	return e;
}

enum err
sign_in(const struct provider *p, const struct sign_in_request *q, int64_t now,
    struct sign_in_reply *r)
{
	struct signing_in s = {.p = p, .q = q, .r = r, .now = now};
	int place;
	enum err e;

	*r = (struct sign_in_reply){0};
	e = store_read(p->store, find_step, &s);
	/* First of all: a refusal for want of a place costs neither a try nor a
	 * write. */
	if (e == OK)
		e = slots_line_up(&place, &p->conf, s.device != NULL);
	if (e == OK) {
		e = try_password(&s);
		close(place);
	}
	if (e != OK)
		secret_wipe(&r->cookie, sizeof r->cookie);
	secret_wipe(&s, sizeof s);
	return e;
}

void
sign_in_reply_wipe(struct sign_in_reply *r)
{
	secret_wipe(r, sizeof *r);
}
