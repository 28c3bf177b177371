#include "jose/key.h"

#include "jose/ed25519.h"
#include "jose/rs256.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)PUBLIC_KEY_CAP >= (int)RS256_MODULUS_CAP &&
		   (int)SIGNATURE_MAX >= (int)RS256_MODULUS_CAP &&
		   (int)PRIVATE_KEY_PEM_CAP >= (int)RS256_PEM_CAP &&
		   (int)PRIVATE_KEY_PEM_CAP >= (int)ED25519_PEM_CAP,
    "both algorithms fit");

/* --- public -------------------------------------------------------------- */

bool
public_key_fits(enum jwa alg, size_t len)
{
	switch (alg) {
	case JWA_EDDSA:
		return len == ED25519_PUBLIC_LEN;
	case JWA_RS256:
		return len >= RS256_BITS / 8 && len <= RS256_MODULUS_CAP;
	default:
		return false;
	}
}

/* The members that make the key what it is (RFC 7638 3.2, RFC 8037 2). */
static json_t *
required_members(const struct public_key *k)
{
	char text[BASE64URL_CAP(PUBLIC_KEY_CAP)];

	base64url_encode(text, sizeof text, k->bytes, k->len);
	if (k->alg == JWA_EDDSA)
		return json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv",
		    "Ed25519", "x", text);
	return json_pack(
	    "{s:s, s:s, s:s}", "kty", "RSA", "n", text, "e", "AQAB");
}

json_t *
public_key_jwk(const struct public_key *k)
{
	json_t *jwk, *about;

	jwk = required_members(k);
	about = json_pack("{s:s, s:s, s:s}", "kid", k->kid, "use", "sig", "alg",
	    jwa_name(k->alg));
	if (json_object_update(jwk, about) != 0) {
		json_decref(jwk);
		jwk = NULL;
	}
	json_decref(about);
	return jwk;
}

enum err
public_key_thumbprint(char kid[static KID_CAP], const struct public_key *k)
{
	char text[BASE64URL_CAP(PUBLIC_KEY_CAP) + 64];
	uint8_t hash[crypto_hash_sha256_BYTES];
	json_t *members;
	size_t len;

	members = required_members(k);
	len = json_dumpb(
	    members, text, sizeof text, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(members);
	if (len == 0 || len > sizeof text) {
		kid[0] = '\0';
		return ERR_NO_MEMORY;
	}
	crypto_hash_sha256(hash, (const unsigned char *)text, len);
	base64url_encode(kid, KID_CAP, hash, sizeof hash);
	return OK;
}

enum err
public_key_verify(const struct public_key *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	switch (k->alg) {
	case JWA_EDDSA:
		return ed25519_verify(k->bytes, bytes, len, sig, sig_len);
	case JWA_RS256:
		return rs256_verify(k->bytes, k->len, bytes, len, sig, sig_len);
	default:
		return ERR_INVALID_TOKEN;
	}
}

/* --- private ------------------------------------------------------------- */

static enum err
make_pair(
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
	e = make_pair(pem, pem_len, k);
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
	if (pub->alg == JWA_EDDSA)
		e = ed25519_load(&(*k)->ed25519, pem, pem_len, pub->bytes);
	else
		e = rs256_load(
		    &(*k)->rs256, pem, pem_len, pub->bytes, pub->len);
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
