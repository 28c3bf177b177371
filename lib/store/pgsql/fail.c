/* What fails: SQLSTATEs become errors here, and lines for the administrator. */
#include "store/pgsql/internal.h"

#include "store/engine_host.h"

#include <string.h>
#include <time.h>

const struct engine_host *pgsql_host;

int64_t
pgsql_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* By the beginning of the SQLSTATE; the first that fits. */
static const struct {
	const char *state;
	enum err err;
	bool ends; /* the connection */
} states[] = {
    {"40001", ERR_AGAIN, false},      /* another host was first */
    {"40P01", ERR_AGAIN, false},      /* it and another wait for each other */
    {"23505", ERR_AGAIN, false},      /* another host has made that row */
    {"25006", ERR_UNAVAILABLE, true}, /* a standby */
    {"25P03", ERR_AGAIN, true},       /* it was kept waiting in a transaction */
    {"57014", ERR_UNAVAILABLE, false}, /* statement_timeout */
    {"55P03", ERR_UNAVAILABLE, false}, /* lock_timeout */
    {"57P", ERR_UNAVAILABLE, true},    /* shut down, starting */
    {"53300", ERR_UNAVAILABLE, true},  /* too many connections */
    {"53100", ERR_NO_SPACE, false},
    {"53200", ERR_NO_MEMORY, false},
    {"53", ERR_UNAVAILABLE, false},
    {"08", ERR_UNAVAILABLE, true},
    {"28", ERR_PERMISSION, true},
    {"42501", ERR_PERMISSION, false},
    {"3D", ERR_NOT_FOUND, true},   /* no such database */
    {"42P01", ERR_CORRUPT, false}, /* a table is not there */
    {"42703", ERR_CORRUPT, false}, /* or has other columns */
    {"XX00", ERR_CORRUPT, false},
};

static size_t
find_state(const char *state)
{
	size_t i = 0;

	while (i < sizeof states / sizeof *states &&
	       strncmp(state, states[i].state, strlen(states[i].state)) != 0)
		i++;
	return i;
}

enum err
pgsql_err(const char *state)
{
	size_t i;

	if (state == NULL || state[0] == '\0')
		return ERR_UNAVAILABLE;
	i = find_state(state);
	return i < sizeof states / sizeof *states ? states[i].err : ERR_IO;
}

bool
pgsql_ends_connection(const char *state)
{
	size_t i = find_state(state);

	return i < sizeof states / sizeof *states && states[i].ends;
}

void
pgsql_tell(struct engine_db *db, enum err e, const char *why)
{
	char line[PGSQL_TEXT_CAP];
	size_t len;

	if (atomic_exchange(&db->told, true))
		return;
	/* The first line of what libpq says, without what follows. */
	len = strcspn(why, "\n");
	if (len >= sizeof line)
		len = sizeof line - 1;
	memcpy(line, why, len);
	line[len] = '\0';
	pgsql_host->log_fault("store_failed", "host", db->host, "reason",
	    pgsql_host->err_name(e), "why", line, NULL);
}

void
pgsql_tell_works(struct engine_db *db)
{
	if (db->told && atomic_exchange(&db->told, false))
		pgsql_host->log_note(
		    "store works again", "host", db->host, NULL);
}

const char *
pgsql_advice(enum err e)
{
	static const struct {
		enum err err;
		const char *advice;
	} lines[] = {
	    {ERR_NOT_FOUND,
		"there is no such database, or no store in it; make "
		"one with `latchkey init`, or restore a backup"},
	    {ERR_EXISTS, "the database has a store already"},
	    {ERR_CORRUPT,
		"the database is not a latchkey store, or is damaged; "
		"restore a backup"},
	    {ERR_PERMISSION,
		"the database refuses this user; see its password (passfile) "
		"and pg_hba.conf, and that the tables are its own"},
	    {ERR_UNAVAILABLE,
		"the database cannot be reached, or does not take changes; the "
		"system log says why"},
	    {ERR_NO_SPACE, "the disk of the database is full"},
	    {ERR_UNSUPPORTED,
		"the connection to another host must verify its certificate; "
		"set sslmode=verify-full and sslrootcert"},
	    {ERR_SYNTAX, "this is no connection string of PostgreSQL"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == e)
			return lines[i].advice;
	return NULL;
}
