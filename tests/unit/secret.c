#include "base/secret.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static const uint8_t key[SECRET_KEY_LEN] = "0123456789abcdef0123456789abcde";

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
	comparisons();
	hashes();
	seals();
	return check_done();
}
