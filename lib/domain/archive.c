#include "domain/archive.h"

#include "base/str.h"

#include <string.h>

enum { PLAIN_MAX = 64 };

/* --- names ---------------------------------------------------------------- */

/* Letters, digits and . _ -, with none of the dots first. */
static bool
is_plain_name(const char *name, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return len > 0 && len <= PLAIN_MAX && name[0] != '.' &&
	       strspn(name, letters) == len;
}

static bool
is_in(const char *name, const char *dir, const char *end)
{
	size_t len = strlen(dir);

	return strncmp(name, dir, len) == 0 && name[len] == '/' &&
	       is_plain_name(name + len + 1, strlen(name + len + 1)) &&
	       str_ends(name, end);
}

bool
archive_is_secret(const char *name)
{
	return str_equal(name, "secret.key") || is_in(name, "keys", ".pem");
}

bool
archive_knows(const char *name, const char *store)
{
	if (str_equal(name, "latchkey.conf") || str_equal(name, "secret.key"))
		return true;
	if (is_in(name, "store", store))
		return str_equal(name + sizeof "store", store);
	return is_in(name, "keys", ".pem") || is_in(name, "apps", "") ||
	       is_in(name, "templates", "") ||
	       (is_plain_name(name, strlen(name)) &&
		   (str_ends(name, ".png") || str_ends(name, ".svg")));
}
