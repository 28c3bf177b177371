#include "jose/cose.h"

#include "jose/cbor.h"
#include "jose/ed25519.h"
#include "jose/es256.h"
#include "jose/libcrypto.h"
#include "jose/rs256.h"

#include <string.h>

/* Labels of a key's members and their values (RFC 9052 7.1, RFC 9053 7). */
enum {
	LABEL_KTY = 1,
	LABEL_ALG = 3,
	LABEL_CRV = -1, /* of RSA: n */
	LABEL_X = -2,   /* of RSA: e */
	LABEL_Y = -3,
	LABEL_N = LABEL_CRV,
	LABEL_E = LABEL_X,
	KTY_OKP = 1,
	KTY_EC2 = 2,
	KTY_RSA = 3,
	CRV_P256 = 1,
	CRV_ED25519 = 6
};

/* The member LABEL, a byte string of LEN bytes. */
static enum err
copy_exact(const struct cbor_map *m, int label, uint8_t *bytes, size_t len)
{
	struct cbor_span value;

	if (!cbor_get_bytes(cbor_at(m, label), &value) || value.len != len)
		return ERR_SYNTAX;
	memcpy(bytes, value.bytes, len);
	return OK;
}

static enum err
read_cose_ed25519(struct public_key *k, const struct cbor_map *m)
{
	k->len = ED25519_PUBLIC_LEN;
	if (!cbor_is_int(cbor_at(m, LABEL_CRV), CRV_ED25519) ||
	    copy_exact(m, LABEL_X, k->bytes, k->len) != OK)
		return ERR_SYNTAX;
	return ed25519_check_point(k->bytes);
}

static enum err
read_cose_p256(struct public_key *k, const struct cbor_map *m)
{
	k->len = ES256_PUBLIC_LEN;
	if (!cbor_is_int(cbor_at(m, LABEL_CRV), CRV_P256) ||
	    copy_exact(m, LABEL_X, k->bytes, ES256_COORDINATE_LEN) != OK ||
	    copy_exact(m, LABEL_Y, k->bytes + ES256_COORDINATE_LEN,
		ES256_COORDINATE_LEN) != OK)
		return ERR_SYNTAX;
	return es256_check_point(k->bytes);
}

/* Authenticators have 65537 as their exponent, as the keys of jose/jwk.h. */
static enum err
read_cose_rsa(struct public_key *k, const struct cbor_map *m)
{
	static const uint8_t f4[] = {1, 0, 1};
	uint8_t exponent[sizeof f4];
	struct cbor_span n;

	if (!cbor_get_bytes(cbor_at(m, LABEL_N), &n) || n.len == 0 ||
	    n.bytes[0] == 0 || n.bytes[n.len - 1] % 2 == 0 ||
	    copy_exact(m, LABEL_E, exponent, sizeof exponent) != OK ||
	    memcmp(exponent, f4, sizeof f4) != 0)
		return ERR_SYNTAX;
	if (!public_key_fits(JWA_RS256, n.len) ||
	    (n.len == RS256_BITS / 8 && n.bytes[0] < 0x80))
		return ERR_UNSUPPORTED;
	k->len = n.len;
	memcpy(k->bytes, n.bytes, n.len);
	return libcrypto_available();
}

static const struct cose_kind {
	int number, kty;
	enum jwa alg;
	enum err (*read)(struct public_key *k, const struct cbor_map *m);
} cose_kinds[] = {
    {COSE_EDDSA, KTY_OKP, JWA_EDDSA, read_cose_ed25519},
    {COSE_ES256, KTY_EC2, JWA_ES256, read_cose_p256},
    {COSE_RS256, KTY_RSA, JWA_RS256, read_cose_rsa},
};

static enum err
read_members(struct public_key *k, const struct cbor_map *m)
{
	const struct cose_kind *kind = NULL;

	if (cbor_at(m, LABEL_KTY) == NULL || cbor_at(m, LABEL_ALG) == NULL)
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof cose_kinds / sizeof cose_kinds[0]; i++)
		if (cbor_is_int(cbor_at(m, LABEL_ALG), cose_kinds[i].number))
			kind = &cose_kinds[i];
	if (kind == NULL)
		return ERR_UNSUPPORTED;
	if (!cbor_is_int(cbor_at(m, LABEL_KTY), kind->kty))
		return ERR_SYNTAX;
	k->alg = kind->alg;
	return kind->read(k, m);
}

enum err
cose_key_read(
    struct public_key *k, const uint8_t *bytes, size_t len, size_t *used)
{
	struct cbor_map m;
	enum err e = cbor_map_read(&m, bytes, len, used);

	memset(k, 0, sizeof *k);
	if (e == OK)
		e = read_members(k, &m);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

/* --- DER ------------------------------------------------------------------ */

enum {
	DER_INTEGER = 0x02,
	DER_SEQUENCE = 0x30,
	/* 0x30 len, and twice: 0x02 len, up to 33 bytes */
	DER_MAX = 2 + 2 * (2 + 1 + ES256_COORDINATE_LEN)
};

/* Takes an INTEGER in its one spelling, not negative, as a coordinate. */
static bool
take_integer(
    const uint8_t **der, const uint8_t *end, uint8_t n[ES256_COORDINATE_LEN])
{
	const uint8_t *d = *der;
	size_t len, sign;

	if (end - d < 3 || d[0] != DER_INTEGER || d[1] == 0 ||
	    d[1] > end - (d + 2))
		return false;
	len = d[1];
	d += 2;
	*der = d + len;
	sign = len > 1 && d[0] == 0;
	if (d[0] > 0x7f || (sign && d[1] < 0x80) ||
	    len - sign > ES256_COORDINATE_LEN)
		return false;
	memset(n, 0, ES256_COORDINATE_LEN);
	memcpy(n + ES256_COORDINATE_LEN - (len - sign), d + sign, len - sign);
	return true;
}

/* RAW gets r and s, as JOSE has them. */
static bool
read_der_signature(
    uint8_t raw[static ES256_SIGNATURE_LEN], const uint8_t *der, size_t len)
{
	const uint8_t *end = der + len;

	if (len < 2 || len > DER_MAX || der[0] != DER_SEQUENCE ||
	    der[1] != len - 2)
		return false;
	der += 2;
	return take_integer(&der, end, raw) &&
	       take_integer(&der, end, raw + ES256_COORDINATE_LEN) &&
	       der == end;
}

enum err
cose_verify(const struct public_key *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	uint8_t raw[ES256_SIGNATURE_LEN];

	if (k->alg != JWA_ES256)
		return public_key_verify(k, bytes, len, sig, sig_len);
	if (!read_der_signature(raw, sig, sig_len))
		return ERR_INVALID_TOKEN;
	return public_key_verify(k, bytes, len, raw, sizeof raw);
}
