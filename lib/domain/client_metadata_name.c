#include "domain/client_metadata.h"

#include "base/str.h"

#include <string.h>

/* In the order of their code points, as UTF-8: from one to another. */
static const struct {
	const char *first, *last;
} barred_in_names[] = {
    {"\x01", "\x1f"}, {"\x7f", "\x7f"}, {"\xc2\x80", "\xc2\x9f"}, /* C1 */
    {"\xc2\xad", "\xc2\xad"},                 /* soft hyphen */
    {"\xd8\x9c", "\xd8\x9c"},                 /* ALM */
    {"\xe1\xa0\x8e", "\xe1\xa0\x8e"},         /* vowel separator */
    {"\xe2\x80\x8b", "\xe2\x80\x8b"},         /* zero width space */
    {"\xe2\x80\x8e", "\xe2\x80\x8f"},         /* LRM, RLM */
    {"\xe2\x80\xa8", "\xe2\x80\xae"},         /* lines; embeddings */
    {"\xe2\x81\xa0", "\xe2\x81\xaf"},         /* isolates, invisible ones */
    {"\xe3\x85\xa4", "\xe3\x85\xa4"},         /* a letter that is blank */
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},         /* BOM */
    {"\xef\xbf\xb9", "\xef\xbf\xbb"},         /* annotations */
    {"\xf3\xa0\x80\x80", "\xf3\xa0\x87\xaf"}, /* tags */
};

static bool
begins_barred(const char *s)
{
	for (size_t i = 0; i < sizeof barred_in_names / sizeof *barred_in_names;
	     i++) {
		size_t len = strlen(barred_in_names[i].first);

		if (strncmp(s, barred_in_names[i].first, len) >= 0 &&
		    strncmp(s, barred_in_names[i].last, len) <= 0)
			return true;
	}
	return false;
}

const char *
client_metadata_name_refusal(const char *name)
{
	if (strlen(name) >= CLIENT_NAME_CAP)
		return "a name has at most 128 bytes";
	if (!str_is_utf8(name, strlen(name)))
		return "a name is UTF-8";
	for (; *name != '\0'; name++)
		if (begins_barred(name))
			return "a name has no control characters, and none "
			       "that turn or hide the text around them";
	return NULL;
}
