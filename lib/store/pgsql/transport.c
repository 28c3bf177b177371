/* How the server is reached: by a socket or a network of this host alone, or
 * with TLS that knows whom it talks to. */
#include "store/pgsql/internal.h"

#include "base/str.h"

#include <string.h>

/* Whether HOST, of LEN bytes, is this one. */
static bool
is_here(const char *host, size_t len)
{
	static const char *const names[] = {"localhost", "::1", "127.0.0.1"};

	if (len == 0 || host[0] == '/' || host[0] == '@')
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && memcmp(names[i], host, len) == 0)
			return true;
	return false;
}

/* The same for each of those that are separated by commas. */
static bool
are_here(const char *hosts)
{
	size_t len;

	for (;; hosts += len + 1) {
		len = strcspn(hosts, ",");
		if (!is_here(hosts, len))
			return false;
		if (hosts[len] == '\0')
			return true;
	}
}

static const char *
find_option(const PQconninfoOption *options, const char *name)
{
	for (; options->keyword != NULL; options++)
		if (str_equal(options->keyword, name))
			return options->val != NULL ? options->val : "";
	return "";
}

static bool
is_safe(const PQconninfoOption *options)
{
	const char *addresses = find_option(options, "hostaddr");
	const char *mode = find_option(options, "sslmode");

	if (addresses[0] == '\0')
		addresses = find_option(options, "host");
	return are_here(addresses) || str_equal(mode, "verify-full") ||
	       str_equal(mode, "verify-ca");
}

enum err
pgsql_check_transport(struct engine_db *db)
{
	static const char *const names[] = {"dbname", NULL};
	const char *const values[] = {db->where, NULL};
	/* It has begun to connect, and sent nothing: but what a service or the
	 * environment adds is known now. */
	PGconn *pg = PQconnectStartParams(names, values, 1);
	PQconninfoOption *options = pg != NULL ? PQconninfo(pg) : NULL;
	enum err e = ERR_NO_MEMORY;

	if (options != NULL)
		e = is_safe(options) ? OK : ERR_UNSUPPORTED;
	if (e == ERR_UNSUPPORTED)
		pgsql_tell(db, e,
		    "the server is on another host, and its certificate is not "
		    "verified: set sslmode=verify-full");
	PQconninfoFree(options);
	PQfinish(pg);
	return e;
}
