/*
 * Connections. All that is said at once is a flight: it is sent with a mark at
 * its end (libpq's pipeline mode), then the results are taken one by one. No
 * wait is without an end: a server that says nothing is as good as away.
 */
#include "store/pgsql/internal.h"

#include <poll.h>
#include <stdio.h>

enum { NOTHING_MAX = 4 };

void
conn_close(struct conn *c)
{
	if (c->pg != NULL)
		PQfinish(c->pg);
	c->pg = NULL;
	c->prepared = false;
	c->syncs = 0;
}

static enum err
lose(struct conn *c)
{
	conn_close(c);
	atomic_fetch_add(&c->db->generation, 1);
	return ERR_AGAIN;
}

/* Sends what is still here, and reads in the meantime: the server may wait for
 * that. */
static bool
flush_all(struct conn *c)
{
	const int64_t end = pgsql_now_ms() + PGSQL_ANSWER_MS;
	int left;

	while ((left = PQflush(c->pg)) == 1) {
		struct pollfd p = {
		    .fd = PQsocket(c->pg), .events = POLLIN | POLLOUT};
		const int64_t wait = end - pgsql_now_ms();

		if (p.fd < 0 || wait <= 0 || poll(&p, 1, (int)wait) < 0)
			return false;
		if ((p.revents & POLLIN) != 0 && PQconsumeInput(c->pg) != 1)
			return false;
	}
	return left == 0;
}

enum err
conn_sync(struct conn *c)
{
	if (c->pg == NULL || PQpipelineSync(c->pg) != 1 || !flush_all(c))
		return lose(c);
	c->syncs++;
	c->flights++;
	return OK;
}

/* Waits until there is a result; false: there will be none. */
static bool
wait_for_result(struct conn *c)
{
	const int64_t end = pgsql_now_ms() + PGSQL_ANSWER_MS;

	while (PQisBusy(c->pg)) {
		struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN};
		const int64_t left = end - pgsql_now_ms();

		if (p.fd < 0 || left <= 0)
			return false;
		if (poll(&p, 1, (int)left) > 0 && PQconsumeInput(c->pg) != 1)
			return false;
	}
	return true;
}

enum err
conn_take(struct conn *c, PGresult **result)
{
	*result = NULL;
	/* After each result libpq says once that there is no other. */
	for (int nothing = 0; nothing < NOTHING_MAX; nothing++) {
		if (c->pg == NULL || !wait_for_result(c))
			break;
		*result = PQgetResult(c->pg);
		if (PQstatus(c->pg) == CONNECTION_BAD)
			break;
		if (*result == NULL)
			continue;
		if (PQresultStatus(*result) != PGRES_PIPELINE_SYNC)
			return OK;
		PQclear(*result);
		*result = NULL;
		c->syncs--;
		return OK;
	}
	PQclear(*result);
	*result = NULL;
	return lose(c);
}

static enum err
judge_result(struct conn *c, const PGresult *r, char state[6])
{
	const char *said = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	enum err e = pgsql_err(said);

	snprintf(state, 6, "%s", said != NULL ? said : "08006");
	if (e != ERR_AGAIN)
		pgsql_tell(c->db, e, PQresultErrorMessage(r));
	return e;
}

enum err
conn_finish(struct conn *c, const char *command, char state[6])
{
	bool commanded = command == NULL;
	enum err e = OK, failed = OK;
	PGresult *r;

	state[0] = '\0';
	while ((e = conn_take(c, &r)) == OK && r != NULL) {
		if (failed == OK && PQresultStatus(r) == PGRES_FATAL_ERROR)
			failed = judge_result(c, r, state);
		if (command != NULL && PQresultStatus(r) == PGRES_COMMAND_OK)
			commanded |= PQcmdStatus(r)[0] == command[0] &&
				     PQcmdStatus(r)[1] == command[1];
		PQclear(r);
	}
	if (e != OK)
		return e;
	if (failed != OK && pgsql_ends_connection(state))
		conn_close(c);
	return failed == OK && !commanded ? ERR_AGAIN : failed;
}

/* Takes what was not waited for: the ends of transactions. */
static bool
drain(struct conn *c)
{
	PGresult *r;

	while (c->syncs > 0) {
		if (conn_take(c, &r) != OK)
			return false;
		PQclear(r);
	}
	return true;
}

/* --- connecting ---------------------------------------------------------- */

static PGconn *
open_connection(const char *where)
{
	/* What WHERE says of these comes after them, and counts. */
	static const char *const names[] = {"fallback_application_name",
	    "connect_timeout", "keepalives_idle", "keepalives_interval",
	    "keepalives_count", "tcp_user_timeout", "target_session_attrs",
	    "dbname", NULL};
	const char *const values[] = {
	    "latchkey", "4", "5", "2", "3", "10000", "read-write", where, NULL};

	return PQconnectdbParams(names, values, 1);
}

static enum err
set_session(struct conn *c)
{
	PGresult *r = PQexec(c->pg, pgsql_session);
	const bool set = PQresultStatus(r) == PGRES_COMMAND_OK;

	PQclear(r);
	return set ? OK : ERR_UNAVAILABLE;
}

enum err
conn_connect(struct conn *c)
{
	struct engine_db *db = c->db;
	enum err e = ERR_UNAVAILABLE;

	if (pgsql_now_ms() < db->rest_until_ms)
		return e;
	conn_close(c);
	c->pg = open_connection(db->where);
	if (c->pg != NULL && PQstatus(c->pg) == CONNECTION_OK)
		e = set_session(c);
	if (e == OK)
		return e;
	pgsql_tell(db, e, c->pg != NULL ? PQerrorMessage(c->pg) : "no memory");
	conn_close(c);
	db->rest_until_ms = pgsql_now_ms() + PGSQL_REST_MS;
	return e;
}

static enum err
prepare_all(struct conn *c)
{
	char state[6];
	enum err e = ERR_AGAIN;

	if (PQsetnonblocking(c->pg, 1) == 0 &&
	    PQenterPipelineMode(c->pg) == 1 && say_prepare(c) &&
	    conn_sync(c) == OK)
		e = conn_finish(c, NULL, state);
	if (e == OK) {
		c->prepared = true;
		return OK;
	}
	conn_close(c);
	return e == ERR_AGAIN ? ERR_UNAVAILABLE : e;
}

enum err
conn_ready(struct conn *c)
{
	enum err e = OK;

	if (c->pg == NULL || !drain(c) || PQstatus(c->pg) != CONNECTION_OK)
		e = conn_connect(c);
	if (e == OK && !c->prepared)
		e = prepare_all(c);
	if (e == OK)
		pgsql_tell_works(c->db);
	return e;
}
