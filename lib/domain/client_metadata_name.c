#include "domain/client_metadata.h"

#include "base/str.h"

#include <string.h>

/* In the order of their code points, as UTF-8: from one to another. */
struct characters {
	const char *first, *last;
};

static const struct characters barred_in_names[] = {
    {"\x01", "\x1f"}, {"\x7f", "\x7f"}, {"\xc2\x80", "\xc2\x9f"}, /* C1 */
    {"\xc2\xad", "\xc2\xad"},                 /* soft hyphen */
    {"\xcd\x8f", "\xcd\x8f"},                 /* grapheme joiner */
    {"\xd8\x9c", "\xd8\x9c"},                 /* ALM */
    {"\xe1\x85\x9f", "\xe1\x85\xa0"},         /* Hangul fillers */
    {"\xe1\x9e\xb4", "\xe1\x9e\xb5"},         /* Khmer, invisible */
    {"\xe1\xa0\x8b", "\xe1\xa0\x8f"},         /* Mongolian, invisible */
    {"\xe2\x80\x8b", "\xe2\x80\x8b"},         /* zero width space */
    {"\xe2\x80\x8e", "\xe2\x80\x8f"},         /* LRM, RLM */
    {"\xe2\x80\xa8", "\xe2\x80\xae"},         /* lines; embeddings */
    {"\xe2\x81\xa0", "\xe2\x81\xaf"},         /* isolates, invisible ones */
    {"\xe2\xa0\x80", "\xe2\xa0\x80"},         /* Braille without dots */
    {"\xe3\x85\xa4", "\xe3\x85\xa4"},         /* a letter that is blank */
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},         /* BOM */
    {"\xef\xbe\xa0", "\xef\xbe\xa0"},         /* half-width filler */
    {"\xef\xbf\xb9", "\xef\xbf\xbb"},         /* annotations */
    {"\xf3\xa0\x80\x80", "\xf3\xa0\x87\xaf"}, /* tags */
};

/* What is drawn over the character before it, and over the lines above and
 * below if there is much of it. */
static const struct characters combining[] = {
    {"\xcc\x80", "\xcd\xaf"},
    {"\xd2\x83", "\xd2\x89"},
    {"\xe1\xaa\xb0", "\xe1\xab\xbf"},
    {"\xe1\xb7\x80", "\xe1\xb7\xbf"},
    {"\xe2\x83\x90", "\xe2\x83\xbf"},
    {"\xef\xb8\xa0", "\xef\xb8\xaf"},
};

enum { COMBINING_MAX = 2 /* on one character: Vietnamese has so many */ };

/* Blanks, besides the ASCII one. */
static const struct characters blanks[] = {
    {"\xc2\xa0", "\xc2\xa0"},
    {"\xe1\x9a\x80", "\xe1\x9a\x80"},
    {"\xe2\x80\x80", "\xe2\x80\x8d"},
    {"\xe2\x80\xaf", "\xe2\x80\xaf"},
    {"\xe2\x81\x9f", "\xe2\x81\x9f"},
    {"\xe3\x80\x80", "\xe3\x80\x80"},
    {"\xef\xb8\x80", "\xef\xb8\x8f"},
};

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* Whether S, which is UTF-8, begins with one of LIST. */
static bool
begins_with(const char *s, const struct characters *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(s, list[i].first, strlen(list[i].first)) >= 0 &&
		    strncmp(s, list[i].last, strlen(list[i].last)) <= 0)
			return true;
	return false;
}

static bool
is_inner_byte(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* What people would not see as one line of text. */
static const char *
look_refusal(const char *name)
{
	size_t marks = 0;
	bool seen = *name == '\0';

	for (; *name != '\0'; name++) {
		if (is_inner_byte(*name))
			continue;
		if (begins_with(
			name, barred_in_names, COUNT_OF(barred_in_names)))
			return "a name has no control characters, and none "
			       "that turn or hide the text around them";
		if (begins_with(name, combining, COUNT_OF(combining))) {
			if (++marks > COMBINING_MAX)
				return "a name has at most two accents on a "
				       "letter";
			continue;
		}
		marks = 0;
		seen |= *name != ' ' &&
			!begins_with(name, blanks, COUNT_OF(blanks));
	}
	return seen ? NULL : "a name has something to see";
}

const char *
client_metadata_name_refusal(const char *name)
{
	if (strlen(name) >= CLIENT_NAME_CAP)
		return "a name has at most 128 bytes";
	if (!str_is_utf8(name, strlen(name)))
		return "a name is UTF-8";
	return look_refusal(name);
}
