/*
 * What is said to the database. All of it is standard or understood by those
 * that speak its protocol, except where it says "PostgreSQL only".
 *
 * Records, and the entries of the indexes, are rows of one table. A value that
 * is changed is in no index, so that its row stays where it is (HOT), for which
 * each page keeps room. Nothing is compressed: it is short, or random.
 */
#include "store/pgsql/internal.h"

#include <arpa/inet.h>
#include <string.h>

enum { OWN_TABLES = 1000 };

/* The planner is told what it need not find out: each statement goes by the
 * primary key. PostgreSQL only: plan_cache_mode, enable_*. */
const char pgsql_session[] = "set statement_timeout = '8s';"
			     "set lock_timeout = '5s';"
			     "set idle_in_transaction_session_timeout = '60s';"
			     "select set_config('synchronous_commit', 'on', "
			     "false) where current_setting("
			     "'synchronous_commit') <> 'remote_apply';"
			     "set client_min_messages = error;"
			     "set plan_cache_mode = force_generic_plan;"
			     "set enable_seqscan = off;"
			     "set enable_bitmapscan = off;"
			     "set enable_sort = off";

/* PostgreSQL only: fillfactor, set storage, DO. */
const char pgsql_tables[] =
    "do $$ begin if current_schema() is null then execute format("
    "'create schema %I', trim(both ' \"' from split_part("
    "current_setting('search_path'), ',', 1))); end if; end $$;"
    "create table latchkey_about (version integer not null);"
    "create table latchkey_rows (tbl smallint not null, key bytea not null, "
    "value bytea not null, primary key (tbl, key)) with (fillfactor = 80);"
    "alter table latchkey_rows alter column value set storage external;"
    "create table latchkey_batches (id bytea primary key, "
    "at timestamptz not null);"
    "create index on latchkey_batches (at);";

static const struct {
	const char *name, *text;
} statements[STATEMENTS] = {
    [SAY_ROW] = {"lk_row",
	"select value from latchkey_rows where tbl = $1::smallint and "
	"key = $2::bytea"},
    [SAY_UP] = {"lk_up",
	"select value, key from latchkey_rows where tbl = $1::smallint and "
	"key >= $2::bytea order by tbl, key limit $3::integer"},
    [SAY_DOWN] = {"lk_down",
	"select value, key from latchkey_rows where tbl = $1::smallint and "
	"key < $2::bytea order by tbl desc, key desc limit $3::integer"},
    [SAY_COUNT] = {"lk_count",
	"select count(*) from latchkey_rows where tbl = $1::smallint"},
    [SAY_INSERT] = {"lk_insert",
	"insert into latchkey_rows (tbl, key, value) values ($1::smallint, "
	"$2::bytea, $3::bytea)"},
    [SAY_PUT] = {"lk_put",
	"insert into latchkey_rows (tbl, key, value) values ($1::smallint, "
	"$2::bytea, $3::bytea) on conflict (tbl, key) do update set "
	"value = excluded.value"},
    [SAY_UPDATE] = {"lk_update",
	"update latchkey_rows set value = $3::bytea where tbl = $1::smallint "
	"and key = $2::bytea"},
    /* A lock would not do: who has begun before, and waits for it, would go on
     * when it is given back, and not see what came with it. */
    [SAY_TOUCH] = {"lk_touch",
	"update latchkey_rows set value = value where tbl = $1::smallint and "
	"key = $2::bytea"},
    [SAY_DELETE] = {"lk_delete",
	"delete from latchkey_rows where tbl = $1::smallint and "
	"key = $2::bytea"},
    [SAY_BATCH] = {"lk_batch",
	"insert into latchkey_batches (id, at) values ($1::bytea, now())"},
    /* PostgreSQL only: skip locked, so that hosts do not wait for each other.
     */
    [SAY_FORGET] = {"lk_forget",
	"delete from latchkey_batches where id in (select id from "
	"latchkey_batches where at < now() - interval '1 hour' order by at "
	"limit 1024 for update skip locked)"},
    [SAY_VERSION] = {NULL, "select version from latchkey_about"},
    [SAY_READ] = {NULL, "begin isolation level repeatable read read only"},
    /* Not "read write": where the server is set to take no changes, it takes
     * none. */
    [SAY_WRITE] = {NULL, "begin isolation level repeatable read"},
    /* Said before anything is read: the snapshot is then of after the wait.
     * PostgreSQL only: lock table. */
    [SAY_ALONE] = {NULL,
	"lock table latchkey_batches in share row exclusive mode"},
    [SAY_COMMIT] = {NULL, "commit"},
    [SAY_ROLLBACK] = {NULL, "rollback"},
};

unsigned
pgsql_number(unsigned table)
{
	return table < TABLE_COUNT ? table : OWN_TABLES + table - TABLE_COUNT;
}

/* Those that begin and end a transaction are not prepared. */
bool
say_prepare(struct conn *c)
{
	for (int i = 0; i < SAY_VERSION; i++)
		if (!PQsendPrepare(
			c->pg, statements[i].name, statements[i].text, 0, NULL))
			return false;
	return true;
}

/* Parameters in binary, and their number. */
struct said {
	uint16_t table;
	uint32_t limit;
	const char *value[3];
	int len[3], count;
};

static void
add_parameter(struct said *p, const void *bytes, size_t len)
{
	/* A null pointer would be NULL. */
	p->value[p->count] = len > 0 ? bytes : "";
	p->len[p->count++] = (int)len;
}

static bool
send_said(struct conn *c, enum statement s, const struct said *p)
{
	static const int binary[] = {1, 1, 1};

	if (statements[s].name != NULL)
		return PQsendQueryPrepared(c->pg, statements[s].name, p->count,
			   p->value, p->len, binary, 1) == 1;
	return PQsendQueryParams(c->pg, statements[s].text, 0, NULL, NULL, NULL,
		   NULL, 1) == 1;
}

static void
add_key(struct said *p, enum statement s, unsigned table,
    const struct engine_bytes *key)
{
	p->table = htons((uint16_t)pgsql_number(table));
	if (s < SAY_BATCH)
		add_parameter(p, &p->table, sizeof p->table);
	if (key != NULL)
		add_parameter(p, key->bytes, key->len);
}

bool
pgsql_say(struct conn *c, enum statement s, unsigned table,
    const struct engine_bytes *key, const struct engine_bytes *value)
{
	struct said p = {0};

	add_key(&p, s, table, key);
	if (value != NULL)
		add_parameter(&p, value->bytes, value->len);
	return send_said(c, s, &p);
}

bool
say_range(struct conn *c, enum statement s, unsigned table,
    const struct engine_bytes *key, int limit)
{
	struct said p = {0};

	add_key(&p, s, table, key);
	p.limit = htonl((uint32_t)limit);
	add_parameter(&p, &p.limit, sizeof p.limit);
	return send_said(c, s, &p);
}
