#include "domain/scope.h"

#include "base/str.h"

#include <string.h>

const char *const scopes_known[] = {"openid", "profile", "email", "phone",
    "address", "groups", "offline_access", NULL};

bool
scope_is_known(const char *name)
{
	for (const char *const *s = scopes_known; *s != NULL; s++)
		if (str_equal(*s, name))
			return true;
	return false;
}

bool
scope_word_valid(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len >= SCOPE_WORD_CAP)
		return false;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || *s == '"' || *s == '\\')
			return false;
	return true;
}

enum err
scope_intersect(
    char granted[static SCOPE_CAP], const char *requested, const char *allowed)
{
	const char *cursor = requested;
	char word[SCOPE_WORD_CAP];

	granted[0] = '\0';
	if (strlen(requested) >= SCOPE_CAP)
		return ERR_INVALID_SCOPE;
	while (words_next(&cursor, word, sizeof word)) {
		if (!scope_word_valid(word))
			return ERR_INVALID_SCOPE;
		if (words_has(allowed, word) &&
		    words_add(granted, SCOPE_CAP, word) != OK)
			return ERR_INVALID_SCOPE;
	}
	/* words_next stops early at a word over its ceiling */
	return cursor[strspn(cursor, " ")] == '\0' ? OK : ERR_INVALID_SCOPE;
}
