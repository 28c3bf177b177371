#include "protocol/join.h"

#include "base/str.h"
#include "domain/factor.h"
#include "domain/passkey.h"
#include "domain/people.h"
#include "domain/removal.h"
#include "domain/session.h"
#include "domain/session_end.h"

#include <string.h>

struct join_ctx {
	const struct provider *p;
	const char *text;
	const struct password_hash *hash;
	const struct passkey_new *n;
	struct change change;
	struct join *j;
	enum reason reason;
};

static enum reason
join_reason(enum link_fault f)
{
	switch (f) {
	case LINK_WAS_USED:
		return REASON_LINK_USED;
	case LINK_WAS_REPLACED:
		return REASON_LINK_REPLACED;
	case LINK_TOO_OLD:
		return REASON_LINK_EXPIRED;
	case LINK_OF_LOCKED:
		return REASON_LINK_LOCKED;
	default:
		return REASON_NONE;
	}
}

/* A passkey that does alone would go around the second factor that a link for
 * a password leaves alone. Who is invited has no password to go with one. */
static enum err
find_whether_passkey(struct store_txn *t, struct join *j)
{
	unsigned kinds;
	enum err e = factors_of(t, j->user.user_id, &kinds);

	j->takes_passkey =
	    e == OK && (j->link.kind != LINK_RESET || !factor_is_second(kinds));
	return e;
}

static enum err
join_find(struct store_txn *t, struct join_ctx *c)
{
	enum err e =
	    link_find(t, c->text, &c->p->keyring, &c->j->link, &c->j->user);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_LINK_UNKNOWN, &c->reason);
	if (e == ERR_FOREIGN)
		return refused(REASON_LINK_RESTORED, &c->reason);
	if (e == OK)
		e = find_whether_passkey(t, c->j);
	if (e != OK)
		return e;
	c->reason =
	    join_reason(link_fault(&c->j->link, &c->j->user, c->change.now));
	return c->reason == REASON_NONE ? OK : reason_err(c->reason);
}

static enum err
join_look_step(struct store_txn *t, void *arg)
{
	return join_find(t, arg);
}

/* A reset is told at the next sign-in: it may not have been the person who
 * asked for it. */
static void
note_reset(struct join *j, int64_t now)
{
	if (j->link.kind != LINK_INVITE)
		j->user.reset_at = now;
}

/* Spends the link, with what goes with each use of it. */
static enum err
join_spend(struct store_txn *t, struct join_ctx *c)
{
	struct join *j = c->j;
	enum err e = join_find(t, c);

	if (e == OK)
		e = link_spend(t, &j->link, c->change.now);
	if (e != OK)
		return e;
	note_reset(j, c->change.now);
	if (j->link.kind == LINK_RESET_FACTORS) {
		factor_del(t, j->user.user_id);
		passkey_del_all(t, j->user.user_id);
	}
	audit_write(t, c->change.now,
	    &(struct audit_line){.event = "link_used",
		.user = j->user.name,
		.user_id = j->user.user_id,
		.detail = link_kind_word(j->link.kind),
		.by = j->link.by,
		.address = c->change.address});
	return store_failed(t);
}

static enum err
join_set_password_step(struct store_txn *t, void *arg)
{
	struct join_ctx *c = arg;
	enum err e = join_spend(t, c);

	return e == OK
		   ? people_set_password(t, &c->j->user, c->hash, &c->change)
		   : e;
}

/* Whether the passkey can be given, asked before the link is spent. Those that
 * the link removes do not count. */
static enum err
require_givable(struct store_txn *t, struct join_ctx *c)
{
	struct passkey k = c->n->passkey;

	if (!c->j->takes_passkey)
		return refused_as(
		    ERR_ACCESS_DENIED, REASON_FACTOR_REQUIRED, &c->reason);
	if (c->j->link.kind != LINK_RESET_FACTORS)
		memcpy(k.user_id, c->j->user.user_id, USER_ID_LEN);
	return passkey_may_add(t, &k, &c->reason);
}

/* The old password ends: the person may not be the only one who knows it. */
static enum err
join_set_passkey_step(struct store_txn *t, void *arg)
{
	struct join_ctx *c = arg;
	struct user *u = &c->j->user;
	enum err e = join_find(t, c);

	if (e == OK)
		e = require_givable(t, c);
	if (e == OK)
		e = join_spend(t, c);
	if (e == OK)
		e = passkey_give(
		    t, c->n, u, c->change.address, c->change.now, &c->reason);
	if (e != OK)
		return e;
	secret_wipe(&u->password, sizeof u->password);
	u->has_password = false;
	user_end_devices(u);
	session_end_all(t, u->user_id, NULL, c->change.now);
	remove_families(t, u->user_id, NULL);
	return user_put(t, u, c->change.now);
}

enum err
join_look(const struct provider *p, const char *text, int64_t now,
    struct join *j, enum reason *reason)
{
	struct join_ctx c = {
	    .p = p, .text = text, .change = {.now = now}, .j = j};
	enum err e;

	*j = (struct join){0};
	e = store_read(p->store, join_look_step, &c);
	*reason = c.reason;
	return e;
}

/* Runs STEP; PROOF is then of what it set. */
static enum err
join_write(struct join_ctx *c, store_step *step, struct proof *proof,
    enum reason *reason)
{
	struct join *j = c->j;
	enum err e = store_write(c->p->store, c->change.now, step, c);

	*reason = c->reason;
	if (e == OK)
		e = str_copy(proof->typed, sizeof proof->typed, j->user.name);
	if (e == OK)
		proof_person(proof, &j->user);
	join_wipe(j);
	return e;
}

enum err
join_set_password(const struct provider *p, const char *text,
    const struct password_hash *h, const char *address, int64_t now,
    struct proof *proof, enum reason *reason)
{
	struct join j = {0};
	struct join_ctx c = {.p = p,
	    .text = text,
	    .hash = h,
	    .change = {.now = now, .address = address},
	    .j = &j};

	*proof = (struct proof){.amr = "pwd"};
	return join_write(&c, join_set_password_step, proof, reason);
}

enum err
join_set_passkey(const struct provider *p, const char *text,
    const struct passkey_new *n, const char *address, int64_t now,
    struct proof *proof, enum reason *reason)
{
	struct join j = {0};
	struct join_ctx c = {.p = p,
	    .text = text,
	    .n = n,
	    .change = {.now = now, .address = address},
	    .j = &j};

	*proof =
	    (struct proof){.amr = "pop user mfa", .passkey = {.added = true}};
	passkey_hash(proof->passkey.hash, n->passkey.id, n->passkey.id_len);
	return join_write(&c, join_set_passkey_step, proof, reason);
}

void
join_wipe(struct join *j)
{
	secret_wipe(j, sizeof *j);
}
