#include "protocol/health.h"

struct health_ctx {
	const struct provider *p;
	struct signkey keys[JWA_ISSUED];
	size_t count;
	enum reason reason;
};

/* The key that signs, for each algorithm in use. */
static enum err
find_keys_step(struct store_txn *t, void *arg)
{
	struct health_ctx *h = arg;
	const unsigned algs = provider_algs(h->p, t);
	enum err e = store_failed(t);
	unsigned seen = 0;

	h->count = 0;
	h->reason = REASON_NONE;
	for (unsigned alg = 0; e == OK && alg < JWA_ISSUED; alg++) {
		enum jwa key =
		    conf_access_token_alg(&h->p->conf, (enum jwa)alg);

		if (!(algs & 1u << alg) || (seen & 1u << key))
			continue;
		seen |= 1u << key;
		e = signkey_active(t, key, &h->keys[h->count++]);
		if (e == ERR_NOT_FOUND)
			e = refused(REASON_NO_SIGNING_KEY, &h->reason);
	}
	return e;
}

enum err
health_look(const struct provider *p, enum reason *reason)
{
	struct health_ctx h = {.p = p};
	enum err e = store_read(p->store, find_keys_step, &h);

	for (size_t i = 0; e == OK && i < h.count; i++)
		e = signer_probe(p->signer, &h.keys[i]);
	*reason = h.reason;
	return e;
}
