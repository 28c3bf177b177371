#include "base/secret.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static const uint8_t key[SECRET_KEY_LEN] = "0123456789abcdef0123456789abcde";

static bool
encodes(const char *bytes, const char *text)
{
	char out[BASE64URL_CAP(8)];

	base64url_encode(out, sizeof out, bytes, strlen(bytes));
	return str_equal(out, text);
}

static bool
decodes(const char *text, const char *bytes)
{
	uint8_t out[8];
	size_t len;

	return base64url_decode(out, sizeof out, &len, text, strlen(text)) ==
		   OK &&
	       len == strlen(bytes) && memcmp(out, bytes, len) == 0;
}

static bool
refused(const char *text, size_t text_len)
{
	uint8_t out[8];
	size_t len = 1;

	return base64url_decode(out, sizeof out, &len, text, text_len) ==
		   ERR_SYNTAX &&
	       len == 0;
}

static void
base64url(void)
{
	static const struct {
		const char *bytes, *text, *promise;
	} vectors[] = {
	    {"", "", "base64url: RFC 4648 10, no byte"},
	    {"f", "Zg", "base64url: RFC 4648 10, \"f\", without padding"},
	    {"fo", "Zm8", "base64url: RFC 4648 10, \"fo\", without padding"},
	    {"foo", "Zm9v", "base64url: RFC 4648 10, \"foo\""},
	    {"foob", "Zm9vYg", "base64url: RFC 4648 10, \"foob\""},
	    {"fooba", "Zm9vYmE", "base64url: RFC 4648 10, \"fooba\""},
	    {"foobar", "Zm9vYmFy", "base64url: RFC 4648 10, \"foobar\""},
	    {"\xFB\xFF\xBF", "-_-_", "base64url: 62 and 63 are - and _"},
	};

	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		CHECK(encodes(vectors[i].bytes, vectors[i].text) &&
			  decodes(vectors[i].text, vectors[i].bytes),
		    vectors[i].promise);
	CHECK(refused("Zg==", 4) && refused("Zm8=", 4),
	    "base64url: padding is refused");
	CHECK(refused("+/+/", 4), "base64url: the other alphabet is refused");
	CHECK(
	    refused("Zm 9v", 5) && refused("Zm9v\n", 5) && refused(" Zm9v", 5),
	    "base64url: white space is refused");
	CHECK(refused("Zm9v\0", 5) && refused("Zm\0v", 4),
	    "base64url: a NUL is refused");
	CHECK(refused("Zh", 2) && refused("Zm9", 3),
	    "base64url: bits left over must be zero");
	CHECK(refused("Z", 1) && refused("Zm9vY", 5),
	    "base64url: a lone character at the end is refused");
	CHECK(refused("Zm9vYmFyZm9v", 12),
	    "base64url: more bytes than there is room for are refused");
}

static void
base64url_exact(void)
{
	uint8_t out[3];

	CHECK(base64url_decode_exact(out, sizeof out, "Zm9v") == OK &&
		  memcmp(out, "foo", 3) == 0,
	    "base64url: the wanted length is taken");
	CHECK(
	    base64url_decode_exact(out, sizeof out, "Zm8") == ERR_SYNTAX &&
		memcmp(out, "\0\0\0", 3) == 0 &&
		base64url_decode_exact(out, sizeof out, "Zm9vYg") == ERR_SYNTAX,
	    "base64url: any other is refused and leaves zeroes");
}

static void
base64(void)
{
	uint8_t out[8];
	size_t len;

	CHECK(base64_decode(out, sizeof out, &len, "+/8=") == OK && len == 2 &&
		  memcmp(out, "\xFB\xFF", 2) == 0 &&
		  base64_decode(out, sizeof out, &len, "+/8") == OK && len == 2,
	    "base64: the standard alphabet is taken, padded or not");
	CHECK(base64_decode(out, sizeof out, &len, "-_8=") == ERR_SYNTAX &&
		  len == 0 &&
		  base64_decode(out, sizeof out, &len, "+/8==") == ERR_SYNTAX &&
		  base64_decode(out, sizeof out, &len, "+/ 8=") == ERR_SYNTAX,
	    "base64: the other alphabet, wrong padding and white space are "
	    "refused");
}

static void
comparisons(void)
{
	CHECK(secret_equal("abc", "abd", 2) && !secret_equal("abc", "abd", 3),
	    "secret: equal bytes are equal, others are not");
	CHECK(secret_equal_str("abc", "abc") && secret_equal_str("", "") &&
		  !secret_equal_str("abc", "abd") &&
		  !secret_equal_str("ab", "abc") &&
		  !secret_equal_str("abc", "ab") && !secret_equal_str("", "a"),
	    "secret: strings of any length are compared whole");
}

static void
hashes(void)
{
	uint8_t want[HASH_LEN], hash[HASH_LEN], a[16], b[16], c[16];

	/* Both from Python's hashlib. */
	if (base64url_decode_exact(want, sizeof want,
		"vd2BPGNCOXIxce8_7phXm5SWTjuxyz5CcmLIwGjVIxk") != OK ||
	    base64url_decode_exact(c, sizeof c, "KRjOkB3WMSfvhWd4pMN7wA") != OK)
		return;
	secret_hash(hash, "abc", 3);
	CHECK(secret_equal(hash, want, sizeof hash),
	    "hash: it is unkeyed BLAKE2b-256");
	secret_mac(a, sizeof a, key, "code", "x", 1);
	CHECK(secret_equal(a, c, sizeof a),
	    "mac: it is keyed BLAKE2b over context, zero byte and bytes");
	secret_mac(b, sizeof b, key, "token", "x", 1);
	CHECK(!secret_equal(a, b, sizeof a),
	    "mac: another context gives another");
	secret_mac(b, sizeof b, key, "cod", "ex", 2);
	CHECK(!secret_equal(a, b, sizeof a),
	    "mac: bytes cannot move between context and message");
}

static void
seals(void)
{
	uint8_t sealed[5 + SEAL_OVERHEAD], again[5 + SEAL_OVERHEAD], open[5];
	uint8_t other[SECRET_KEY_LEN] = {1};

	secret_seal(sealed, "hello", 5, key, "client");
	secret_seal(again, "hello", 5, key, "client");
	CHECK(memcmp(sealed, again, sizeof sealed) != 0,
	    "seal: the same text is never sealed the same way");
	CHECK(secret_open(open, sealed, sizeof sealed, key, "client") == OK &&
		  memcmp(open, "hello", 5) == 0,
	    "seal: what was sealed is opened");
	CHECK(secret_open(open, sealed, sizeof sealed, other, "client") ==
		  ERR_CORRUPT,
	    "seal: another key does not open it");
	CHECK(secret_open(open, sealed, sizeof sealed, key, "user") ==
		  ERR_CORRUPT,
	    "seal: another context does not open it");
	CHECK(secret_open(open, sealed, SEAL_OVERHEAD - 1, key, "client") ==
		  ERR_CORRUPT,
	    "seal: what is too short to be sealed is refused");
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		if (secret_open(open, sealed, sizeof sealed, key, "client") ==
		    OK)
			break;
		sealed[i] ^= 1;
	}
	CHECK(secret_open(open, sealed, sizeof sealed, key, "client") == OK,
	    "seal: one bit changed anywhere is noticed");
}

int
main(void)
{
	CHECK(secret_init() == OK && secret_init() == OK,
	    "secret: it starts, and may be started again");
	base64url();
	base64url_exact();
	base64();
	comparisons();
	hashes();
	seals();
	return check_done();
}
