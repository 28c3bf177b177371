/*
 * Transactions. One that writes is a transaction of the database with a
 * snapshot of its own (repeatable read): it begins with the flight that reads
 * its rows, and a second flight has all its changes and the commit. The
 * database itself refuses it if another has changed a row that it changes
 * (SQLSTATE 40001), or made one (23505): then it is all done again. (That
 * repeatable read does this is PostgreSQL's; serializable, which others have,
 * does as well. Others may say 40003, too.) So a row needs no number of its
 * version, and what was read is of one moment. A row that it only looks at may
 * be older than the commit by these two flights; one that it holds is written
 * as it is, and so refused as if it were changed.
 *
 * After a few refusals in a row a host takes a turn alone: it locks the table
 * of the batches, in which each commit puts a row first, so that the commits of
 * others wait until its own is done. Reads do not.
 *
 * Each has a row of its own in latchkey_batches, by which it is known whether a
 * commit was kept whose answer was lost. Who asks does not look for that row
 * but inserts it: if the commit is still under way this waits for it; if it
 * never arrived it cannot any more.
 */
#include "store/pgsql/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* --- begin --------------------------------------------------------------- */

static struct conn *
find_free(struct engine_db *db, bool write)
{
	struct conn *found = NULL;

	if (write)
		return db->writer.busy ? NULL : &db->writer;
	for (size_t i = 0; i < PGSQL_READERS; i++) {
		struct conn *c = &db->readers[i];

		if (!c->busy && (found == NULL || found->pg == NULL))
			found = c;
	}
	return found;
}

static struct conn *
take_conn(struct engine_db *db, bool write)
{
	struct conn *c;

	pthread_mutex_lock(&db->lock);
	while ((c = find_free(db, write)) == NULL)
		pthread_cond_wait(&db->freed, &db->lock);
	c->busy = true;
	pthread_mutex_unlock(&db->lock);
	return c;
}

static void
free_conn(struct conn *c)
{
	pthread_mutex_lock(&c->db->lock);
	c->busy = false;
	pthread_cond_broadcast(&c->db->freed);
	pthread_mutex_unlock(&c->db->lock);
}

static enum err
reset(struct engine_txn *t, struct conn *c, bool write)
{
	t->db = c->db;
	t->conn = c;
	t->writes = write;
	t->begun = t->direct = false;
	t->alone = write && c->db->conflicts >= PGSQL_CONFLICTS;
	t->failed = OK;
	t->fetches = 0;
	t->want_count = t->changed_count = 0;
	memset(t->counts, 0, sizeof t->counts);
	memset(t->cursors, 0, sizeof t->cursors);
	return rows_reset(&t->rows) ? OK : ERR_NO_MEMORY;
}

enum err
pgsql_begin(struct engine_db *db, bool write, struct engine_txn **t)
{
	struct conn *c = take_conn(db, write);
	enum err e = conn_ready(c);

	if (e == OK)
		e = reset(&c->txn, c, write);
	*t = e == OK ? &c->txn : NULL;
	if (e != OK)
		free_conn(c);
	return e;
}

/* --- the end ------------------------------------------------------------- */

/* The answer is not waited for: the next transaction here takes it first. */
static void
roll_back(struct engine_txn *t)
{
	struct conn *c = t->conn;

	if (c->pg != NULL && t->begun &&
	    (!pgsql_say(c, SAY_ROLLBACK, 0, NULL, NULL) || conn_sync(c) != OK))
		conn_close(c);
}

void
pgsql_abort(struct engine_txn *t)
{
	if (t->writes && t->failed == ERR_AGAIN)
		t->db->conflicts++;
	roll_back(t);
	free_conn(t->conn);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a,
			 *y = *(struct row *const *)b;
	const size_t len = x->key_len < y->key_len ? x->key_len : y->key_len;
	int order;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	order = memcmp(x->key, y->key, len);
	return order != 0 ? order : (int)x->key_len - (int)y->key_len;
}

static bool
send_change(struct conn *c, const struct row *row)
{
	const struct engine_bytes key = {row->key, row->key_len};
	const struct engine_bytes value = {row->new, row->new_len};
	enum statement s = SAY_PUT;

	if (row->change == UNCHANGED)
		return !row->held || !row->exists ||
		       pgsql_say(c, SAY_TOUCH, row->table - 1u, &key, NULL);
	if (row->change == DELETED)
		return (row->known && !row->exists) ||
		       pgsql_say(c, SAY_DELETE, row->table - 1u, &key, NULL);
	if (row->known)
		s = row->exists ? SAY_UPDATE : SAY_INSERT;
	return pgsql_say(c, s, row->table - 1u, &key, &value);
}

/* The changes in the order of their keys, as every host sends them: so that
 * fewer wait for each other. The batch's own row is the first, so that what
 * asks for it waits from then on. */
static bool
send_batch(struct engine_txn *t, const struct engine_bytes *id)
{
	struct conn *c = t->conn;
	bool sent = fetch_begin(t);

	qsort(t->changed, t->changed_count, sizeof *t->changed, compare_rows);
	sent = sent && pgsql_say(c, SAY_BATCH, 0, id, NULL);
	for (size_t i = 0; sent && i < t->changed_count; i++)
		sent = send_change(c, t->changed[i]);
	return sent && pgsql_say(c, SAY_COMMIT, 0, NULL, NULL);
}

/* --- what became of a commit ---------------------------------------------- */

static void
wait_a_little(void)
{
	static const struct timespec pause = {
	    .tv_nsec = PGSQL_SETTLE_EVERY_MS * 1000000L};

	nanosleep(&pause, NULL);
}

/* OK: it was kept. ERR_AGAIN: it was not, and will not be. Any other: this
 * cannot be said yet. */
static enum err
ask_for_batch(struct conn *c, const struct engine_bytes *id)
{
	char state[6];
	enum err e;

	c->db->rest_until_ms = 0;
	e = conn_ready(c);
	if (e != OK)
		return e;
	if (!pgsql_say(c, SAY_BATCH, 0, id, NULL) || conn_sync(c) != OK)
		return ERR_UNAVAILABLE;
	e = conn_finish(c, "IN", state);
	if (e == OK)
		return ERR_AGAIN;
	return strcmp(state, "23505") == 0 ? OK : ERR_UNAVAILABLE;
}

static enum err
settle_commit(struct engine_txn *t, const struct engine_bytes *id)
{
	const int64_t end = pgsql_now_ms() + PGSQL_SETTLE_MS;
	enum err e;

	for (;;) {
		e = ask_for_batch(t->conn, id);
		if (e == OK || e == ERR_AGAIN || pgsql_now_ms() >= end)
			break;
		wait_a_little();
	}
	if (e != OK && e != ERR_AGAIN) {
		pgsql_tell(
		    t->db, e, "it is not known whether changes were kept");
		return ERR_UNAVAILABLE;
	}
	return e;
}

/* Once in a while, and for no one to wait for. */
static void
forget_batches(struct engine_txn *t)
{
	struct conn *c = t->conn;

	if (c->pg == NULL || ++t->db->batches % PGSQL_FORGET_EVERY != 1)
		return;
	if (!pgsql_say(c, SAY_FORGET, 0, NULL, NULL) || conn_sync(c) != OK)
		conn_close(c);
}

static enum err
commit_changes(struct engine_txn *t)
{
	uint8_t bytes[PGSQL_BATCH_ID_LEN];
	const struct engine_bytes id = {bytes, sizeof bytes};
	char state[6];
	enum err e;

	if (getentropy(bytes, sizeof bytes) != 0)
		return ERR_IO;
	if (!send_batch(t, &id) || conn_sync(t->conn) != OK) {
		/* Some of it may be there, with the commit. */
		conn_close(t->conn);
		return settle_commit(t, &id);
	}
	e = conn_finish(t->conn, "CO", state);
	/* 40003: the database does not know either. */
	if (t->conn->pg == NULL || strcmp(state, "40003") == 0 ||
	    (state[0] == '\0' && e != OK)) {
		conn_close(t->conn);
		return settle_commit(t, &id);
	}
	if (e != OK)
		roll_back(t);
	return e;
}

/* Rows that are held go with what is changed; alone they are as good as read.
 */
static bool
has_changes(const struct engine_txn *t)
{
	for (size_t i = 0; i < t->changed_count; i++)
		if (t->changed[i]->change != UNCHANGED)
			return true;
	return false;
}

enum err
pgsql_commit(struct engine_txn *t)
{
	struct engine_db *db = t->db;
	enum err e = t->failed;

	if (e == OK && has_changes(t))
		e = commit_changes(t);
	else
		roll_back(t);
	if (e == OK) {
		db->conflicts = 0;
		pgsql_tell_works(db);
		forget_batches(t);
	} else if (e == ERR_AGAIN) {
		db->conflicts++;
	}
	free_conn(t->conn);
	return e;
}
