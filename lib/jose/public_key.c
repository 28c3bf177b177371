#include "jose/public_key.h"

#include "jose/ed25519.h"
#include "jose/es256.h"
#include "jose/libcrypto.h"
#include "jose/rs256.h"

#include <sodium.h>

_Static_assert((int)PUBLIC_KEY_CAP >= (int)RS256_MODULUS_CAP &&
		   (int)SIGNATURE_MAX >= (int)RS256_MODULUS_CAP,
    "the longest RSA key fits");

bool
public_key_fits(enum jwa alg, size_t len)
{
	switch (alg) {
	case JWA_EDDSA:
		return len == ED25519_PUBLIC_LEN;
	case JWA_ES256:
		return len == ES256_PUBLIC_LEN;
	case JWA_RS256:
	case JWA_PS256:
		return len >= RS256_BITS / 8 && len <= RS256_MODULUS_CAP;
	default:
		return false;
	}
}

enum err
public_key_check(const struct public_key *k)
{
	switch (k->alg) {
	case JWA_EDDSA:
		return ed25519_check_point(k->bytes);
	case JWA_ES256:
		return es256_check_point(k->bytes);
	case JWA_RS256:
	case JWA_PS256:
		return libcrypto_available();
	default:
		return OK;
	}
}

/* The members that make the key what it is (RFC 7638 3.2, RFC 8037 2). */
static json_t *
required_members(const struct public_key *k)
{
	char text[BASE64URL_CAP(PUBLIC_KEY_CAP)];
	char y[BASE64URL_CAP(ES256_COORDINATE_LEN)];

	if (k->alg == JWA_ES256) {
		base64url_encode(
		    text, sizeof text, k->bytes, ES256_COORDINATE_LEN);
		base64url_encode(y, sizeof y, k->bytes + ES256_COORDINATE_LEN,
		    ES256_COORDINATE_LEN);
		return json_pack("{s:s, s:s, s:s, s:s}", "kty", "EC", "crv",
		    "P-256", "x", text, "y", y);
	}
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
	about = json_pack("{s:s*, s:s, s:s}", "kid",
	    k->kid[0] != '\0' ? k->kid : NULL, "use", "sig", "alg",
	    jwa_name(k->alg));
	if (json_object_update(jwk, about) != 0) {
		json_decref(jwk);
		jwk = NULL;
	}
	json_decref(about);
	return jwk;
}

enum err
public_key_thumbprint(
    char thumbprint[static THUMBPRINT_CAP], const struct public_key *k)
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
		thumbprint[0] = '\0';
		return ERR_NO_MEMORY;
	}
	crypto_hash_sha256(hash, (const unsigned char *)text, len);
	base64url_encode(thumbprint, THUMBPRINT_CAP, hash, sizeof hash);
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
	case JWA_PS256:
		return ps256_verify(k->bytes, k->len, bytes, len, sig, sig_len);
	case JWA_ES256:
		return es256_verify(k->bytes, bytes, len, sig, sig_len);
	default:
		return ERR_INVALID_TOKEN;
	}
}
