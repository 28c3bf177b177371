/* How the server is reached: by a socket or a network of this host alone, or
 * with TLS that knows whom it talks to. */
#include "store/pgsql/internal.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

/* libpq does not use a file of passwords that others can read, and says so
 * where no one looks. */
static enum err
check_passfile(struct engine_db *db, const PQconninfoOption *options)
{
	const char *path = find_option(options, "passfile");
	char why[2 * PGSQL_TEXT_CAP];
	struct stat st;

	if (path[0] == '\0' || stat(path, &st) != 0 || (st.st_mode & 0077) == 0)
		return OK;
	snprintf(why, sizeof why, "others can read the password file %s", path);
	pgsql_tell(db, ERR_PERMISSION, why);
	return ERR_PERMISSION;
}

/* What a service or the environment adds is known once it has begun to connect,
 * when nothing is sent yet. */
static enum err
check_whole(struct engine_db *db)
{
	static const char *const names[] = {"dbname", NULL};
	const char *const values[] = {db->where, NULL};
	PGconn *pg = PQconnectStartParams(names, values, 1);
	PQconninfoOption *options = pg != NULL ? PQconninfo(pg) : NULL;
	enum err e = ERR_NO_MEMORY;

	if (options != NULL)
		e = is_safe(options) ? OK : ERR_UNSUPPORTED;
	if (e == ERR_UNSUPPORTED)
		pgsql_tell(db, e,
		    "the server is on another host, and its certificate is not "
		    "verified");
	if (e == OK)
		e = check_passfile(db, options);
	PQconninfoFree(options);
	PQfinish(pg);
	return e;
}

enum err
pgsql_check_transport(struct engine_db *db)
{
	PQconninfoOption *options = PQconninfoParse(db->where, NULL);
	enum err e =
	    options != NULL ? check_passfile(db, options) : ERR_NO_MEMORY;

	PQconninfoFree(options);
	return e == OK ? check_whole(db) : e;
}
