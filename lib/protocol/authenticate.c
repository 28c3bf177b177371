#include "protocol/authenticate.h"

#include "base/log.h"
#include "base/str.h"
#include "domain/factor.h"
#include "domain/imported_people.h"
#include "domain/password.h"
#include "domain/slots.h"
#include "domain/throttle.h"
#include "domain/tries.h"

#include <string.h>
#include <unistd.h>

struct password_ctx {
	const struct provider *p;
	const struct password_request *q;
	int64_t now, wait_s;

	struct user user;       /* as found at first; zeroes if there is none */
	struct throttle_try by; /* its device: the browser's entry that is
				 * theirs, or NULL */
	unsigned factors;       /* that they have beside it */
	bool has_hash;
	struct imported_cost costliest;
	struct password_hash stronger; /* what replaces an outdated hash */
};

/* Whose hash to compare with, and whether they have signed in with this browser
 * before. */
static enum err
find_person_step(struct store_txn *t, void *arg)
{
	struct password_ctx *c = arg;
	enum err e = user_find_typed(t, c->q->name, &c->user);
	const uint8_t *device;

	c->has_hash = e == OK && c->user.has_password && !c->user.locked;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	imported_people_costliest(t, &c->costliest);
	c->factors = 0;
	if (e == OK && factors_of(t, c->user.user_id, &c->factors) != OK)
		return store_failed(t);
	device = device_find(c->q->devices, &c->p->keyring, &c->user, c->now);
	c->by = (struct throttle_try){.name = c->q->name,
	    .address = c->q->address,
	    .device = e == OK ? device : NULL};
	return OK;
}

/* Before the password. */
static enum err
charge_step(struct store_txn *t, void *arg)
{
	struct password_ctx *c = arg;
	enum err e;

	tries_want(t, c->user.user_id);
	e = throttle_charge(t, &c->p->keyring, &c->by, c->now, &c->wait_s);

	/* Names that do not exist cost the same. */
	if (e == OK)
		tries_add(t, &c->user, c->q->address, c->now);
	return e == OK ? store_failed(t) : e;
}

static enum err
refund_step(struct store_txn *t, void *arg)
{
	struct password_ctx *c = arg;

	throttle_refund(t, &c->p->keyring, &c->by, c->now);
	tries_take_back(t, c->user.user_id);
	return store_failed(t);
}

static bool
same_password(const struct user *a, const struct user *b)
{
	return secret_equal(
	    a->password.hash, b->password.hash, PASSWORD_HASH_LEN);
}

/* Unless it was changed in the meantime. */
static enum err
strengthen_step(struct store_txn *t, void *arg)
{
	struct password_ctx *c = arg;
	struct user u;
	enum err e = user_get(t, c->user.user_id, &u);

	if (e == OK && same_password(&u, &c->user)) {
		u.password = c->stronger;
		e = user_put(t, &u, u.changed_at);
	}
	user_wipe(&u);
	return e;
}

/* Outside any transaction: a hash takes as long as fifty commits. */
static enum err
check_password(struct password_ctx *c)
{
	const struct conf *conf = &c->p->conf;
	enum err e =
	    password_verify_like(c->has_hash ? &c->user.password : NULL,
		&c->costliest, c->q->password, conf);

	/* Failing to strengthen it is no reason to keep the person out. */
	if (e == OK && password_outdated(&c->user.password, conf) &&
	    password_set(&c->stronger, c->q->password, conf) == OK &&
	    store_write(c->p->store, c->now, strengthen_step, c) == OK)
		c->user.password = c->stronger;
	return e;
}

/* One try, by a person who has a place in the line. */
static enum err
try_password(struct password_ctx *c)
{
	enum err e = store_write(c->p->store, c->now, charge_step, c);

	if (e != OK)
		return e;
	e = check_password(c);
	/* Not looked at. That it stays charged is no reason for a 500. */
	if (e != OK && e != ERR_ACCESS_DENIED &&
	    store_write(c->p->store, c->now, refund_step, c) != OK)
		log_fault("a try was charged and not made", NULL);
	return e;
}

/* Why E, for the log. */
static const char *
cause_of(enum err e, const struct password_ctx *c)
{
	if (e == ERR_TOO_MANY_REQUESTS)
		return SIGN_IN_THROTTLED;
	if (e != ERR_ACCESS_DENIED)
		return NULL;
	if (c->user.name[0] == '\0')
		return SIGN_IN_UNKNOWN_USER;
	if (c->user.locked)
		return SIGN_IN_LOCKED;
	return c->user.has_password ? SIGN_IN_WRONG_PASSWORD
				    : SIGN_IN_NO_PASSWORD;
}

enum err
authenticate_password(const struct provider *p,
    const struct password_request *q, int64_t now, struct proof *proof,
    struct password_reply *r)
{
	struct password_ctx c = {.p = p, .q = q, .now = now};
	int place;
	enum err e;

	*proof = (struct proof){.amr = "pwd"};
	e = store_read(p->store, find_person_step, &c);
	/* First of all: a refusal for want of a place costs neither a try nor a
	 * write. */
	if (e == OK)
		e = slots_line_up(&place, &p->conf, c.by.device != NULL);
	if (e == OK) {
		e = try_password(&c);
		close(place);
	}
	if (e == OK)
		e = str_copy(proof->typed, sizeof proof->typed, q->name);
	if (e == OK) {
		proof_person(proof, &c.user);
		proof->factors = c.factors;
	}
	*r = (struct password_reply){
	    .wait_s = c.wait_s, .cause = cause_of(e, &c)};
	memcpy(r->user, c.user.name, sizeof r->user);
	secret_wipe(&c, sizeof c);
	return e;
}
