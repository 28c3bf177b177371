/* What fails: SQLSTATEs become errors here, and lines for the administrator. */
#include "store/pgsql/internal.h"

#include "base/buf.h"
#include "base/str.h"
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

#define THE_TABLES                                                             \
	"the tables are not those of this latchkey: use a database of its "    \
	"own, or restore a backup"

/* By the beginning of the SQLSTATE; the first that fits. */
static const struct {
	const char *state;
	enum err err;
	bool ends;          /* the connection */
	const char *remedy; /* NULL: that of the error */
} states[] = {
    {"40001", ERR_AGAIN, false, NULL}, /* another host was first */
    {"40P01", ERR_AGAIN, false, NULL}, /* it and another wait for each other */
    {"23505", ERR_AGAIN, false, NULL}, /* another host has made that row */
    {"25006", ERR_UNAVAILABLE, true,
	"let it take changes (default_transaction_read_only), or name the "
	"server that does"},
    {"25P03", ERR_AGAIN, true, NULL},        /* kept waiting in a transaction */
    {"57014", ERR_UNAVAILABLE, false, NULL}, /* statement_timeout */
    {"55P03", ERR_UNAVAILABLE, false, NULL}, /* lock_timeout */
    /* The server ends: whether it is there again the next connection tells.
     * One that is refused with this has said so while it was made. */
    {"57P", ERR_AGAIN, true, "it is starting or ending; start it, or wait"},
    {"53300", ERR_UNAVAILABLE, true,
	"raise max_connections, or the limit of the user or the database"},
    {"53100", ERR_NO_SPACE, false, NULL},
    {"53200", ERR_NO_MEMORY, false, NULL},
    {"53", ERR_UNAVAILABLE, false, NULL},
    {"08", ERR_UNAVAILABLE, true, NULL},
    {"28", ERR_UNAVAILABLE, true,
	"see the user's name, its password (passfile) and pg_hba.conf"},
    {PGSQL_NO_PASSWORD, ERR_UNAVAILABLE, true,
	"write HOST:PORT:DATABASE:USER:PASSWORD into a file that is the "
	"programs' alone (mode 0600), and name it: passfile=FILE"},
    {"3D", ERR_UNAVAILABLE, true,
	"make the database first (createdb -O USER NAME), or name another"},
    {"42501", ERR_UNAVAILABLE, true,
	"make the user the owner of the database and of its tables"},
    {"42", ERR_CORRUPT, true, THE_TABLES},
    {"22", ERR_CORRUPT, false, THE_TABLES},
    {"XX00", ERR_CORRUPT, false, NULL},
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

/* Tables that were ours when it was opened are so again, or another store is
 * named. */
enum err
pgsql_flight_err(const char *state)
{
	const enum err e = pgsql_err(state);

	return e == ERR_CORRUPT && str_starts(state, "42") ? ERR_UNAVAILABLE
							   : e;
}

bool
pgsql_ends_connection(const char *state)
{
	size_t i = find_state(state);

	return i < sizeof states / sizeof *states && states[i].ends;
}

/* --- what is told ----------------------------------------------------------
 */

/* The last failure; the process's, for a store that cannot be opened is opened
 * by each request. */
static struct {
	pthread_mutex_t lock; /* of what follows */
	enum err err;
	const char *remedy;
	char why[PGSQL_TEXT_CAP];
} last = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic(int64_t) rest_until_ms;

static void
put_cut(struct buf *b, const char *text, size_t len)
{
	const size_t room = b->cap - 1 - b->len;

	buf_put(b, text, len < room ? len : room);
}

/* The first line, and what libpq says of each further server: the rest is
 * advice, or where in a statement. */
void
pgsql_copy_why(char why[static PGSQL_TEXT_CAP], const char *what)
{
	size_t len;
	struct buf b;

	buf_init(&b, why, PGSQL_TEXT_CAP);
	for (; *what != '\0'; what += len + (what[len] != '\0')) {
		len = strcspn(what, "\n");
		if (b.len > 0 && !str_starts(what, "connection to"))
			continue;
		if (b.len > 0)
			put_cut(&b, "; ", 2);
		put_cut(&b, what, len);
	}
}

void
pgsql_find_state(char state[static 6], const char *what)
{
	const char *colon = strrchr(what, ':');
	size_t len;

	state[0] = '\0';
	if (colon == NULL)
		return;
	colon += 1 + strspn(colon + 1, " ");
	len = strcspn(colon, "\n");
	if (len == 5 &&
	    strspn(colon, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= 5)
		(void)!str_copy_n(state, 6, colon, len);
}

static void
remember_failure(enum err e, const char *remedy, const char *why)
{
	pthread_mutex_lock(&last.lock);
	last.err = e;
	last.remedy = remedy;
	pgsql_copy_why(last.why, why);
	pthread_mutex_unlock(&last.lock);
}

void
pgsql_tell_state(
    struct engine_db *db, enum err e, const char *state, const char *why)
{
	const size_t i = find_state(state != NULL ? state : "");
	char line[PGSQL_TEXT_CAP];

	remember_failure(e,
	    i < sizeof states / sizeof *states ? states[i].remedy : NULL, why);
	if (db->quiet || atomic_exchange(&db->told, true))
		return;
	pgsql_copy_why(line, why);
	pgsql_host->log_fault("store_failed", "host", db->host, "reason",
	    pgsql_host->err_name(e), "why", line, NULL);
}

void
pgsql_tell(struct engine_db *db, enum err e, const char *why)
{
	pgsql_tell_state(db, e, NULL, why);
}

void
pgsql_tell_works(struct engine_db *db)
{
	if (db->told && atomic_exchange(&db->told, false))
		pgsql_host->log_note(
		    "store works again", "host", db->host, NULL);
}

const char *
pgsql_version_refusal(long version)
{
	if (version == PGSQL_MOVED)
		return "its records were moved to another store, which the "
		       "setting `store` is to name; to use this one again, "
		       "drop its tables";
	return version > PGSQL_SCHEMA
		   ? "the tables are those of a newer latchkey: upgrade this "
		     "one"
		   : "the tables are those of an older latchkey: restore a "
		     "backup with this one";
}

void
pgsql_rest(struct engine_db *db)
{
	rest_until_ms = db->rest_until_ms = pgsql_now_ms() + PGSQL_REST_MS;
}

int64_t
pgsql_rest_until(void)
{
	return rest_until_ms;
}

/* --- what is to be done ----------------------------------------------------
 */

static const char *
find_remedy(enum err e)
{
	static const struct {
		enum err err;
		const char *remedy;
	} lines[] = {
	    {ERR_NOT_FOUND,
		"there is no store in this database; make one with `latchkey "
		"init`, or restore a backup"},
	    {ERR_EXISTS, "the database has a store already"},
	    {ERR_CORRUPT,
		"the database is not a latchkey store, or is damaged; "
		"restore a backup"},
	    {ERR_PERMISSION, "take the rights of others away (chmod 600)"},
	    {ERR_UNAVAILABLE, "see that the server runs, and is the one named"},
	    {ERR_NO_SPACE, "the disk of the database is full"},
	    {ERR_UNSUPPORTED, "set sslmode=verify-full and sslrootcert"},
	    {ERR_SYNTAX, "this is no connection string of PostgreSQL"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == e)
			return lines[i].remedy;
	return NULL;
}

const char *
pgsql_advice(enum err e)
{
	static _Thread_local char advice[2 * PGSQL_TEXT_CAP];
	const char *remedy = find_remedy(e);
	struct buf b;

	pthread_mutex_lock(&last.lock);
	if (last.err == e) {
		if (last.remedy != NULL)
			remedy = last.remedy;
		buf_init(&b, advice, sizeof advice);
		buf_printf(&b, "%s%s%s", last.why, remedy != NULL ? "; " : "",
		    remedy != NULL ? remedy : "");
		remedy = advice;
	}
	pthread_mutex_unlock(&last.lock);
	return remedy;
}
