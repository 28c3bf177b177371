#include "domain/resource.h"

#include "base/str.h"

#include <string.h>

const char *
resource_refusal(const char *s)
{
	if (strlen(s) >= AUDIENCE_CAP)
		return "an audience and a resource have at most 256 characters";
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return "an audience and a resource have printable "
			       "ASCII without spaces only";
	return NULL;
}

/* How many characters of S count: not a slash that is all there is after the
 * host. */
static size_t
telling_len(const char *s)
{
	const char *host = strstr(s, "://");
	size_t len = strlen(s);

	if (host == NULL || len == 0 || s[len - 1] != '/')
		return len;
	return strcspn(host + 3, "/?#") == strlen(host + 3) - 1 ? len - 1 : len;
}

void
resource_key(char key[static AUDIENCE_CAP], const char *resource)
{
	if (str_copy_n(key, AUDIENCE_CAP, resource, telling_len(resource)) !=
	    OK)
		key[0] = '\0';
}

bool
resource_same(const char *a, const char *b)
{
	size_t len = telling_len(a);

	return len == telling_len(b) && memcmp(a, b, len) == 0;
}

bool
resource_find(
    char found[static AUDIENCE_CAP], const char *list, const char *resource)
{
	while (words_next(&list, found, AUDIENCE_CAP))
		if (resource_same(found, resource))
			return true;
	found[0] = '\0';
	return false;
}

bool
resource_listed(const char *list, const char *resource)
{
	char found[AUDIENCE_CAP];

	return resource_find(found, list, resource);
}

enum err
resource_narrow(char narrowed[static RESOURCE_LIST_CAP], const char *asked,
    const char *granted)
{
	char word[AUDIENCE_CAP], found[AUDIENCE_CAP];

	narrowed[0] = '\0';
	if (asked[0] == '\0')
		return str_copy(narrowed, RESOURCE_LIST_CAP, granted);
	while (words_next(&asked, word, sizeof word))
		if (!resource_find(found, granted, word) ||
		    words_add(narrowed, RESOURCE_LIST_CAP, found) != OK)
			return ERR_INVALID_TARGET;
	return asked[0] == '\0' ? OK : ERR_INVALID_TARGET;
}

enum err
resources_check(const char *asked, const char *granted, const char *audience,
    enum reason *reason)
{
	char narrowed[RESOURCE_LIST_CAP];

	if (asked == NULL || asked[0] == '\0' ||
	    resource_narrow(
		narrowed, asked, granted[0] != '\0' ? granted : audience) == OK)
		return OK;
	return refused(REASON_RESOURCE_NOT_GRANTED, reason);
}
