/* A store is made, opened, opened again, and closed. */
#include "store/pgsql/internal.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum err
ask_database(struct conn *c, const char *text, char *answer, size_t cap)
{
	PGresult *r = conn_ask(c, text);
	const ExecStatusType status = PQresultStatus(r);
	enum err e = OK;

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

		e = pgsql_err(state);
		if (r != NULL)
			pgsql_tell_state(
			    c->db, e, state, PQresultErrorMessage(r));
	} else if (cap > 0) {
		answer[0] = '\0';
		if (PQntuples(r) == 1 && !PQgetisnull(r, 0, 0))
			e = str_copy(answer, cap, PQgetvalue(r, 0, 0));
	}
	PQclear(r);
	return e;
}

enum err
check_tables(struct conn *c)
{
	char text[16];
	char *end;
	long version;
	/* PostgreSQL only: to_regclass. */
	enum err e = ask_database(
	    c, "select to_regclass('latchkey_about')", text, sizeof text);

	if (e != OK && e != ERR_NO_SPACE)
		return e;
	if (text[0] == '\0' && e == OK)
		return ERR_NOT_FOUND;
	e = ask_database(
	    c, "select version from latchkey_about", text, sizeof text);
	if (e != OK)
		return e;
	version = strtol(text, &end, 10);
	if (end == text || *end != '\0')
		return ERR_CORRUPT;
	if (version == PGSQL_SCHEMA)
		return OK;
	e = version > PGSQL_SCHEMA ? ERR_VERSION : ERR_OUTDATED;
	pgsql_tell(c->db, e, pgsql_version_refusal(version));
	return e;
}

enum err
put_tables(struct conn *c)
{
	enum err e = ask_database(c, pgsql_tables, NULL, 0);

	return e == OK ? ask_database(c,
			     "insert into latchkey_about values (1)", NULL, 0)
		       : e;
}

/* All of it or nothing: what is sent as one is one transaction. */
static enum err
make_tables(struct conn *c)
{
	enum err e = check_tables(c);

	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_EXISTS : e;
	e = ask_database(c, "begin", NULL, 0);
	if (e == OK)
		e = put_tables(c);
	if (e == OK)
		return ask_database(c, "commit", NULL, 0);
	(void)ask_database(c, "rollback", NULL, 0);
	return e;
}

/* The host for people, and whether the string is one. */
static enum err
read_where(struct engine_db *db, const char *where)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(where, &why);

	(void)!str_copy(db->host, sizeof db->host, "local");
	if (options == NULL) {
		pgsql_tell(db, ERR_SYNTAX, why != NULL ? why : "no memory");
		PQfreemem(why);
		return ERR_SYNTAX;
	}
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (o->val != NULL && (str_equal(o->keyword, "host") ||
					  str_equal(o->keyword, "service")))
			(void)!str_copy(db->host, sizeof db->host, o->val);
	PQconninfoFree(options);
	return OK;
}

static enum err
alloc_pgsql(struct engine_db **db, const struct engine_opening *how)
{
	const char *where = how->settings->where;
	struct engine_db *new = calloc(1, sizeof *new);

	*db = NULL;
	if (new == NULL)
		return ERR_NO_MEMORY;
	new->opening = *how;
	new->opening.settings = NULL;
	new->quiet = true;
	new->rest_until_ms = pgsql_rest_until();
	new->writer.db = new;
	for (size_t i = 0; i < PGSQL_READERS; i++)
		new->readers[i].db = new;
	if (str_copy(new->where, sizeof new->where,
		where != NULL ? where : "") != OK ||
	    pthread_mutex_init(&new->lock, NULL) != 0) {
		free(new);
		return ERR_NO_SPACE;
	}
	if (pthread_cond_init(&new->freed, NULL) != 0) {
		pthread_mutex_destroy(&new->lock);
		free(new);
		return ERR_NO_MEMORY;
	}
	*db = new;
	return OK;
}

static void
free_txn(struct engine_txn *t)
{
	rows_free(&t->rows);
	free(t->wants);
	free(t->changed);
}

void
pgsql_close(struct engine_db *db)
{
	conn_end(&db->writer);
	free_txn(&db->writer.txn);
	for (size_t i = 0; i < PGSQL_READERS; i++) {
		conn_end(&db->readers[i]);
		free_txn(&db->readers[i].txn);
	}
	pthread_cond_destroy(&db->freed);
	pthread_mutex_destroy(&db->lock);
	free(db);
}

static enum err
ask_above(struct engine_db *db)
{
	struct engine_txn *t;
	enum err e = pgsql_begin(db, false, &t);

	if (e != OK)
		return e;
	e = pgsql_direct(t);
	if (e == OK)
		e = db->opening.check(db->opening.arg, t);
	pgsql_abort(t);
	return e;
}

/* What the store above says of the records. Each connection may have been lost
 * in the meantime. */
static enum err
check_our_records(struct engine_db *db)
{
	enum err e = ERR_AGAIN;

	for (int i = 0; i <= PGSQL_READERS && e == ERR_AGAIN; i++)
		e = ask_above(db);
	return e == ERR_AGAIN ? ERR_UNAVAILABLE : e;
}

enum err
pgsql_reach(struct engine_db **db, const struct engine_opening *how)
{
	enum err e = alloc_pgsql(db, how);

	if (e != OK)
		return e;
	e = read_where(*db, (*db)->where);
	if (e == OK)
		e = pgsql_check_transport(*db);
	if (e == OK)
		e = conn_connect(&(*db)->readers[0]);
	if (e != OK) {
		pgsql_close(*db);
		*db = NULL;
	}
	return e;
}

enum err
pgsql_open(struct engine_db **db, const struct engine_opening *how)
{
	struct conn *c;
	enum err e = pgsql_reach(db, how);

	if (e != OK)
		return e;
	c = &(*db)->readers[0];
	e = how->create ? make_tables(c) : check_tables(c);
	if (e == OK && !how->create)
		e = check_our_records(*db);
	(*db)->quiet = false;
	if (e != OK) {
		pgsql_close(*db);
		*db = NULL;
	}
	return e;
}

/* It may be another store that answers now. */
enum err
pgsql_renew(struct engine_db *db)
{
	return check_our_records(db);
}
