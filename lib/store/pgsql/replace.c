/*
 * Another store in the place of the one that is in the database: what was there
 * gets other names, and new tables get all rows (COPY), in one transaction. So
 * it is the one or the other, however it ends. Programs that come in the
 * meantime wait for the locks of it, and find the new tables.
 */
#include "store/pgsql/internal.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <string.h>
#include <time.h>

enum {
	LEAVE_MS = 2000, /* for connections that are being closed */
	LEAVE_EVERY_MS = 50,
	COPY_CAP = ENGINE_KEY_MAX + ENGINE_VALUE_MAX + 32,
	OID_CAP = 16
};

/* It may take its time. */
static const char replacing_session[] =
    "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; "
    "set lock_timeout = '10s'";

/* PostgreSQL only: pg_stat_activity, pg_terminate_backend. */
#define OTHERS                                                                 \
	" from pg_stat_activity where datname = current_database() and "       \
	"usename = current_user and pid <> pg_backend_pid()"

static const char others[] =
    "select string_agg(distinct coalesce(host(client_addr), 'this host'), "
    "', ')" OTHERS;
static const char send_away[] =
    "select bool_and(pg_terminate_backend(pid))" OTHERS;

/* Also what is damaged, or not whole. */
static const char put_aside[] =
    "drop table if exists latchkey_about_before_restore, "
    "latchkey_rows_before_restore, latchkey_batches_before_restore;"
    "alter table if exists latchkey_about rename to "
    "latchkey_about_before_restore;"
    "alter table if exists latchkey_rows rename to "
    "latchkey_rows_before_restore;"
    "alter table if exists latchkey_batches rename to "
    "latchkey_batches_before_restore";

static const char which_rows[] = "select 'latchkey_rows'::regclass::oid";

/* --- who has it open ----------------------------------------------------- */

static enum err
await_others(struct conn *c)
{
	static const struct timespec pause = {
	    .tv_nsec = LEAVE_EVERY_MS * 1000000L};
	const int64_t end = pgsql_now_ms() + LEAVE_MS;
	char hosts[PGSQL_TEXT_CAP];
	enum err e;

	for (;;) {
		e = ask_database(c, others, hosts, sizeof hosts);
		if (e == ERR_NO_SPACE) /* so many */
			e = OK;
		if (e != OK || hosts[0] == '\0')
			return e;
		if (pgsql_now_ms() >= end)
			break;
		nanosleep(&pause, NULL);
	}
	pgsql_tell(c->db, ERR_BUSY, hosts);
	return ERR_BUSY;
}

/* --- the rows ------------------------------------------------------------ */

static void
put_copy_field(uint8_t *to, size_t *at, const void *bytes, size_t len)
{
	big_endian_put(to + *at, 4, len);
	*at += 4;
	if (len > 0)
		memcpy(to + *at, bytes, len);
	*at += len;
}

/* As COPY reads it: the number of fields, each with its length. */
static size_t
pack_row(uint8_t packed[static COPY_CAP], unsigned table,
    const struct engine_bytes *key, const struct engine_bytes *value)
{
	uint8_t number[2];
	size_t at = 2;

	big_endian_put(packed, 2, 3);
	big_endian_put(number, 2, pgsql_number(table));
	put_copy_field(packed, &at, number, sizeof number);
	put_copy_field(packed, &at, key->bytes, key->len);
	put_copy_field(packed, &at, value->bytes, value->len);
	return at;
}

static bool
send_copy(struct conn *c, const void *bytes, size_t len)
{
	return PQputCopyData(c->pg, bytes, (int)len) == 1;
}

static enum err
send_rows(struct conn *c, const struct engine_rows *rows)
{
	static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	uint8_t packed[COPY_CAP];
	struct engine_bytes key, value;
	unsigned table;
	enum err e = OK;

	if (!send_copy(c, head, sizeof head))
		return ERR_UNAVAILABLE;
	while ((e = rows->next(rows->arg, &table, &key, &value)) == OK)
		if (!send_copy(
			c, packed, pack_row(packed, table, &key, &value)))
			return ERR_UNAVAILABLE;
	big_endian_put(packed, 2, UINT16_MAX);
	if (e != ERR_NOT_FOUND)
		return e;
	return send_copy(c, packed, 2) ? OK : ERR_UNAVAILABLE;
}

static enum err
copy_rows(struct conn *c, const struct engine_rows *rows)
{
	PGresult *r = PQexec(c->pg,
	    "copy latchkey_rows (tbl, key, value) from stdin (format binary)");
	const bool ready = PQresultStatus(r) == PGRES_COPY_IN;
	enum err e = ready ? send_rows(c, rows) : ERR_UNAVAILABLE;

	PQclear(r);
	if (ready && PQputCopyEnd(c->pg, e == OK ? NULL : "no more") != 1)
		e = ERR_UNAVAILABLE;
	while ((r = PQgetResult(c->pg)) != NULL) {
		if (e == OK && PQresultStatus(r) != PGRES_COMMAND_OK) {
			e = pgsql_err(PQresultErrorField(r, PG_DIAG_SQLSTATE));
			pgsql_tell(c->db, e, PQresultErrorMessage(r));
		}
		PQclear(r);
	}
	return e;
}

/* --- all of it ----------------------------------------------------------- */

/* Whether the tables there are now are those that OID tells, after an answer
 * was lost. */
static enum err
ask_which(struct conn *c, const char *oid)
{
	char now[OID_CAP] = "";
	enum err e;

	c->db->rest_until_ms = 0;
	e = conn_connect(c);
	if (e == OK)
		e = ask_database(c, which_rows, now, sizeof now);
	if (e == OK && !str_equal(now, oid))
		e = ERR_UNAVAILABLE;
	return e;
}

static enum err
end_replacing(struct conn *c, const struct engine_rows *rows)
{
	char oid[OID_CAP];
	enum err e = ask_database(c, which_rows, oid, sizeof oid);

	if (e == OK)
		e = rows->ready(rows->ready_arg);
	if (e != OK)
		return e;
	e = ask_database(c, "commit", NULL, 0);
	if (e == ERR_UNAVAILABLE)
		e = ask_which(c, oid);
	/* Those that came in the meantime. */
	if (e == OK)
		(void)!ask_database(c, send_away, NULL, 0);
	return e;
}

/* Whether there is a store; ERR_NOT_FOUND: none. One that cannot be used is
 * one. */
static enum err
look_for_store(struct conn *c)
{
	enum err e = check_tables(c);

	return e == ERR_CORRUPT || e == ERR_VERSION || e == ERR_OUTDATED ? OK
									 : e;
}

static enum err
replace_in(struct conn *c, const struct engine_rows *rows)
{
	enum err e = look_for_store(c);
	const bool exists = e == OK;

	if (exists && !rows->replaces)
		return ERR_EXISTS;
	if (!exists && e != ERR_NOT_FOUND)
		return e;
	e = ask_database(c, replacing_session, NULL, 0);
	if (e == OK && exists)
		e = await_others(c);
	if (e == OK)
		e = ask_database(c, "begin", NULL, 0);
	if (e == OK && exists)
		e = ask_database(c, put_aside, NULL, 0);
	if (e == OK)
		e = put_tables(c);
	if (e == OK)
		e = copy_rows(c, rows);
	return e == OK ? end_replacing(c, rows) : e;
}

enum err
pgsql_replace(
    const struct store_settings *settings, const struct engine_rows *rows)
{
	const struct engine_opening how = {.settings = settings};
	struct engine_db *db;
	enum err e = pgsql_reach(&db, &how);

	if (e != OK)
		return e;
	/* The log tells what it fails with, and it takes its time. */
	db->quiet = false;
	db->readers[0].patient = true;
	e = replace_in(&db->readers[0], rows);
	/* The database undoes what was not kept. */
	pgsql_close(db);
	return e;
}
