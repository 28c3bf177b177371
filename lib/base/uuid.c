#include "base/uuid.h"

#include "base/secret.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

static bool
is_hyphen_place(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

static const char *
digit_find(char c)
{
	return memchr(digits, c, sizeof digits - 1);
}

void
uuid_make(uint8_t uuid[static UUID_LEN])
{
	random_bytes(uuid, UUID_LEN);
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

void
uuid_encode(char text[static UUID_CAP], const uint8_t uuid[static UUID_LEN])
{
	size_t at = 0;

	for (size_t i = 0; i < UUID_LEN; i++) {
		if (is_hyphen_place(at))
			text[at++] = '-';
		text[at++] = digits[uuid[i] >> 4];
		text[at++] = digits[uuid[i] & 0x0f];
	}
	text[at] = '\0';
}

bool
uuid_has_form(const char *text)
{
	size_t at;

	for (at = 0; text[at] != '\0'; at++) {
		char c = text[at];

		if (is_hyphen_place(at)
			? c != '-'
			: digit_find(c) == NULL && (c < 'A' || c > 'F'))
			return false;
	}
	return at == UUID_CAP - 1;
}

enum err
uuid_decode(uint8_t uuid[static UUID_LEN], const char *text)
{
	size_t nibble = 0;

	memset(uuid, 0, UUID_LEN);
	if (!uuid_has_form(text))
		return ERR_SYNTAX;
	for (; *text != '\0'; text++) {
		const char *digit = digit_find(*text);

		if (digit == NULL && *text != '-') /* upper case */
			break;
		if (digit == NULL)
			continue;
		uuid[nibble / 2] |=
		    (uint8_t)((digit - digits) << (nibble % 2 ? 0 : 4));
		nibble++;
	}
	if (*text == '\0' && uuid[6] >> 4 == 4 && uuid[8] >> 6 == 2)
		return OK;
	memset(uuid, 0, UUID_LEN);
	return ERR_SYNTAX;
}
