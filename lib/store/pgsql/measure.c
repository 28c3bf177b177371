/* What `latchkey check` tells of the server. */
#include "store/pgsql/internal.h"

#include "base/str.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OLDEST_VERSION = 140000 };

/* PostgreSQL only: pg_*, the names of settings. The least of the limits of the
 * server, the user and the database counts; -1: it has none. */
static const char figures[] =
    "select pg_total_relation_size('latchkey_rows'), "
    "floor(extract(epoch from clock_timestamp()))::bigint, "
    "current_setting('server_version'), "
    "current_setting('server_version_num'), "
    "current_setting('synchronous_commit'), current_setting('fsync'), "
    "current_setting('full_page_writes'), "
    "current_setting('synchronous_standby_names'), "
    "least(current_setting('max_connections')::int - "
    "current_setting('superuser_reserved_connections')::int, "
    "(select nullif(rolconnlimit, -1) from pg_roles "
    "where rolname = current_user), "
    "(select nullif(datconnlimit, -1) from pg_database "
    "where datname = current_database()))";

enum {
	BYTES,
	TIME,
	VERSION,
	VERSION_NUMBER,
	SYNCHRONOUS_COMMIT,
	FSYNC,
	FULL_PAGES,
	STANDBYS,
	CONNECTIONS,
	FIGURES
};

__attribute__((format(printf, 5, 6))) static void
find_fact(struct store_figures *f, enum store_level level, const char *why,
    const char *remedy, const char *format, ...)
{
	struct store_finding *found = &f->findings[f->finding_count];
	va_list ap;

	if (f->finding_count == STORE_FINDINGS_MAX)
		return;
	f->finding_count++;
	found->level = level;
	found->why = why;
	found->remedy = remedy;
	va_start(ap, format);
	vsnprintf(found->text, sizeof found->text, format, ap);
	va_end(ap);
}

/* The way there, as it is. */
static const char *
name_way(PGconn *pg)
{
	const char *host = PQhost(pg);

	if (PQsslInUse(pg))
		return PQsslAttribute(pg, "protocol");
	return host != NULL && host[0] == '/' ? "a socket of this host"
					      : "this host, without TLS";
}

static void
find_server(struct store_figures *f, struct conn *c, const PGresult *r)
{
	if (strtol(PQgetvalue(r, 0, VERSION_NUMBER), NULL, 10) < OLDEST_VERSION)
		find_fact(f, STORE_WARNING,
		    "latchkey is tried with 14 and later", "upgrade the server",
		    "the database is PostgreSQL %s, older than 14",
		    PQgetvalue(r, 0, VERSION));
	else
		find_fact(f, STORE_FINE, NULL, NULL,
		    "the database at %s: PostgreSQL %s, by %s", c->db->host,
		    PQgetvalue(r, 0, VERSION), name_way(c->pg));
}

static void
find_off(struct store_figures *f, const char *name, const char *value,
    const char *why, const char *remedy)
{
	if (str_equal(value, "off"))
		find_fact(f, STORE_FAULT, why, remedy,
		    "%s of the database is off", name);
}

/* latchkey's own connections set synchronous_commit: it is off only where what
 * is between does not let them. */
static void
find_durability(struct store_figures *f, const PGresult *r)
{
	find_off(f, "fsync", PQgetvalue(r, 0, FSYNC),
	    "after a power cut the database may be lost, or give tokens that "
	    "were used before",
	    "set fsync = on in postgresql.conf");
	find_off(f, "full_page_writes", PQgetvalue(r, 0, FULL_PAGES),
	    "after a power cut pages of the database may be damaged",
	    "set full_page_writes = on in postgresql.conf");
	find_off(f, "synchronous_commit", PQgetvalue(r, 0, SYNCHRONOUS_COMMIT),
	    "what was answered may be lost: a token that was used would work "
	    "again, and the new one be taken for stolen",
	    "let each connection set it (a pooler must give latchkey sessions "
	    "of its own)");
}

static void
find_standbys(struct store_figures *f, const PGresult *r)
{
	const char *names = PQgetvalue(r, 0, STANDBYS);

	if (names[0] == '\0')
		find_fact(f, STORE_NOTE,
		    "a standby that takes over may lack the last changes: "
		    "those whose tokens it does not know sign in again",
		    "set synchronous_standby_names if there is a standby; "
		    "latchkey.conf(5) says more",
		    "what is acknowledged is on the disk of one database "
		    "server");
	else
		find_fact(f, STORE_FINE, NULL, NULL,
		    "what is acknowledged is on the disk of standbys, too: "
		    "synchronous_standby_names = %s",
		    names);
}

static void
keep_figures(struct store_figures *f, struct conn *c, const PGresult *r)
{
	f->bytes_used = strtoull(PQgetvalue(r, 0, BYTES), NULL, 10);
	f->bytes_limit = UINT64_MAX; /* the disk's */
	f->server_time = strtoll(PQgetvalue(r, 0, TIME), NULL, 10);
	f->connections =
	    (uint32_t)strtoul(PQgetvalue(r, 0, CONNECTIONS), NULL, 10);
	f->of_a_program = PGSQL_READERS + 1;
	find_server(f, c, r);
	find_durability(f, r);
	find_standbys(f, r);
}

enum err
pgsql_measure(struct engine_db *db, struct store_figures *f)
{
	struct conn c = {.db = db};
	enum err e = conn_connect(&c);
	PGresult *r = e == OK ? conn_ask(&c, figures) : NULL;

	if (e == OK && PQntuples(r) == 1 && PQnfields(r) == FIGURES)
		keep_figures(f, &c, r);
	else if (e == OK) {
		const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

		e = pgsql_err(state);
		pgsql_tell_state(db, e, state, PQresultErrorMessage(r));
	}
	PQclear(r);
	conn_close(&c);
	return e;
}
