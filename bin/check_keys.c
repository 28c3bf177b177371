/* The secret key, and the keys that sign: whether each has its private half,
 * and whether there is one for each algorithm that clients use. */
#include "check.h"

#include "domain/client.h"
#include "domain/installation.h"
#include "domain/keyring.h"
#include "domain/signer.h"
#include "jose/libcrypto.h"

#include <inttypes.h>

enum { DAY_S = 86400, KEY_AGE_MAX_S = 365 * DAY_S };

void
check_keyring(struct check_run *c)
{
	static const struct check_advice bad = {
	    "no code, refresh token or client secret can be checked",
	    "put back the secret.key that belongs to this store; its mode is "
	    "0600"};
	struct keyring k;
	enum err e = installation_keyring(&k, c->a->store, c->a->dir);

	keyring_wipe(&k);
	if (e == OK)
		check_found(
		    c, CHECK_OK, NULL, "secret.key belongs to the store");
	else
		check_found(c, CHECK_ERROR, &bad, "%s: %s", c->a->dir,
		    installation_key_advice(e));
}

static void
check_private_half(
    struct check_run *c, struct signer *signer, const struct signkey *k)
{
	static const struct check_advice bad = {"nothing can be signed with it",
	    "restore the file from a copy, or `latchkey key rotate --now` "
	    "twice"};
	static const struct check_advice elsewhere = {
	    "nothing can be signed with it here",
	    "copy the file from another host; its mode is 0600"};
	const bool is_shared = c->a->conf.store[0] != '\0';
	static const char sample[] = "latchkey check";
	uint8_t sig[SIGNATURE_MAX];
	size_t len;
	enum err e;

	e = signer_probe(signer, k);
	if (e == OK)
		e = signer_sign(signer, k, sample, sizeof sample, sig, &len);
	if (e == OK)
		e = public_key_verify(&k->pub, sample, sizeof sample, sig, len);
	if (e == OK)
		check_found(c, CHECK_OK, NULL, "%s key %s (%s) signs",
		    jwa_name(k->pub.alg), k->pub.kid, key_state_name(k->state));
	else
		check_found(c, CHECK_ERROR, is_shared ? &elsewhere : &bad,
		    "%s/keys/%s.pem %s", c->a->dir, k->pub.kid,
		    signer_advice(e));
}

static void
check_private_halves(struct check_run *c, const struct check_keys *keys)
{
	static const struct check_advice old = {
	    "the longer a key is used the more it is worth to a thief",
	    "latchkey key rotate"};
	struct signer *signer;
	const struct signkey *k;

	if (signer_new(&signer, c->a->dir) != OK)
		return;
	for (k = keys->keys; k < keys->keys + keys->count; k++) {
		check_private_half(c, signer, k);
		if (k->state == KEY_ACTIVE &&
		    c->a->now - k->activated_at > KEY_AGE_MAX_S)
			check_found(c, CHECK_WARNING, &old,
			    "key %s has signed for %" PRId64 " days",
			    k->pub.kid, (c->a->now - k->activated_at) / DAY_S);
	}
	signer_free(&signer);
}

static bool
has_active(const struct check_keys *keys, enum jwa alg)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i].pub.alg == alg &&
		    keys->keys[i].state == KEY_ACTIVE)
			return true;
	return false;
}

static void
check_algs(struct check_run *c, const struct check_keys *keys)
{
	static const struct check_advice none = {
	    "the clients that use it get no tokens",
	    "latchkey key rotate --alg with that algorithm"};
	static const struct check_advice no_rsa = {
	    "clients registered for RS256 get no tokens",
	    "install libssl3, or `latchkey client set ID --alg EdDSA`"};
	bool needed[JWA_COUNT] = {false};
	int alg;

	for (alg = 0; alg < JWA_COUNT; alg++)
		if ((keys->algs & 1U << alg) != 0)
			needed[conf_access_token_alg(
			    &c->a->conf, (enum jwa)alg)] = true;
	for (alg = 0; alg < JWA_COUNT; alg++)
		if (needed[alg] && !has_active(keys, (enum jwa)alg))
			check_found(c, CHECK_ERROR, &none,
			    "clients use %s, which has no active key",
			    jwa_name((enum jwa)alg));
	if (needed[JWA_RS256] && libcrypto_available() != OK)
		check_found(
		    c, CHECK_ERROR, &no_rsa, "libcrypto cannot be loaded");
}

static bool
keep_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct check_keys *keys = arg;

	if (k->state == KEY_RETIRED) /* many, if keys are rotated often */
		return true;
	keys->keys[keys->count++] = *k;
	return keys->count < CHECK_KEYS_MAX;
}

void
check_keys_read(struct check_keys *keys, struct store_txn *t)
{
	keys->count = 0;
	signkey_each(t, keep_key, keys);
	keys->algs = client_algs(t);
}

void
check_keys(struct check_run *c, const struct check_keys *keys)
{
	check_private_halves(c, keys);
	check_algs(c, keys);
}
