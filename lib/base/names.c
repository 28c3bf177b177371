#include "base/names.h"

#include "base/str.h"

#include <string.h>

/* The position of NAME in LIST; the length of LIST if it is not there. */
static size_t
find(const char *list, const char *name, size_t len)
{
	size_t at = 0;

	while (list[at] != '\0') {
		size_t n = strcspn(list + at, ",");

		if (n == len && memcmp(list + at, name, n) == 0)
			return at;
		at += n + (list[at + n] == ',');
	}
	return at;
}

bool
names_next(const char **cursor, char *name, size_t cap)
{
	size_t len = strcspn(*cursor, ",");

	name[0] = '\0';
	if (len == 0 || str_copy_n(name, cap, *cursor, len) != OK)
		return false;
	*cursor += len + ((*cursor)[len] == ',');
	return true;
}

bool
names_has(const char *list, const char *name)
{
	return list[find(list, name, strlen(name))] != '\0';
}

bool
names_overlap(const char *a, const char *b)
{
	while (*a != '\0') {
		size_t len = strcspn(a, ",");

		if (b[find(b, a, len)] != '\0')
			return true;
		a += len + (a[len] == ',');
	}
	return false;
}

enum err
names_add(char *list, size_t cap, const char *name)
{
	size_t len = strlen(list), comma = len > 0 ? 1 : 0, n = strlen(name);

	if (n == 0 || strchr(name, ',') != NULL)
		return ERR_SYNTAX;
	if (names_has(list, name))
		return OK;
	if (len + comma >= cap || n >= cap - len - comma)
		return ERR_NO_SPACE;
	if (comma > 0)
		list[len] = ',';
	memcpy(list + len + comma, name, n + 1);
	return OK;
}

void
names_remove(char *list, const char *name)
{
	size_t len = strlen(name), at = find(list, name, len), end = at + len;

	if (list[at] == '\0')
		return;
	if (list[end] == ',')
		end++;
	else if (at > 0) /* the last: the comma before it goes too */
		at--;
	memmove(list + at, list + end, strlen(list + end) + 1);
}
