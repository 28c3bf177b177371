/* A store whose rows are in another one is not used again, by no host: who
 * writes to it would lose that. Its rows stay. */
#include "store/pgsql/internal.h"

#include <assert.h>

static_assert(PGSQL_MOVED == -1 && PGSQL_SCHEMA == 1, "as below");

/* One flight of statements that are not prepared. */
static enum err
say_all(struct engine_txn *t, const char *const *texts)
{
	struct conn *c = t->conn;
	bool sent = true;
	char state[6];

	for (; sent && *texts != NULL; texts++)
		sent = PQsendQueryParams(
			   c->pg, *texts, 0, NULL, NULL, NULL, NULL, 1) == 1;
	if (sent && conn_sync(c) == OK)
		return conn_finish(c, NULL, state);
	conn_close(c);
	return ERR_UNAVAILABLE;
}

/* Before the snapshot, so that this has all that was written before. It takes
 * as long as there are rows. */
enum err
pgsql_seclude(struct engine_txn *t)
{
	static const char *const texts[] = {
	    "begin isolation level repeatable read",
	    "set local statement_timeout = 0",
	    "set local idle_in_transaction_session_timeout = 0",
	    "lock table latchkey_rows in share row exclusive mode", NULL};
	enum err e = say_all(t, texts);

	t->begun = true;
	if (t->failed == OK)
		t->failed = e;
	return e;
}

/*
 * A trigger is made under the lock that T has, so that no one who waits for it
 * is in the way, and fires for those who waited. PostgreSQL only, and so is
 * pg_terminate_backend: who comes again is told by the version.
 */
static const char *const leave[] = {
    "create function latchkey_moved() returns trigger language plpgsql as $$ "
    "begin raise exception 'the records were moved to another store' using "
    "errcode = '25006'; end $$",
    "create trigger latchkey_moved before insert or update or delete on "
    "latchkey_rows execute function latchkey_moved()",
    "update latchkey_about set version = -1", "commit", NULL};
static const char *const come_back[] = {"begin",
    "drop trigger latchkey_moved on latchkey_rows",
    "drop function latchkey_moved()", "update latchkey_about set version = 1",
    "commit", NULL};
static const char *const send_away[] = {
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = "
    "current_database() and usename = current_user and pid <> "
    "pg_backend_pid()",
    NULL};

enum err
pgsql_retire(struct engine_txn *t, bool returns)
{
	enum err e = t->failed;

	if (e == OK)
		e = say_all(t, returns ? come_back : leave);
	t->begun = e != OK;
	if (e == OK && !returns)
		(void)!say_all(t, send_away);
	pgsql_abort(t);
	return e == ERR_AGAIN ? ERR_UNAVAILABLE : e;
}
