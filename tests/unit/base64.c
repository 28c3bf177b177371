#include "base/base64.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"

#include <sodium.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

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

/* --- as libsodium does it ------------------------------------------------ */

static bool
same_spelling(const uint8_t *bytes, size_t len)
{
	char ours[BASE64URL_CAP(64)], theirs[BASE64URL_CAP(64)];

	base64url_encode(ours, sizeof ours, bytes, len);
	sodium_bin2base64(theirs, sizeof theirs, bytes, len, VARIANT);
	return str_equal(ours, theirs);
}

/* Its 1.0.18 takes bytes over 127 for characters, which we must not. */
static bool
is_ascii(const char *text, size_t text_len)
{
	for (size_t i = 0; i < text_len; i++)
		if ((unsigned char)text[i] > 127)
			return false;
	return true;
}

static bool
same_reading(const char *text, size_t text_len)
{
	uint8_t ours[64] = {0}, theirs[64] = {0};
	size_t ours_len = 0, theirs_len = 0;
	bool good = sodium_base642bin(theirs, sizeof theirs, text, text_len,
			NULL, &theirs_len, NULL, VARIANT) == 0 &&
		    is_ascii(text, text_len);

	if (base64url_decode(ours, sizeof ours, &ours_len, text, text_len) !=
	    (good ? OK : ERR_SYNTAX))
		return false;
	return !good ||
	       (ours_len == theirs_len && memcmp(ours, theirs, ours_len) == 0);
}

static void
as_libsodium(void)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	    "+/= @[`{\x80\xFF";
	bool spelled = true, read = true, mixed = true;
	uint8_t bytes[64];
	char text[64];

	for (unsigned n = 0; n < 1U << 16; n++) {
		bytes[0] = (uint8_t)(n >> 8);
		bytes[1] = (uint8_t)n;
		bytes[2] = (uint8_t)(n * 7);
		memcpy(text, "AA", 2);
		memcpy(text + 2, bytes, 2);
		spelled = spelled && same_spelling(bytes, 1 + n % 3);
		read =
		    read && same_reading(text + 2, 2) && same_reading(text, 4);
	}
	for (unsigned n = 0; n < 50000; n++) {
		size_t len = randombytes_uniform(sizeof text);
		/* Seldom a character that does not belong. */
		uint32_t range = n % 4 ? 64 : sizeof alphabet;

		randombytes_buf(bytes, sizeof bytes);
		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[randombytes_uniform(range)];
		mixed = mixed && same_spelling(bytes, len % 48) &&
			same_reading(text, len);
	}
	CHECK(spelled, "base64url: every byte is spelled as libsodium does");
	CHECK(read, "base64url: every pair of characters is read as libsodium "
		    "does");
	CHECK(mixed, "base64url: texts of all lengths are as libsodium's");
}

int
main(void)
{
	CHECK(secret_init() == OK, "libsodium starts");
	base64url();
	base64url_exact();
	base64();
	as_libsodium();
	return check_done();
}
