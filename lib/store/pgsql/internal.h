/*
 * What the files of the PostgreSQL engine share. Each calls only those after
 * it: the calls of store/engine.h (engine.c, cursor.c), what `latchkey check`
 * tells (measure.c), a store that is left (retire.c), another store in the
 * place of this one (replace.c), opening (open.c), transactions (batch.c), what
 * is fetched for them (fetch.c), the rows that are here (rows.c), connections
 * (conn.c, transport.c), what is said on them (statement.c), what fails
 * (fail.c). Nothing outside this folder includes it, except tests.
 *
 * They are a library of their own, which is loaded only where settings ask for
 * it: what they need of the program comes with struct engine_host.
 */
#ifndef LK_STORE_PGSQL_INTERNAL_H
#define LK_STORE_PGSQL_INTERNAL_H

#include "store/engine.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
	PGSQL_SCHEMA = 1, /* of the tables (statement.c) */
	PGSQL_MOVED = -1, /* of tables whose records went elsewhere */
	PGSQL_WHERE_CAP = 1024,
	PGSQL_TEXT_CAP = 300,
	PGSQL_READERS = 3, /* connections that read, at most */
	PGSQL_BATCH_ID_LEN = 16,

	PGSQL_ANSWER_MS = 10000, /* without an answer it is away */
	PGSQL_REST_MS = 500,     /* after it was found to be away */
	PGSQL_AT_ONCE_MS = 1000, /* of a refusal: it may be asked again, why */
	PGSQL_SETTLE_MS = 15000, /* to ask what became of a commit */
	PGSQL_SETTLE_EVERY_MS = 100,

	PGSQL_CONFLICTS = 3,     /* in a row: then it commits alone */
	PGSQL_FORGET_EVERY = 256 /* batches: rows of old ones are removed */
};

/* --- rows.c -------------------------------------------------------------- */

struct arena {
	struct arena_chunk *chunks;
	size_t used; /* of the first */
};

enum change { UNCHANGED, PUT, DELETED };

/* A key, and what is known of it. */
struct row {
	const uint8_t *key;
	uint16_t key_len;
	uint16_t table;     /* its number and one: none is before the first */
	bool known, exists; /* in the database; value, len */
	bool gap; /* nothing is in the database between it and the next row */
	bool wanted, wanted_up, wanted_down;
	bool listed, held; /* in `changed`; written even if UNCHANGED */
	uint8_t change;    /* enum change, by this transaction: new, new_len */
	const uint8_t *value;
	uint8_t *new;
	size_t len, new_len;
	struct row *next[]; /* a skip list */
};

enum { ROWS_LEVELS = 16 };

struct rows {
	struct arena arena; /* the rows, and what the database has */
	struct arena own;   /* what the transaction puts */
	struct row *head;
	uint32_t random;
};

void *arena_take(struct arena *a, size_t len); /* NULL: no memory */
void arena_clear(struct arena *a);             /* keeps a little */
void arena_free(struct arena *a);

/* Empty again. False: no memory. */
bool rows_reset(struct rows *r);
void rows_free(struct rows *r);

/* The first row that is not before KEY of TABLE, NULL if there is none;
 * BEFORE[0] is the last that is. */
struct row *rows_seek(const struct rows *r, unsigned table,
    const struct engine_bytes *key, struct row *before[static ROWS_LEVELS]);

/* The row of KEY, made if it is not there yet; NULL: no memory. One that is
 * made where it is known that nothing is, is known not to exist. */
struct row *rows_place(
    struct rows *r, unsigned table, const struct engine_bytes *key);

bool row_is_at(
    const struct row *row, unsigned table, const struct engine_bytes *key);

/* Whether the transaction sees a value; whether that can be said. */
static inline bool
row_is_live(const struct row *row)
{
	return row->change == PUT ||
	       (row->change == UNCHANGED && row->known && row->exists);
}

static inline bool
row_is_open(const struct row *row)
{
	return row->change == UNCHANGED && !row->known;
}

/* --- conn.c -------------------------------------------------------------- */

struct engine_cursor {
	struct engine_txn *t; /* NULL: not open */
	unsigned table;
	bool moved;
	size_t key_len;
	uint8_t key[ENGINE_KEY_MAX + 1];
};

struct want {
	enum { WANT_ROW, WANT_UP, WANT_DOWN, WANT_COUNT } kind;
	unsigned table;
	int limit;
	struct row *row; /* for UP and DOWN: from there */
};

struct engine_txn {
	struct engine_db *db;
	struct conn *conn;
	bool writes, begun, direct;
	bool alone; /* no other host commits beside it */
	enum err failed;
	unsigned fetches;
	struct rows rows;
	struct want *wants;
	size_t want_count, want_cap;
	struct row **changed; /* each once; those that are not UNCHANGED, or
			       * held */
	size_t changed_count, changed_cap;
	struct {
		bool known, wanted;
		uint64_t n;
	} counts[ENGINE_TABLES];
	struct engine_cursor cursors[ENGINE_CURSORS_MAX];
};

/* A connection, and the one transaction that is on it. */
struct conn {
	struct engine_db *db;
	PGconn *pg;     /* NULL: not connected */
	bool prepared;  /* for flights */
	unsigned syncs; /* sent, and not seen yet */
	bool busy;      /* a transaction has it */
	bool patient;   /* it waits for each answer, however long */
	bool late;      /* it was closed for want of an answer */
	int32_t number; /* the last that was answered */
	uint64_t flights;
	struct engine_txn txn;
};

struct engine_db {
	char where[PGSQL_WHERE_CAP];
	char host[PGSQL_TEXT_CAP];     /* for people */
	struct engine_opening opening; /* the settings are not kept */
	pthread_mutex_t lock;          /* of what follows */
	pthread_cond_t freed;          /* one of the readers */
	struct conn writer, readers[PGSQL_READERS];
	_Atomic(int64_t) rest_until_ms; /* no connection before */
	atomic_uint generation;
	atomic_bool told; /* the log has a line, since it last worked */
	bool quiet;       /* no line: who opens it tells */
	unsigned conflicts, batches; /* the writer's */
};

/* Connects. ERR_UNAVAILABLE. */
enum err conn_connect(struct conn *c);

/* The same unless it is connected, and makes it ready for flights. */
enum err conn_ready(struct conn *c);
void conn_close(struct conn *c);

/* The same once all answers that are due have come. */
void conn_end(struct conn *c);

/* The end of a flight: all that was sent since the last is on its way. */
enum err conn_sync(struct conn *c);

/* Before flights: what TEXT gives, all of its statements or the first that
 * fails; the caller's. NULL: the connection is lost, and closed. */
PGresult *conn_ask(struct conn *c, const char *text);

/* What the loss of C is: ERR_AGAIN, or ERR_UNAVAILABLE if there was no answer
 * in time. */
static inline enum err
conn_loss(const struct conn *c)
{
	return c->late ? ERR_UNAVAILABLE : ERR_AGAIN;
}

/* The result of each statement in turn, which is the caller's, then NULL at
 * the end of a flight. Else the connection is lost (conn_loss), and closed. */
enum err conn_take(struct conn *c, PGresult **result);

/* Reads one flight to its end, for nothing but whether all was well: else what
 * the first that failed is, and its SQLSTATE. */
enum err conn_finish(struct conn *c, const char *command, char state[6]);

/* --- statement.c --------------------------------------------------------- */

enum statement {
	SAY_ROW,
	SAY_UP,
	SAY_DOWN,
	SAY_COUNT,
	SAY_INSERT,
	SAY_PUT,
	SAY_UPDATE,
	SAY_TOUCH,
	SAY_DELETE,
	SAY_BATCH,
	SAY_FORGET,
	SAY_VERSION, /* of the tables */
	SAY_READ,    /* begins */
	SAY_WRITE,   /* begins */
	SAY_ALONE,   /* comes next, if at all */
	SAY_COMMIT,
	SAY_ROLLBACK,
	STATEMENTS
};

extern const char pgsql_session[], pgsql_tables[];

/* The number that TABLE has in the database. Those of the store's own two stay
 * when it gets another one for records. */
unsigned pgsql_number(unsigned table);

/* Sends one, part of a flight; false: the connection is lost. Those without a
 * table, and a batch's, which has its id as KEY, are to have TABLE 0. */
bool pgsql_say(struct conn *c, enum statement s, unsigned table,
    const struct engine_bytes *key, const struct engine_bytes *value);
bool say_range(struct conn *c, enum statement s, unsigned table,
    const struct engine_bytes *key, int limit);

/* Prepares all of them; part of a flight. */
bool say_prepare(struct conn *c);

/* --- fetch.c ------------------------------------------------------------- */

/* Notes what is missing. ERR_AGAIN; or, in a direct transaction, fetches it:
 * OK. */
enum err fetch_row(struct engine_txn *t, struct row *row);
enum err fetch_range(struct engine_txn *t, bool up, unsigned table,
    const struct engine_bytes *at);
/* Notes only. */
void fetch_later(struct engine_txn *t, struct row *row);
enum err fetch_count(struct engine_txn *t, unsigned table);

/* Sends what begins T, the first part of a flight; false: the connection is
 * lost. */
bool fetch_begin(struct engine_txn *t);

/* In struct engine. */
enum err pgsql_fetch(struct engine_txn *t);
enum err pgsql_direct(struct engine_txn *t);
enum err pgsql_forget(struct engine_txn *t);

/* --- batch.c: as in struct engine ---------------------------------------- */

enum err pgsql_begin(struct engine_db *db, bool write, struct engine_txn **t);
enum err pgsql_commit(struct engine_txn *t);
void pgsql_abort(struct engine_txn *t);

/* --- transport.c --------------------------------------------------------- */

/* ERR_UNSUPPORTED: others could read what is said to the server, or be it. */
enum err pgsql_check_transport(struct engine_db *db);

/* --- open.c: as in struct engine ----------------------------------------- */

/* Before flights: one statement, its answer (none if CAP is 0), or the error
 * it failed with. */
enum err ask_database(
    struct conn *c, const char *text, char *answer, size_t cap);

/* Whether the tables are ours: ERR_NOT_FOUND, ERR_VERSION, ERR_OUTDATED,
 * ERR_CORRUPT. */
enum err check_tables(struct conn *c);

/* Makes them, as part of a transaction. */
enum err put_tables(struct conn *c);

/* Connects the first of the readers, whether or not there is a store. */
enum err pgsql_reach(struct engine_db **db, const struct engine_opening *how);

enum err pgsql_open(struct engine_db **db, const struct engine_opening *how);
void pgsql_close(struct engine_db *db);
enum err pgsql_renew(struct engine_db *db);

/* --- retire.c: as in struct engine --------------------------------------- */

enum err pgsql_seclude(struct engine_txn *t);
enum err pgsql_retire(struct engine_txn *t, bool returns);

/* --- measure.c: as in struct engine -------------------------------------- */

enum err pgsql_measure(struct engine_db *db, struct store_figures *f);

/* --- replace.c: as in struct engine -------------------------------------- */

enum err pgsql_replace(
    const struct store_settings *settings, const struct engine_rows *rows);

/* --- cursor.c: as in struct engine --------------------------------------- */

enum err pgsql_cursor_open(
    struct engine_txn *t, unsigned table, struct engine_cursor **c);
enum err pgsql_cursor_move(struct engine_cursor *c,
    const struct engine_bytes *from, struct engine_bytes *key,
    struct engine_bytes *value);
enum err pgsql_cursor_back(struct engine_cursor *c,
    const struct engine_bytes *before, struct engine_bytes *key,
    struct engine_bytes *value);
void pgsql_cursor_close(struct engine_cursor *c);

/* --- fail.c -------------------------------------------------------------- */

/* What an SQLSTATE is to the store; of none: the connection is lost. */
enum err pgsql_err(const char *state);

/* The same of what is said in flights: tables that are not ours any more are
 * as good as away. */
enum err pgsql_flight_err(const char *state);

/* Whether a connection on which this was said is of no more use. */
bool pgsql_ends_connection(const char *state);

/* One line in the log that names the host and WHY; the first since it last
 * worked. While it is opened there is none, and pgsql_advice says it. STATE is
 * the SQLSTATE, or NULL. */
void pgsql_tell(struct engine_db *db, enum err e, const char *why);
void pgsql_tell_state(
    struct engine_db *db, enum err e, const char *state, const char *why);
void pgsql_tell_works(struct engine_db *db);
const char *pgsql_advice(enum err e);

/* In place of an SQLSTATE: the server wants a password, and there is none. */
#define PGSQL_NO_PASSWORD "-PASS"

/* WHAT libpq says, which may be several lines, as one. */
void pgsql_copy_why(char why[static PGSQL_TEXT_CAP], const char *what);

/* The SQLSTATE in what libpq says if asked for no more; "": none. */
void pgsql_find_state(char state[static 6], const char *what);

/* Of tables that are not of PGSQL_SCHEMA: what is wrong. */
const char *pgsql_version_refusal(long version);

/* There is no use in a connection for a while. */
void pgsql_rest(struct engine_db *db);

/* A store that is opened again after it was away rests as long. */
int64_t pgsql_rest_until(void);

int64_t pgsql_now_ms(void);

extern const struct engine_host *pgsql_host;

#endif
