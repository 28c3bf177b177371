#include "protocol/account_passkeys.h"

#include "base/str.h"
#include "domain/factor.h"
#include "domain/session_end.h"

#include <string.h>

static bool
list_passkey(void *arg, const void *record)
{
	struct account_passkeys *p = arg;

	if (p->count == PASSKEYS_MAX)
		return false;
	p->list[p->count++] = *(const struct passkey *)record;
	return true;
}

enum err
account_passkeys_look(struct store_txn *t, struct account *a, void *arg)
{
	struct account_passkeys *p = arg;

	p->count = 0;
	passkey_each(t, a->user.user_id, list_passkey, p);
	return factors_of(t, a->user.user_id, &p->factors);
}

/* What was shown at the registration counts as if it had been used: where no
 * passkey opened the session, it ends with this one. */
static enum err
upgrade_session(struct store_txn *t, struct session *s, const struct passkey *k)
{
	bool more = words_has(s->amr, "pwd") || words_has(s->amr, "otp") ||
		    (k->flags_last & PASSKEY_VERIFIED) != 0;
	uint8_t hash[HASH_LEN];

	if (words_add(s->amr, AMR_CAP, "pop") != OK ||
	    words_add(s->amr, AMR_CAP, "user") != OK ||
	    (more && words_add(s->amr, AMR_CAP, "mfa") != OK))
		return ERR_NO_SPACE;
	passkey_hash(hash, k->id, k->id_len);
	if (!session_has_passkey(s))
		session_note_passkey(s, hash);
	return session_put(t, s);
}

enum err
account_passkey_add(struct store_txn *t, struct account *a, void *arg)
{
	struct account_passkey_change *c = arg;
	enum err e;

	c->reason = REASON_NONE;
	e = passkey_give(t, c->n, &a->user, c->address, a->now, &c->reason);
	return e == OK ? upgrade_session(t, &a->session, &c->n->passkey) : e;
}

enum err
account_passkey_rename(struct store_txn *t, struct account *a, void *arg)
{
	struct account_passkey_change *c = arg;
	struct passkey k;
	enum err e = passkey_get_of(t, a->user.user_id, c->hash, &k);

	c->reason = REASON_NONE;
	if (e != OK)
		return e;
	str_cut(k.name, sizeof k.name, c->name);
	account_audit(t, a, "passkey_renamed", NULL, k.name, c->address);
	return passkey_put(t, &k);
}

/* Whether K is all that signs its owner in here. */
static bool
is_last_way_in(struct store_txn *t, const struct account *a,
    const struct passkey *k, const char *rp_id)
{
	size_t alone;

	passkey_count(t, a->user.user_id, rp_id, &alone);
	return !a->user.has_password &&
	       alone == (passkey_is_alone(k, rp_id) ? 1 : 0);
}

enum err
account_passkey_remove(struct store_txn *t, struct account *a, void *arg)
{
	struct account_passkey_change *c = arg;
	struct passkey k;
	enum err e = passkey_get_of(t, a->user.user_id, c->hash, &k);

	c->reason = REASON_NONE;
	if (e != OK)
		return e;
	if (is_last_way_in(t, a, &k, c->rp_id))
		return refused(REASON_LAST_WAY_IN, &c->reason);
	passkey_del(t, k.hash);
	account_audit(t, a, "passkey_removed", NULL, k.name, c->address);
	if (session_end_of_passkey(
		t, a->user.user_id, k.hash, a->session.sid, a->now) > 0)
		account_audit(t, a, "session_ended", NULL,
		    "those of a passkey that was removed", c->address);
	return store_failed(t);
}
