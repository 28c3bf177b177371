#include "domain/destination.h"

#include "base/str.h"
#include "domain/uri.h"

#include <string.h>

bool
destination_is_needed(const char *method)
{
	return str_equal_nocase(method, "COPY") ||
	       str_equal_nocase(method, "MOVE");
}

/* Where the path of VALUE begins, after an origin that is ORIGIN; or NULL. */
static const char *
after_origin(const char *origin, const char *value)
{
	char head[ORIGIN_CAP], found[ORIGIN_CAP];
	const char *authority = strstr(value, "://");
	size_t len;

	if (authority == NULL)
		return NULL;
	authority += strlen("://");
	len = (size_t)(authority - value) + strcspn(authority, "/?#");
	if (str_copy_n(head, sizeof head, value, len) != OK ||
	    strchr(head, '@') != NULL || uri_origin(found, head) != OK ||
	    !str_equal(found, origin))
		return NULL;
	return value + len;
}

const char *
destination_target(const char *origin, const char *value)
{
	const char *target = value;

	if (strchr(value, ' ') != NULL || str_has_control(value) ||
	    str_starts(value, "//"))
		return NULL;
	if (value[0] != '/')
		target = after_origin(origin, value);
	if (target != NULL && (target[0] == '\0' || target[0] == '?'))
		return "/";
	return target;
}
