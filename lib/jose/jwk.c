#include "jose/jwk.h"

#include "base/str.h"
#include "jose/ed25519.h"
#include "jose/es256.h"
#include "jose/rs256.h"

#include <string.h>

enum { KEY_OPS_MAX = 8 }; /* as many as RFC 7517 4.3 names */

/* --- one key -------------------------------------------------------------- */

/* A member that must be a string if it is there at all; NULL if it is not. */
static enum err
optional_str(const json_t *jwk, const char *name, const char **value)
{
	const json_t *member = json_object_get(jwk, name);

	*value = json_string_value(member);
	return member == NULL || *value != NULL ? OK : ERR_SYNTAX;
}

/* Decodes the member NAME, of exactly LEN bytes (RFC 7518 6.2.1.2). */
static enum err
read_exact(const json_t *jwk, const char *name, uint8_t *bytes, size_t len)
{
	const char *text = json_string_value(json_object_get(jwk, name));

	return text != NULL ? base64url_decode_exact(bytes, len, text)
			    : ERR_SYNTAX;
}

static enum err
read_ed25519(struct public_key *k, const json_t *jwk)
{
	k->len = ED25519_PUBLIC_LEN;
	return read_exact(jwk, "x", k->bytes, k->len);
}

static enum err
read_p256(struct public_key *k, const json_t *jwk)
{
	uint8_t *y = k->bytes + ES256_COORDINATE_LEN;

	k->len = ES256_PUBLIC_LEN;
	if (read_exact(jwk, "x", k->bytes, ES256_COORDINATE_LEN) != OK ||
	    read_exact(jwk, "y", y, ES256_COORDINATE_LEN) != OK)
		return ERR_SYNTAX;
	return OK;
}

/* Both numbers without leading zeroes (RFC 7518 6.3.1). A small exponent is
 * not worth the care it needs, and nothing makes them any more. */
static enum err
read_rsa(struct public_key *k, const json_t *jwk)
{
	const char *n = json_string_value(json_object_get(jwk, "n"));
	const char *e = json_string_value(json_object_get(jwk, "e"));
	uint8_t exponent[RS256_MODULUS_CAP];
	size_t exponent_len;

	if (n == NULL || e == NULL)
		return ERR_SYNTAX;
	if (strlen(n) >= BASE64URL_CAP(RS256_MODULUS_CAP) ||
	    strlen(e) >= BASE64URL_CAP(sizeof exponent))
		return ERR_UNSUPPORTED;
	if (base64url_decode(
		k->bytes, RS256_MODULUS_CAP, &k->len, n, strlen(n)) != OK ||
	    base64url_decode(
		exponent, sizeof exponent, &exponent_len, e, strlen(e)) != OK ||
	    k->len == 0 || exponent_len == 0 || k->bytes[0] == 0 ||
	    exponent[0] == 0 || k->bytes[k->len - 1] % 2 == 0 ||
	    exponent[exponent_len - 1] % 2 == 0)
		return ERR_SYNTAX;
	/* The shortest that fits has its first bit set, or it is shorter. */
	if (!public_key_fits(JWA_RS256, k->len) ||
	    (k->len == RS256_BITS / 8 && k->bytes[0] < 0x80) ||
	    !str_equal(e, "AQAB"))
		return ERR_UNSUPPORTED;
	return OK;
}

static const struct jwk_kind {
	const char *kty, *crv;
	enum jwa alg;
	enum err (*read)(struct public_key *k, const json_t *jwk);
} kinds[] = {
    {"OKP", "Ed25519", JWA_EDDSA, read_ed25519},
    {"EC", "P-256", JWA_ES256, read_p256},
    {"RSA", NULL, JWA_RS256, read_rsa},
};

/* OK and the kind; ERR_SYNTAX, ERR_UNSUPPORTED. */
static enum err
find_kind(const json_t *jwk, const struct jwk_kind **kind)
{
	const char *kty, *crv;

	if (optional_str(jwk, "kty", &kty) != OK || kty == NULL ||
	    optional_str(jwk, "crv", &crv) != OK)
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		*kind = &kinds[i];
		if (str_equal(kty, kinds[i].kty) &&
		    (kinds[i].crv == NULL ||
			(crv != NULL && str_equal(crv, kinds[i].crv))))
			return OK;
	}
	return ERR_UNSUPPORTED;
}

/* Members of private keys (RFC 7518 6.2.2, 6.3.2; RFC 8037 2) and of secrets
 * (6.4). Who sends one has given the key away. */
static bool
has_private_member(const json_t *jwk)
{
	static const char *const names[] = {
	    "d", "p", "q", "dp", "dq", "qi", "oth", "k"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_object_get(jwk, names[i]) != NULL)
			return true;
	return false;
}

/* RFC 7517 4.3: strings, each once, one of them "verify". */
static enum err
check_key_ops(const json_t *ops)
{
	bool verifies = false;

	if (ops == NULL)
		return OK;
	if (!json_is_array(ops) || json_array_size(ops) > KEY_OPS_MAX)
		return ERR_SYNTAX;
	for (size_t i = 0; i < json_array_size(ops); i++) {
		const char *op = json_string_value(json_array_get(ops, i));

		if (op == NULL)
			return ERR_SYNTAX;
		for (size_t j = 0; j < i; j++)
			if (str_equal(
				op, json_string_value(json_array_get(ops, j))))
				return ERR_SYNTAX;
		verifies |= str_equal(op, "verify");
	}
	return verifies ? OK : ERR_UNSUPPORTED;
}

/* What the key is for, as far as it says so: *ALG is what its kind is for, and
 * of RSA the name tells (RFC 8725 3.1: no key is for two algorithms). */
static enum err
read_purpose(const json_t *jwk, enum jwa *alg)
{
	const char *use, *name;
	enum jwa named;
	enum err ops = check_key_ops(json_object_get(jwk, "key_ops"));

	if (optional_str(jwk, "use", &use) != OK ||
	    optional_str(jwk, "alg", &name) != OK || ops == ERR_SYNTAX)
		return ERR_SYNTAX;
	if (name != NULL) {
		named = jwa_of_others(name);
		if (named == JWA_COUNT)
			return ERR_UNSUPPORTED;
		if (named == JWA_PS256 && *alg == JWA_RS256)
			*alg = JWA_PS256;
		if (named != *alg)
			return ERR_SYNTAX;
	}
	if (use != NULL && !str_equal(use, "sig"))
		return ERR_UNSUPPORTED;
	/* "sig", and not for verifying, is a contradiction. */
	return use != NULL && ops != OK ? ERR_SYNTAX : ops;
}

static enum err
read_kid(struct public_key *k, const json_t *jwk)
{
	const char *kid;

	if (optional_str(jwk, "kid", &kid) != OK)
		return ERR_SYNTAX;
	if (kid != NULL &&
	    (kid[0] == '\0' || str_copy(k->kid, sizeof k->kid, kid) != OK))
		return ERR_SYNTAX;
	return OK;
}

enum err
jwk_read_form(struct public_key *k, const json_t *jwk)
{
	const struct jwk_kind *kind;
	enum err e;

	memset(k, 0, sizeof *k);
	if (!json_is_object(jwk))
		return ERR_SYNTAX;
	if (has_private_member(jwk))
		return ERR_FORBIDDEN;
	e = find_kind(jwk, &kind);
	if (e == OK) {
		k->alg = kind->alg;
		e = read_purpose(jwk, &k->alg);
	}
	if (e == OK)
		e = read_kid(k, jwk);
	if (e == OK)
		e = kind->read(k, jwk);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

enum err
jwk_read(struct public_key *k, const json_t *jwk)
{
	enum err e = jwk_read_form(k, jwk);

	if (e == OK)
		e = public_key_check(k);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

/* --- a set ---------------------------------------------------------------- */

static bool
is_in_set(const struct jwk_set *set, const struct public_key *k)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct public_key *other = &set->keys[i];

		if (k->kid[0] != '\0' && str_equal(k->kid, other->kid))
			return true;
		/* Of RSA also for two algorithms: its length tells the kind. */
		if (k->len == other->len &&
		    memcmp(k->bytes, other->bytes, k->len) == 0)
			return true;
	}
	return false;
}

typedef enum err read_key(struct public_key *k, const json_t *jwk);

static enum err
read_keys(struct jwk_set *set, const json_t *keys, read_key *read)
{
	if (!json_is_array(keys))
		return ERR_SYNTAX;
	for (size_t i = 0; i < json_array_size(keys); i++) {
		struct public_key k;
		enum err e = read(&k, json_array_get(keys, i));

		if (e == ERR_UNSUPPORTED)
			continue;
		if (e != OK)
			return e;
		if (is_in_set(set, &k))
			return ERR_SYNTAX;
		if (set->count == JWK_SET_MAX)
			return ERR_NO_SPACE;
		set->keys[set->count++] = k;
	}
	return set->count > 0 ? OK : ERR_UNSUPPORTED;
}

static enum err
read_set(struct jwk_set *set, const char *text, size_t len, read_key *read)
{
	json_t *tree;
	enum err e;

	set->count = 0;
	if (len > JWK_SET_TEXT_MAX)
		return ERR_NO_SPACE;
	tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	e = read_keys(set, json_object_get(tree, "keys"), read);
	json_decref(tree);
	if (e != OK)
		set->count = 0;
	return e;
}

enum err
jwk_set_read(struct jwk_set *set, const char *text, size_t len)
{
	return read_set(set, text, len, jwk_read);
}

enum err
jwk_set_read_form(struct jwk_set *set, const char *text, size_t len)
{
	return read_set(set, text, len, jwk_read_form);
}

static bool
is_rsa(enum jwa alg)
{
	return alg == JWA_RS256 || alg == JWA_PS256;
}

void
jwk_set_limit(struct jwk_set *set, enum jwa alg, bool any_rsa)
{
	size_t left = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct public_key *k = &set->keys[i];

		if (any_rsa && is_rsa(alg) && is_rsa(k->alg))
			k->alg = alg;
		if (k->alg == alg)
			set->keys[left++] = *k;
	}
	set->count = left;
}
