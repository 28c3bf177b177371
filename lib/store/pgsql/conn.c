/*
 * Connections. All that is said at once is a flight: it is sent with a mark at
 * its end (libpq's pipeline mode), then the results are taken one by one. No
 * wait is without an end: a server that says nothing is as good as away.
 */
#include "store/pgsql/internal.h"

#include "base/big_endian.h"
#include "base/str.h"

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
	c->late = false;
	atomic_fetch_add(&c->db->generation, 1);
	return ERR_AGAIN;
}

/* One that says nothing is not asked again at once: who waits in turn would
 * wait in vain, each as long. */
static enum err
give_up(struct conn *c)
{
	(void)lose(c);
	c->late = true;
	pgsql_rest(c->db);
	pgsql_tell(c->db, ERR_UNAVAILABLE, "no answer in time");
	return ERR_UNAVAILABLE;
}

/* Sends what is still here, and reads in the meantime: the server may wait for
 * that. */
static enum err
flush_all(struct conn *c)
{
	const int64_t end = pgsql_now_ms() + PGSQL_ANSWER_MS;
	int left;

	while ((left = PQflush(c->pg)) == 1) {
		struct pollfd p = {
		    .fd = PQsocket(c->pg), .events = POLLIN | POLLOUT};
		const int64_t wait = end - pgsql_now_ms();

		if (wait <= 0)
			return give_up(c);
		if (p.fd < 0 || poll(&p, 1, (int)wait) < 0)
			return lose(c);
		if ((p.revents & POLLIN) != 0 && PQconsumeInput(c->pg) != 1)
			return lose(c);
	}
	return left == 0 ? OK : lose(c);
}

enum err
conn_sync(struct conn *c)
{
	enum err e;

	if (c->pg == NULL || PQpipelineSync(c->pg) != 1)
		return lose(c);
	e = flush_all(c);
	if (e != OK)
		return e;
	c->syncs++;
	c->flights++;
	return OK;
}

/* Waits until there is a result; else the connection is lost, and closed. */
static enum err
wait_for_result(struct conn *c)
{
	const int64_t end = pgsql_now_ms() + PGSQL_ANSWER_MS;

	while (PQisBusy(c->pg)) {
		struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN};
		const int64_t left = end - pgsql_now_ms();

		if (p.fd < 0)
			return lose(c);
		if (left <= 0 && !c->patient)
			return give_up(c);
		if (poll(&p, 1, c->patient ? -1 : (int)left) > 0 &&
		    PQconsumeInput(c->pg) != 1)
			return lose(c);
	}
	return OK;
}

enum err
conn_take(struct conn *c, PGresult **result)
{
	enum err e = c->pg != NULL ? wait_for_result(c) : ERR_AGAIN;

	*result = NULL;
	/* After each result libpq says once that there is no other. */
	for (int nothing = 0; e == OK && nothing < NOTHING_MAX;
	     nothing++, e = wait_for_result(c)) {
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
	return e == OK && c->pg != NULL ? lose(c) : e;
}

static enum err
judge_result(struct conn *c, const PGresult *r, char state[6])
{
	const char *said = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	enum err e = pgsql_flight_err(said);

	snprintf(state, 6, "%s", said != NULL ? said : "08006");
	if (e != ERR_AGAIN)
		pgsql_tell_state(c->db, e, said, PQresultErrorMessage(r));
	if (e == ERR_UNAVAILABLE)
		pgsql_rest(c->db);
	return e;
}

/* What a statement has answered, if that is one number. */
static void
keep_number(struct conn *c, const PGresult *r)
{
	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 &&
	    PQgetlength(r, 0, 0) == 4)
		c->number = (int32_t)big_endian_get(
		    (const uint8_t *)PQgetvalue(r, 0, 0), 4);
}

enum err
conn_finish(struct conn *c, const char *command, char state[6])
{
	bool commanded = command == NULL;
	enum err e = OK, failed = OK;
	PGresult *r;

	state[0] = '\0';
	while ((e = conn_take(c, &r)) == OK && r != NULL) {
		keep_number(c, r);
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
		(void)lose(c);
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

/* The server does not like it when what it has to say is not heard. */
void
conn_end(struct conn *c)
{
	if (c->pg != NULL)
		(void)drain(c);
	conn_close(c);
}

/* --- connecting ---------------------------------------------------------- */

PGresult *
conn_ask(struct conn *c, const char *text)
{
	PGresult *r, *last = NULL;
	int sent = c->pg != NULL ? PQsendQuery(c->pg, text) : 0;

	while (sent == 1 && wait_for_result(c) == OK) {
		r = PQgetResult(c->pg);
		if (r == NULL)
			return last;
		PQclear(last);
		last = r;
	}
	PQclear(last);
	return NULL;
}

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

/* A server that refuses says why by a code, which libpq has only in what it
 * says at length: asked once more, if that takes no time. */
static void
tell_refusal(struct conn *c, bool at_once)
{
	char why[PGSQL_TEXT_CAP], state[6] = "";

	pgsql_copy_why(why, PQerrorMessage(c->pg));
	if (PQconnectionNeedsPassword(c->pg)) {
		(void)!str_copy(state, sizeof state, PGSQL_NO_PASSWORD);
	} else if (at_once) {
		(void)PQsetErrorVerbosity(c->pg, PQERRORS_SQLSTATE);
		PQreset(c->pg);
		pgsql_find_state(state, PQerrorMessage(c->pg));
	}
	pgsql_tell_state(c->db, ERR_UNAVAILABLE, state, why);
}

static enum err
set_session(struct conn *c)
{
	PGresult *r = conn_ask(c, pgsql_session);
	const bool set = PQresultStatus(r) == PGRES_COMMAND_OK;

	if (!set && r != NULL)
		pgsql_tell(c->db, ERR_UNAVAILABLE, PQresultErrorMessage(r));
	PQclear(r);
	return set ? OK : ERR_UNAVAILABLE;
}

enum err
conn_connect(struct conn *c)
{
	struct engine_db *db = c->db;
	const int64_t began = pgsql_now_ms();

	if (began < db->rest_until_ms)
		return ERR_UNAVAILABLE;
	conn_close(c);
	c->late = false;
	c->pg = open_connection(db->where);
	if (c->pg == NULL)
		pgsql_tell(db, ERR_NO_MEMORY, "no memory");
	else if (PQstatus(c->pg) != CONNECTION_OK)
		tell_refusal(c, pgsql_now_ms() - began < PGSQL_AT_ONCE_MS);
	else if (set_session(c) == OK)
		return OK;
	conn_close(c);
	pgsql_rest(db);
	return ERR_UNAVAILABLE;
}

/* The tables may have been changed since the last connection. */
static enum err
judge_version(struct conn *c)
{
	if (c->number == PGSQL_SCHEMA)
		return OK;
	pgsql_tell(c->db, ERR_UNAVAILABLE, pgsql_version_refusal(c->number));
	return ERR_UNAVAILABLE;
}

static enum err
prepare_all(struct conn *c)
{
	char state[6];
	enum err e = ERR_AGAIN;

	c->number = 0;
	if (PQsetnonblocking(c->pg, 1) == 0 &&
	    PQenterPipelineMode(c->pg) == 1 && say_prepare(c) &&
	    pgsql_say(c, SAY_VERSION, 0, NULL, NULL) && conn_sync(c) == OK)
		e = conn_finish(c, NULL, state);
	if (e == OK)
		e = judge_version(c);
	if (e == OK) {
		c->prepared = true;
		return OK;
	}
	conn_close(c);
	if (e != ERR_AGAIN)
		return e;
	pgsql_tell(c->db, ERR_UNAVAILABLE, "the connection is lost");
	return ERR_UNAVAILABLE;
}

enum err
conn_ready(struct conn *c)
{
	enum err e = OK;

	/* What was refused a moment ago, perhaps after a long wait, is so
	 * still: a request that asks several times waits once. */
	if (pgsql_now_ms() < c->db->rest_until_ms)
		return ERR_UNAVAILABLE;
	if (c->pg == NULL || !drain(c) || PQstatus(c->pg) != CONNECTION_OK)
		e = conn_connect(c);
	if (e != OK || c->prepared)
		return e;
	e = prepare_all(c);
	if (e == OK)
		pgsql_tell_works(c->db);
	return e;
}
