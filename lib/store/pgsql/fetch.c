/*
 * What transactions need and is not here. They note it; one flight brings all
 * of it. In a transaction of its own snapshot (repeatable read) what comes
 * later is of the same moment as what came first, so that an entry of an index
 * and its record agree however many flights are between.
 */
#include "store/pgsql/internal.h"

#include "base/big_endian.h"

#include <stdlib.h>
#include <string.h>

enum { RANGE_FIRST = 32, RANGE_DOUBLED_MAX = 5 };

static enum err
fail(struct engine_txn *t, enum err e)
{
	if (t->failed == OK)
		t->failed = e;
	return t->failed;
}

/* --- what came ----------------------------------------------------------- */

static bool
keep_value(struct rows *rows, struct row *row, const PGresult *r, int i)
{
	const size_t len = (size_t)PQgetlength(r, i, 0);
	uint8_t *copy = arena_take(&rows->arena, len);

	if (copy == NULL)
		return false;
	if (len > 0)
		memcpy(copy, PQgetvalue(r, i, 0), len);
	row->value = copy;
	row->len = len;
	row->known = row->exists = true;
	return true;
}

static enum err
keep_row(struct engine_txn *t, const struct want *w, const PGresult *r)
{
	w->row->wanted = false;
	w->row->known = true;
	w->row->exists = false;
	if (PQntuples(r) > 0 && !keep_value(&t->rows, w->row, r, 0))
		return ERR_NO_MEMORY;
	return OK;
}

/* From FIRST up to END there is nothing but what is known to exist. */
static void
close_gaps(struct row *first, const struct row *end)
{
	for (; first != NULL && first != end; first = first->next[0]) {
		first->gap = true;
		first->known = true; /* if not to exist, then not to */
	}
}

static const struct engine_bytes no_key = {(const uint8_t *)"", 0};

static enum err
keep_range(struct engine_txn *t, const struct want *w, const PGresult *r)
{
	const bool up = w->kind == WANT_UP, whole = PQntuples(r) < w->limit;
	struct row *last = w->row;
	const bool was_known = w->row->known;

	w->row->wanted_up = w->row->wanted_down = false;
	for (int i = 0; i < PQntuples(r); i++) {
		const struct engine_bytes key = {
		    (const uint8_t *)PQgetvalue(r, i, 1),
		    (size_t)PQgetlength(r, i, 1)};

		if (key.len == 0 || key.len > ENGINE_KEY_MAX)
			return ERR_CORRUPT;
		last = rows_place(&t->rows, w->table, &key);
		if (last == NULL || !keep_value(&t->rows, last, r, i))
			return ERR_NO_MEMORY;
	}
	if (whole)
		last =
		    rows_place(&t->rows, up ? w->table + 1 : w->table, &no_key);
	if (last == NULL)
		return ERR_NO_MEMORY;
	if (up)
		close_gaps(w->row, last);
	else
		close_gaps(last, w->row);
	/* Where a range ends that goes down is not part of it. */
	if (!up)
		w->row->known = was_known;
	return OK;
}

static enum err
keep_result(struct engine_txn *t, const struct want *w, const PGresult *r)
{
	switch (w->kind) {
	case WANT_ROW:
		return keep_row(t, w, r);
	case WANT_COUNT:
		if (PQntuples(r) != 1 || PQgetlength(r, 0, 0) != 8)
			return ERR_CORRUPT;
		t->counts[w->table].known = true;
		t->counts[w->table].n =
		    big_endian_get((const uint8_t *)PQgetvalue(r, 0, 0), 8);
		return OK;
	default:
		return keep_range(t, w, r);
	}
}

/* --- flights ------------------------------------------------------------- */

static bool
send_want(struct engine_txn *t, const struct want *w)
{
	uint8_t after_all[ENGINE_KEY_MAX + 1];
	struct engine_bytes key;

	if (w->kind == WANT_COUNT)
		return pgsql_say(t->conn, SAY_COUNT, w->table, NULL, NULL);
	key = (struct engine_bytes){w->row->key, w->row->key_len};
	if (w->kind == WANT_ROW)
		return pgsql_say(t->conn, SAY_ROW, w->table, &key, NULL);
	/* One past the end of a table is before the next one's first. */
	if (w->kind == WANT_DOWN && w->row->table != w->table + 1) {
		memset(after_all, 0xff, sizeof after_all);
		key = (struct engine_bytes){after_all, sizeof after_all};
	}
	return say_range(t->conn, w->kind == WANT_UP ? SAY_UP : SAY_DOWN,
	    w->table, &key, w->limit);
}

bool
fetch_begin(struct engine_txn *t)
{
	if (t->begun)
		return true;
	t->begun = true;
	return pgsql_say(
		   t->conn, t->writes ? SAY_WRITE : SAY_READ, 0, NULL, NULL) &&
	       (!t->alone || pgsql_say(t->conn, SAY_ALONE, 0, NULL, NULL));
}

/* Takes the result of one statement. What an earlier one said stays. */
static enum err
take_one(struct engine_txn *t, const struct want *w)
{
	PGresult *r;
	enum err e = conn_take(t->conn, &r);
	const char *state;

	if (e != OK)
		return e;
	if (PQresultStatus(r) == PGRES_FATAL_ERROR) {
		state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		e = pgsql_flight_err(state);
		if (e != ERR_AGAIN)
			pgsql_tell_state(
			    t->db, e, state, PQresultErrorMessage(r));
		if (e == ERR_UNAVAILABLE)
			pgsql_rest(t->db);
	} else if (PQresultStatus(r) == PGRES_PIPELINE_ABORTED) {
		e = ERR_IO; /* what failed before counts */
	} else if (w != NULL) {
		e = keep_result(t, w, r);
	}
	PQclear(r);
	return e;
}

/* Sends what is wanted, and takes what comes. */
static enum err
fly(struct engine_txn *t)
{
	const size_t begins = t->begun ? 0 : t->alone ? 2 : 1;
	PGresult *r = NULL;
	bool sent = fetch_begin(t);
	enum err e, first = OK;

	for (size_t i = 0; sent && i < t->want_count; i++)
		sent = send_want(t, &t->wants[i]);
	if (!sent || conn_sync(t->conn) != OK) {
		conn_close(t->conn);
		return conn_loss(t->conn);
	}
	for (size_t i = 0; t->conn->pg != NULL && i < begins + t->want_count;
	     i++) {
		e = take_one(t, i < begins ? NULL : &t->wants[i - begins]);
		if (first == OK)
			first = e;
	}
	if (t->conn->pg == NULL || conn_take(t->conn, &r) != OK)
		return conn_loss(t->conn);
	PQclear(r);
	if (first == OK)
		pgsql_tell_works(t->db);
	return first;
}

static enum err
fetch_all(struct engine_txn *t)
{
	enum err e;

	if (t->failed != OK)
		return t->failed;
	t->fetches++;
	e = fly(t);
	t->want_count = 0;
	return e == OK ? OK : fail(t, e);
}

/* What T has changed is not to have been. */
static void
undo_changes(struct engine_txn *t)
{
	for (size_t i = 0; i < t->changed_count; i++) {
		t->changed[i]->change = UNCHANGED;
		t->changed[i]->listed = t->changed[i]->held = false;
	}
	t->changed_count = 0;
	arena_clear(&t->rows.own);
	for (size_t i = 0; i < ENGINE_CURSORS_MAX; i++)
		t->cursors[i].t = NULL;
}

enum err
pgsql_fetch(struct engine_txn *t)
{
	enum err e = fetch_all(t);

	if (e == OK)
		undo_changes(t);
	return e;
}

/* The snapshot is that of now, not of when something is read first. */
enum err
pgsql_direct(struct engine_txn *t)
{
	t->direct = true;
	return t->begun ? OK : fetch_count(t, TABLE_META);
}

enum err
pgsql_forget(struct engine_txn *t)
{
	if (t->failed != OK)
		return t->failed;
	t->want_count = 0;
	return rows_reset(&t->rows) ? OK : fail(t, ERR_NO_MEMORY);
}

/* --- what is missing ----------------------------------------------------- */

static enum err
note(struct engine_txn *t, const struct want *w)
{
	if (t->failed != OK)
		return t->failed;
	if (t->want_count == t->want_cap) {
		const size_t cap = t->want_cap == 0 ? 64 : 2 * t->want_cap;
		struct want *more = realloc(t->wants, cap * sizeof *more);

		if (more == NULL)
			return fail(t, ERR_NO_MEMORY);
		t->wants = more;
		t->want_cap = cap;
	}
	t->wants[t->want_count++] = *w;
	return OK;
}

/* With all that was noted before. */
static enum err
fetch_noted(struct engine_txn *t)
{
	if (t->failed != OK)
		return t->failed;
	return t->direct ? fetch_all(t) : ERR_AGAIN;
}

void
fetch_later(struct engine_txn *t, struct row *row)
{
	const struct want w = {
	    .kind = WANT_ROW, .table = row->table - 1u, .row = row};

	if (!row->wanted)
		row->wanted = note(t, &w) == OK;
}

enum err
fetch_row(struct engine_txn *t, struct row *row)
{
	fetch_later(t, row);
	return fetch_noted(t);
}

enum err
fetch_range(struct engine_txn *t, bool up, unsigned table,
    const struct engine_bytes *at)
{
	unsigned doubled = t->fetches;
	struct want w = {.kind = up ? WANT_UP : WANT_DOWN, .table = table};
	bool *wanted;

	/* Before no key is after all of them. */
	w.row =
	    rows_place(&t->rows, !up && at->len == 0 ? table + 1 : table, at);
	if (w.row == NULL)
		return fail(t, ERR_NO_MEMORY);
	wanted = up ? &w.row->wanted_up : &w.row->wanted_down;
	if (*wanted)
		return fetch_noted(t);
	if (doubled > RANGE_DOUBLED_MAX)
		doubled = RANGE_DOUBLED_MAX;
	w.limit = RANGE_FIRST << doubled;
	*wanted = note(t, &w) == OK;
	return fetch_noted(t);
}

enum err
fetch_count(struct engine_txn *t, unsigned table)
{
	const struct want w = {.kind = WANT_COUNT, .table = table};

	if (!t->counts[table].wanted)
		t->counts[table].wanted = note(t, &w) == OK;
	return fetch_noted(t);
}
