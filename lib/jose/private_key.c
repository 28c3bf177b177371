#include "jose/private_key.h"

#include "jose/ed25519.h"
#include "jose/rs256.h"

#include <stdlib.h>

_Static_assert((int)PRIVATE_KEY_PEM_CAP >= (int)RS256_PEM_CAP &&
		   (int)PRIVATE_KEY_PEM_CAP >= (int)ED25519_PEM_CAP,
    "both kinds of PEM fit");

static enum err
make_key_pair(
    char pem[static PRIVATE_KEY_PEM_CAP], size_t *pem_len, struct public_key *k)
{
	switch (k->alg) {
	case JWA_EDDSA:
		ed25519_make(pem, k->bytes);
		k->len = ED25519_PUBLIC_LEN;
		*pem_len = ED25519_PEM_LEN;
		return OK;
	case JWA_RS256:
		return rs256_make(pem, PRIVATE_KEY_PEM_CAP, pem_len, k->bytes,
		    sizeof k->bytes, &k->len);
	default:
		return ERR_UNSUPPORTED;
	}
}

enum err
private_key_make(char pem[static PRIVATE_KEY_PEM_CAP], size_t *pem_len,
    struct public_key *k, enum jwa alg)
{
	enum err e;

	*k = (struct public_key){.alg = alg};
	*pem_len = 0;
	e = make_key_pair(pem, pem_len, k);
	if (e == OK)
		e = public_key_thumbprint(k->kid, k);
	return e;
}

struct private_key {
	struct public_key pub;
	struct ed25519_key *ed25519; /* one of the two */
	struct rs256_key *rs256;
};

enum err
private_key_load(struct private_key **k, const struct public_key *pub,
    const char *pem, size_t pem_len)
{
	enum err e;

	*k = calloc(1, sizeof **k);
	if (*k == NULL)
		return ERR_NO_MEMORY;
	(*k)->pub = *pub;
	switch (pub->alg) {
	case JWA_EDDSA:
		e = ed25519_load(&(*k)->ed25519, pem, pem_len, pub->bytes);
		break;
	case JWA_RS256:
		e = rs256_load(
		    &(*k)->rs256, pem, pem_len, pub->bytes, pub->len);
		break;
	default:
		e = ERR_UNSUPPORTED;
	}
	if (e != OK)
		private_key_free(k);
	return e;
}

void
private_key_free(struct private_key **k)
{
	if (*k != NULL) {
		ed25519_free(&(*k)->ed25519);
		rs256_free(&(*k)->rs256);
	}
	free(*k);
	*k = NULL;
}

const struct public_key *
private_key_public(const struct private_key *k)
{
	return &k->pub;
}

enum err
private_key_sign(const struct private_key *k, const void *bytes, size_t len,
    uint8_t sig[static SIGNATURE_MAX], size_t *sig_len)
{
	if (k->rs256 != NULL)
		return rs256_sign(
		    k->rs256, bytes, len, sig, SIGNATURE_MAX, sig_len);
	ed25519_sign(k->ed25519, bytes, len, sig);
	*sig_len = ED25519_SIGNATURE_LEN;
	return OK;
}
