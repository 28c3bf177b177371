#include "protocol/authenticate_passkey.h"

#include "base/str.h"
#include "domain/factor.h"
#include "domain/passkey.h"

#include <string.h>

struct passkey_ctx {
	const struct passkey_answer *answer;
	struct passkey passkey;
	struct user user; /* whose it is */
	unsigned factors; /* that they have */
};

static enum err
find_passkey_step(struct store_txn *t, void *arg)
{
	struct passkey_ctx *c = arg;
	uint8_t hash[HASH_LEN];
	enum err e;

	passkey_hash(hash, c->answer->id.bytes, c->answer->id.len);
	e = passkey_get(t, hash, &c->passkey);
	if (e == OK)
		e = user_get(t, c->passkey.user_id, &c->user);
	if (e == OK)
		e = factors_of(t, c->passkey.user_id, &c->factors);
	return e;
}

/* It is the person whom the authenticator names, if it names one, and who has
 * proven something already, if there is one. */
static bool
is_owner(const struct passkey_ctx *c, const struct proof *proof)
{
	const struct webauthn_bytes *handle = &c->answer->user_handle;

	if (handle->len > 0 &&
	    (handle->len != USER_ID_LEN ||
		memcmp(handle->bytes, c->user.user_id, USER_ID_LEN) != 0))
		return false;
	return proof->amr[0] == '\0' ||
	       memcmp(proof->user_id, c->user.user_id, USER_ID_LEN) == 0;
}

/* Touching an authenticator that has not asked who it is proves one factor. */
static enum err
add_amr(char amr[static AMR_CAP], unsigned flags)
{
	bool more = amr[0] != '\0' || (flags & PASSKEY_VERIFIED) != 0;

	if (words_add(amr, AMR_CAP, "pop") != OK ||
	    words_add(amr, AMR_CAP, "user") != OK ||
	    (more && words_add(amr, AMR_CAP, "mfa") != OK))
		return ERR_NO_SPACE;
	return OK;
}

static enum err
add_to_proof(struct proof *proof, const struct passkey_ctx *c,
    const struct passkey_use *use)
{
	struct proof next = *proof;
	enum err e = add_amr(next.amr, use->flags);

	if (proof->amr[0] == '\0') {
		proof_person(&next, &c->user);
		next.factors =
		    c->factors | (c->user.has_password ? FACTOR_PASSWORD : 0);
		if (e == OK)
			e = str_copy(
			    next.typed, sizeof next.typed, c->user.name);
	}
	next.passkey = *use;
	if (e == OK)
		*proof = next;
	secret_wipe(&next, sizeof next);
	return e;
}

/* Who it is, and whether it is them. */
static enum err
verify_passkey(const struct provider *p, struct passkey_ctx *c,
    const struct webauthn_client_data *d, const struct proof *proof,
    struct passkey_use *use, enum reason *reason)
{
	struct webauthn_assertion a;
	struct public_key key;
	enum err e;

	if (c->answer->id.len == 0 || c->answer->id.len > PASSKEY_ID_MAX)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	e = store_read(p->store, find_passkey_step, c);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_PASSKEY_UNKNOWN, reason);
	if (e != OK)
		return e;
	if (!is_owner(c, proof))
		return refused(REASON_PASSKEY_OWNER, reason);
	passkey_public_key(&key, &c->passkey);
	e = webauthn_verify(&a, &key, d, &c->answer->auth_data,
	    &c->answer->signature, p->conf.issuer, reason);
	if (e == OK && c->user.locked)
		e = refused_as(ERR_ACCESS_DENIED, REASON_USER_DISABLED, reason);
	memcpy(use->hash, c->passkey.hash, sizeof use->hash);
	use->flags = a.flags;
	use->count = a.count;
	return e;
}

enum err
authenticate_passkey(const struct provider *p,
    const struct challenge_bearer *bearer, const struct passkey_answer *answer,
    int64_t now, struct proof *proof, enum reason *reason)
{
	struct passkey_ctx c = {.answer = answer};
	struct webauthn_client_data d;
	struct passkey_use use = {
	    .alone = bearer->purpose == CHALLENGE_SIGN_IN};
	enum err e = webauthn_client_data_read(
	    &d, &answer->client_data, "webauthn.get", p->conf.issuer, reason);

	if (e == OK && challenge_check(d.challenge, bearer, &p->keyring, now,
			   &use.expires_at) != OK)
		e = refused(REASON_PASSKEY_EXPIRED, reason);
	if (e == OK)
		e = verify_passkey(p, &c, &d, proof, &use, reason);
	if (e == OK) {
		secret_hash(use.challenge, d.challenge, sizeof d.challenge);
		e = add_to_proof(proof, &c, &use);
	}
	user_wipe(&c.user);
	return e;
}
