/* ES256: the RFC's vector, and signatures that only look like one. */
#include "jose/es256.h"

#include "base/base64.h"
#include "check.h"
#include "jose/libcrypto.h"

#include <string.h>

/* RFC 7515 A.3 */
#define A3_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define A3_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define A3_SIGNED                                                              \
	"eyJhbGciOiJFUzI1NiJ9."                                                \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"                     \
	"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define A3_SIGNATURE                                                           \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQ" \
	"xfKTUJqPP3-Kg6NU1Q"

/* p - y: on the curve, and another key's. */
#define A3_Y_NEGATED "OA67MeRCZIJ40yASRhFGC0yWopJW9NtSdbnc13p3GlI"

static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00,
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
    0x51};

/* The field's prime: the first x that is not one. */
static const uint8_t prime[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff};

static uint8_t key[ES256_PUBLIC_LEN], signature[ES256_SIGNATURE_LEN];

static bool
decode_vectors(void)
{
	return base64url_decode_exact(key, 32, A3_X) == OK &&
	       base64url_decode_exact(key + 32, 32, A3_Y) == OK &&
	       base64url_decode_exact(
		   signature, sizeof signature, A3_SIGNATURE) == OK;
}

static enum err
verify_a3(const uint8_t *sig, size_t len)
{
	return es256_verify(key, A3_SIGNED, strlen(A3_SIGNED), sig, len);
}

/* Signatures under the same key whose r, or s, begins with zeroes. */
static void
short_integers(void)
{
	static const struct {
		const char *sig, *sentence;
	} good[] = {
	    {"AEihsGNdGtmft2qzoD7BG3HgwXlmr3c_VL_xF3cH6hPbyqI0cunEXg6yQA2f3Ay"
	     "TlJS7PXJrh_Cn7_cX8xsAUw",
		"es256: an r of 31 bytes is good"},
	    {"AMZ-jL1Gz_9UttPz66wtoGY05DKzMgZhnkn74NkuhZWXeDalYxru6fbzkzlRPNa-"
	     "H1oFesj6ri3utvqkeYbKTA",
		"es256: an r of 31 bytes whose first bit is set is good"},
	    {"JBEr-_KrlRj7j8D88AQl3MZ6H_wBXeWOytjfee-NaYkAhWnuzW5OW1KofoNkn5P2"
	     "4eNv1MAH61QjeiD6uFtbPA",
		"es256: an s of 31 bytes is good"},
	};
	static const char message[] = "Example of ECDSA signing";
	uint8_t sig[ES256_SIGNATURE_LEN];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK(base64url_decode_exact(sig, sizeof sig, good[i].sig) ==
			      OK &&
			  es256_verify(key, message, sizeof message - 1, sig,
			      sizeof sig) == OK,
		    good[i].sentence);
}

/* r or s is one of those that no signature has; the other is the vector's. */
static void
refused_integers(void)
{
	static const uint8_t zero[32];
	uint8_t ones[32], above[32];
	const struct {
		const uint8_t *n;
		const char *as_r, *as_s;
	} bad[] = {
	    {zero, "es256: an r of 0 is refused",
		"es256: an s of 0 is refused"},
	    {order, "es256: an r of the order is refused",
		"es256: an s of the order is refused"},
	    {above, "es256: an r of the order and 1 is refused",
		"es256: an s of the order and 1 is refused"},
	    {prime, "es256: an r of the prime is refused",
		"es256: an s of the prime is refused"},
	    {ones, "es256: the largest r is refused",
		"es256: the largest s is refused"},
	};
	uint8_t sig[ES256_SIGNATURE_LEN] = {0};

	memset(ones, 0xff, sizeof ones);
	memcpy(above, order, sizeof above);
	above[31]++;
	CHECK(verify_a3(sig, sizeof sig) == ERR_INVALID_TOKEN,
	    "es256: r and s of 0 are refused (CVE-2022-21449)");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memcpy(sig, signature, sizeof sig);
		memcpy(sig, bad[i].n, 32);
		CHECK(verify_a3(sig, sizeof sig) == ERR_INVALID_TOKEN,
		    bad[i].as_r);
		memcpy(sig, signature, sizeof sig);
		memcpy(sig + 32, bad[i].n, 32);
		CHECK(verify_a3(sig, sizeof sig) == ERR_INVALID_TOKEN,
		    bad[i].as_s);
	}
	memcpy(sig, signature + 32, 32);
	memcpy(sig + 32, signature, 32);
	CHECK(verify_a3(sig, sizeof sig) == ERR_INVALID_TOKEN,
	    "es256: r and s the other way round are refused");
}

static void
lengths(void)
{
	uint8_t sig[2 * ES256_SIGNATURE_LEN] = {0};
	bool refused = true;

	memcpy(sig, signature, sizeof signature);
	for (size_t len = 0; len <= sizeof sig; len++)
		if (len != ES256_SIGNATURE_LEN)
			refused =
			    refused && verify_a3(sig, len) == ERR_INVALID_TOKEN;
	CHECK(refused, "es256: a signature of any other length is refused");

	/* SEQUENCE { INTEGER r, INTEGER s }; the first bit of s is set. */
	memcpy(sig, (uint8_t[]){0x30, 0x45, 0x02, 0x20}, 4);
	memcpy(sig + 4, signature, 32);
	memcpy(sig + 36, (uint8_t[]){0x02, 0x21, 0x00}, 3);
	memcpy(sig + 39, signature + 32, 32);
	CHECK(verify_a3(sig, 71) == ERR_INVALID_TOKEN,
	    "es256: a signature in DER is refused (RFC 7518 3.4)");
}

static void
one_bit_changed(void)
{
	uint8_t sig[ES256_SIGNATURE_LEN];
	bool refused = true;

	memcpy(sig, signature, sizeof sig);
	for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused =
		    refused && verify_a3(sig, sizeof sig) == ERR_INVALID_TOKEN;
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(refused, "es256: a signature with one bit changed is refused");
	CHECK(es256_verify(key, A3_SIGNED, strlen(A3_SIGNED) - 1, signature,
		  sizeof signature) == ERR_INVALID_TOKEN,
	    "es256: a signature of another text is refused");
}

static void
points(void)
{
	uint8_t xy[ES256_PUBLIC_LEN] = {0};

	CHECK(es256_check_point(key) == OK, "es256: a point is a key");
	CHECK(es256_check_point(xy) == ERR_SYNTAX,
	    "es256: x and y of 0 are no key");
	memcpy(xy, key, sizeof xy);
	xy[63] ^= 1;
	CHECK(es256_check_point(xy) == ERR_SYNTAX &&
		  es256_verify(xy, A3_SIGNED, strlen(A3_SIGNED), signature,
		      sizeof signature) == ERR_INVALID_TOKEN,
	    "es256: what is off the curve is no key, and verifies nothing");
	memcpy(xy, prime, sizeof prime);
	CHECK(es256_check_point(xy) == ERR_SYNTAX,
	    "es256: an x that is not of the field is no key");
	memcpy(xy, key, 32);
	CHECK(base64url_decode_exact(xy + 32, 32, A3_Y_NEGATED) == OK &&
		  es256_check_point(xy) == OK &&
		  es256_verify(xy, A3_SIGNED, strlen(A3_SIGNED), signature,
		      sizeof signature) == ERR_INVALID_TOKEN,
	    "es256: the other point of the same x is another key");
}

int
main(void)
{
	if (!decode_vectors())
		return 1;
	if (libcrypto_available() != OK) {
		CHECK(es256_check_point(key) == ERR_UNSUPPORTED &&
			  verify_a3(signature, sizeof signature) ==
			      ERR_UNSUPPORTED,
		    "es256: without libcrypto nothing can be said");
		return check_done();
	}
	CHECK(verify_a3(signature, sizeof signature) == OK,
	    "es256: RFC 7515 A.3: it verifies");
	short_integers();
	refused_integers();
	lengths();
	one_bit_changed();
	points();
	return check_done();
}
