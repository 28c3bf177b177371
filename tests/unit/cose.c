/* Keys of authenticators, and signatures in their form. */
#include "jose/cose.h"

#include "check.h"
#include "jose/libcrypto.h"
#include "passkey_vectors.h"

#include <sodium.h>
#include <string.h>

static bool has_libcrypto;
static uint8_t bytes[1024];
static size_t len;

static void
load_hex(const char *hex)
{
	sodium_hex2bin(bytes, sizeof bytes, hex, strlen(hex), " ", &len, NULL);
}

/* As load_hex, with the byte AT (from the end, if it is negative) changed. */
static void
load_changed(const char *hex, int at, uint8_t value)
{
	load_hex(hex);
	bytes[at < 0 ? (int)len + at : at] = value;
}

static enum err
read_bytes(struct public_key *k)
{
	size_t used;
	enum err e = cose_key_read(k, bytes, len, &used);

	return e == OK && used != len ? ERR_IO : e;
}

static void
what_was_signed(uint8_t text[static 69], const char *auth_data)
{
	size_t n;

	sodium_hex2bin(text, 37, auth_data, strlen(auth_data), NULL, &n, NULL);
	crypto_hash_sha256(text + 37, (const uint8_t *)VECTOR_CLIENT_DATA,
	    strlen(VECTOR_CLIENT_DATA));
}

static void
vector(const char *key, enum jwa alg, const char *auth_data,
    const char *signature, const char *sentence)
{
	uint8_t text[69];
	struct public_key k;

	load_hex(key);
	if (alg != JWA_EDDSA && !has_libcrypto) {
		CHECK(read_bytes(&k) == ERR_UNSUPPORTED, sentence);
		return;
	}
	CHECK(read_bytes(&k) == OK && k.alg == alg, sentence);
	what_was_signed(text, auth_data);
	load_hex(signature);
	CHECK(cose_verify(&k, text, sizeof text, bytes, len) == OK,
	    "and what it signed verifies");
	text[36] ^= 1;
	CHECK(
	    cose_verify(&k, text, sizeof text, bytes, len) == ERR_INVALID_TOKEN,
	    "and with another bit does not");
	text[36] ^= 1;
	CHECK(cose_verify(&k, text, sizeof text, bytes, len - 1) ==
		      ERR_INVALID_TOKEN &&
		  cose_verify(&k, text, sizeof text, bytes, 0) ==
		      ERR_INVALID_TOKEN,
	    "nor with a signature cut short");
}

static void
bad_keys(void)
{
	struct public_key k;

	load_changed(ED25519_COSE, 2, 2);
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a kty of another kind");
	load_changed(ED25519_COSE, 4, 0x2e); /* -15 */
	CHECK(read_bytes(&k) == ERR_UNSUPPORTED, "another algorithm");
	load_changed(ED25519_COSE, 6, 1);
	CHECK(read_bytes(&k) == ERR_SYNTAX, "another curve");
	load_hex("a2 01 01 03 27");
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a key without its point");
	load_hex("a1 03 27");
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a key without its type");
	load_hex("a1 01 01");
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a key without its algorithm");
	load_hex(ED25519_COSE);
	memset(bytes + len - 32, 0, 32);
	CHECK(read_bytes(&k) == ERR_SYNTAX && k.len == 0,
	    "the Ed25519 key of zeroes, which verifies what no one signed");
	load_hex(ED25519_COSE);
	len--;
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a key cut short");
}

static void
bad_keys_of_libcrypto(void)
{
	struct public_key k;

	load_hex(ES256_COSE);
	bytes[len - 1] ^= 1;
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a point off the curve");
	load_hex("a5 01 02 03 26 20 01 21 41 01 22 f5");
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a point that is compressed");
	load_changed(RS256_COSE, -1, 3);
	CHECK(read_bytes(&k) == ERR_SYNTAX, "an exponent that is not 65537");
	load_changed(RS256_COSE, 11, 0);
	CHECK(read_bytes(&k) == ERR_SYNTAX, "a modulus with a leading zero");
	load_hex("a4 01 03 03 390100 20 43 ffffff 21 43 010001");
	CHECK(read_bytes(&k) == ERR_UNSUPPORTED, "a modulus of 24 bits");
}

/* DER has one spelling of a signature. */
static void
bad_signatures(void)
{
	static const struct {
		const char *hex, *sentence;
	} bad[] = {
	    {"", "no signature"},
	    {"30 00", "a signature of nothing"},
	    {"30 06 02 01 01 02 01", "an integer cut short"},
	    {"30 06 02 01 00 02 01 01", "r is zero"},
	    {"30 06 02 01 81 02 01 01", "r is negative"},
	    {"30 07 02 02 00 01 02 01 01", "r with a zero too many"},
	    {"30 06 02 00 02 02 00 81", "r is empty"},
	    {"30 07 02 01 01 02 01 01 00", "a byte too many"},
	    {"31 06 02 01 01 02 01 01", "not a sequence"},
	    {"30 06 03 01 01 02 01 01", "not an integer"},
	    {"30 81 06 02 01 01 02 01 01", "a length in its long form"},
	    {"30 06 02 7f 01 02 01 01", "an integer longer than its place"},
	};
	uint8_t text[1] = {0};
	struct public_key k;

	load_hex(ES256_COSE);
	CHECK(read_bytes(&k) == OK, "with a good key");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		load_hex(bad[i].hex);
		CHECK(cose_verify(&k, text, 1, bytes, len) == ERR_INVALID_TOKEN,
		    bad[i].sentence);
	}
}

int
main(void)
{
	has_libcrypto = libcrypto_available() == OK;
	vector(ED25519_COSE, JWA_EDDSA, ED25519_AUTH_DATA, ED25519_SIGNATURE,
	    "an Ed25519 key");
	vector(ES256_COSE, JWA_ES256, ES256_AUTH_DATA, ES256_SIGNATURE,
	    "a P-256 key");
	vector(RS256_COSE, JWA_RS256, RS256_AUTH_DATA, RS256_SIGNATURE,
	    "an RSA key");
	bad_keys();
	if (has_libcrypto) {
		bad_keys_of_libcrypto();
		bad_signatures();
	}
	return check_done();
}
