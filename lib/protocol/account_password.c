#include "protocol/account_password.h"

#include "domain/removal.h"
#include "domain/session_end.h"
#include "domain/throttle.h"
#include "domain/tries.h"
#include "protocol/authenticate.h"

#include <string.h>

struct password_change_ctx {
	const struct provider *p;
	const struct password_change_request *q;
	struct password_hash hash;
	uint8_t
	    before[HASH_LEN]; /* proof_password when the old one was given */
	struct password_change_reply *r;
};

/* What apps have ends with them, and so does what they have from this session:
 * who had the password, or the cookie of before, may have given it to them. To
 * apps in this browser the new cookie gives it again. */
static void
end_others(struct store_txn *t, const struct account *a, size_t *ended)
{
	*ended = session_end_all(t, a->user.user_id, a->session.sid, a->now);
	remove_families(t, a->user.user_id, NULL);
}

static enum err
put_password(struct store_txn *t, struct account *a, void *arg)
{
	struct password_change_ctx *c = arg;
	const struct keyring *k = &c->p->keyring;
	struct devices *kept = &c->r->devices;
	uint8_t before[HASH_LEN];
	const uint8_t *old;
	enum err e;

	proof_password(before, &a->user);
	if (!secret_equal(before, c->before, HASH_LEN))
		return ERR_ACCESS_DENIED;
	a->user.password = c->hash;
	a->user.has_password = true;
	c->r->ended = 0;
	if (c->q->everywhere)
		end_others(t, a, &c->r->ended);
	*kept = *c->q->devices;
	old = device_find(kept, k, &a->user, a->now);
	throttle_forgive(t, k,
	    &(struct throttle_try){
		.name = a->user.name, .address = c->q->from, .device = old},
	    a->now);
	tries_take_back(t, a->user.user_id);
	user_end_devices(&a->user);
	device_add(kept, old, k, &a->user, a->now);
	session_renew(&a->session, &c->r->cookie);
	c->r->session = a->session;
	account_audit(t, a, "password_changed", NULL,
	    c->q->everywhere ? "sessions ended" : NULL, c->q->from);
	e = session_put(t, &a->session);
	return e == OK ? user_put(t, &a->user, a->now) : e;
}

/* Whether the old password is right, of a person who has one. */
static enum err
check_old(struct password_change_ctx *c, const struct user *u, int64_t now)
{
	struct proof proof = {0};
	struct password_reply r;
	struct password_request q = {.name = u->name,
	    .password = c->q->old,
	    .address = c->q->from,
	    .devices = c->q->devices};
	enum err e = OK;

	if (u->has_password) {
		e = authenticate_password(c->p, &q, now, &proof, &r);
		c->r->wait_s = r.wait_s;
		c->r->cause = r.cause;
		memcpy(c->before, proof.password, HASH_LEN);
	} else {
		proof_password(c->before, u);
	}
	secret_wipe(&proof, sizeof proof);
	return e;
}

enum err
account_change_password(const struct provider *p,
    const struct password_change_request *q, int64_t now,
    struct password_change_reply *r)
{
	struct password_change_ctx c = {.p = p, .q = q, .r = r};
	struct account a;
	enum err e;

	*r = (struct password_change_reply){0};
	e = account_read(p, q->cookie, now, NULL, NULL, &a);
	if (e == OK)
		e = check_old(&c, &a.user, now);
	if (e == OK)
		e = password_set(&c.hash, q->password, &p->conf);
	if (e == OK)
		e = account_write(p, q->cookie, now, put_password, &c, &a);
	account_wipe(&a);
	secret_wipe(&c, sizeof c);
	return e;
}

void
password_change_reply_wipe(struct password_change_reply *r)
{
	secret_wipe(r, sizeof *r);
}
