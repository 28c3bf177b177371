#include "base/base64.h"

#include "base/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EACH = 0x01010101 }; /* a number in each byte of four */

/* 1 in each byte of FOUR, all below 64, that is at least N. */
static uint32_t
at_least(uint32_t four, uint32_t n)
{
	return (four + EACH * (128 - n)) >> 7 & EACH;
}

/* The characters for six bits in each byte of FOUR: A-Z a-z 0-9 - _ */
static uint32_t
spell(uint32_t four)
{
	return four + EACH * 'A' + at_least(four, 26) * 6 +
	       at_least(four, 63) * 49 - at_least(four, 52) * 75 -
	       at_least(four, 62) * 13;
}

/* Spells the 24 bits in THREE into TEXT. */
static void
put_four(char *text, uint32_t three)
{
	uint32_t four =
	    spell((three & 0xFC0000) << 6 | (three & 0x03F000) << 4 |
		  (three & 0x000FC0) << 2 | (three & 0x00003F));

	text[0] = (char)(four >> 24);
	text[1] = (char)(four >> 16 & 0xFF);
	text[2] = (char)(four >> 8 & 0xFF);
	text[3] = (char)(four & 0xFF);
}

void
base64url_encode(char *text, size_t cap, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	if (cap < BASE64URL_CAP(len))
		abort();
	for (; len >= 3; len -= 3, b += 3, text += 4)
		put_four(
		    text, (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2]);
	if (len > 0) {
		char last[4];

		put_four(last,
		    (uint32_t)b[0] << 16 | (len > 1 ? (uint32_t)b[1] << 8 : 0));
		memcpy(text, last, len + 1);
		text += len + 1;
	}
	*text = '\0';
}

/* 1 in each byte of FOUR, all below 128, from FIRST to LAST. */
static uint32_t
within(uint32_t four, uint32_t first, uint32_t last)
{
	return at_least(four, first) & ~at_least(four, last + 1);
}

/* The characters for 62 and 63. */
struct alphabet {
	uint32_t c62, c63;
};
static const struct alphabet standard = {'+', '/'}, url = {'-', '_'};

/* The 24 bits that the characters at TEXT spell; *bad is not zero afterwards if
 * one of them spells nothing. */
static uint32_t
get_four(const char *text, const struct alphabet *a, uint32_t *bad)
{
	const uint8_t *t = (const uint8_t *)text;
	uint32_t all = (uint32_t)t[0] << 24 | (uint32_t)t[1] << 16 |
		       (uint32_t)t[2] << 8 | t[3];
	uint32_t four = all & EACH * 127;
	uint32_t upper = within(four, 'A', 'Z'), lower = within(four, 'a', 'z');
	uint32_t digit = within(four, '0', '9');
	uint32_t c62 = within(four, a->c62, a->c62);
	uint32_t c63 = within(four, a->c63, a->c63);

	*bad |= (all ^ four) | ((upper | lower | digit | c62 | c63) ^ EACH);
	four += digit * (52 - '0') + c62 * (62 - a->c62) + c63 * (63 - a->c63) -
		upper * 'A' - lower * ('a' - 26);
	return (four >> 6 & 0xFC0000) | (four >> 4 & 0x03F000) |
	       (four >> 2 & 0x000FC0) | (four & 0x00003F);
}

/* Writes what TEXT spells; not zero if it is no spelling. */
static uint32_t
decode_all(
    uint8_t *b, const char *text, size_t text_len, const struct alphabet *a)
{
	char last[4] = {'A', 'A', 'A', 'A'};
	uint32_t bad = 0, three;

	for (; text_len >= 4; text_len -= 4, text += 4) {
		three = get_four(text, a, &bad);
		*b++ = (uint8_t)(three >> 16);
		*b++ = (uint8_t)(three >> 8);
		*b++ = (uint8_t)three;
	}
	memcpy(last, text, text_len);
	three = get_four(last, a, &bad);
	if (text_len > 1)
		*b++ = (uint8_t)(three >> 16);
	if (text_len > 2)
		*b = (uint8_t)(three >> 8);
	return bad | (three & (text_len > 2 ? 0xFF : 0xFFFF));
}

static enum err
decode_alphabet(void *bytes, size_t cap, size_t *len, const char *text,
    size_t text_len, const struct alphabet *a)
{
	size_t rest = text_len % 4;

	*len = text_len / 4 * 3 + (rest > 0 ? rest - 1 : 0);
	if (rest != 1 && *len <= cap &&
	    decode_all(bytes, text, text_len, a) == 0)
		return OK;
	if (cap > 0)
		secret_wipe(bytes, cap);
	*len = 0;
	return ERR_SYNTAX;
}

enum err
base64url_decode(
    void *bytes, size_t cap, size_t *len, const char *text, size_t text_len)
{
	return decode_alphabet(bytes, cap, len, text, text_len, &url);
}

enum err
base64url_decode_exact(void *bytes, size_t len, const char *text)
{
	size_t n;

	if (base64url_decode(bytes, len, &n, text, strlen(text)) != OK)
		return ERR_SYNTAX;
	if (n == len)
		return OK;
	secret_wipe(bytes, len);
	return ERR_SYNTAX;
}

enum err
base64_decode(void *bytes, size_t cap, size_t *len, const char *text)
{
	size_t text_len = strlen(text);

	/* Padding is whole or not there. */
	if (text_len > 0 && text_len % 4 == 0)
		for (int i = 0; i < 2 && text[text_len - 1] == '='; i++)
			text_len--;
	return decode_alphabet(bytes, cap, len, text, text_len, &standard);
}
