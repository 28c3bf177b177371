/*
 * What is asked of the files before they are used. The map of a file that was
 * cut reaches further than the file: a page that is touched there ends the
 * process (fault.c). So the pages that the meta page counts must be there.
 *
 * All but those at the end that are free: LMDB does not write a page that is
 * taken and given back in one transaction, and has counted it all the same.
 */
#include "store/lmdb/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { META_PAGES = 2 };

/* --- free pages ----------------------------------------------------------- */

struct tail {
	struct engine_db *db;
	size_t last;  /* the last page that is counted */
	size_t first; /* the first that the file does not have */
	size_t free;  /* how many of these are free */
	MDB_txn *txn;
	MDB_cursor *cursor;
	int rc;
};

/* Adds those of a record of the list of free pages: a count, then numbers. */
static void
add_free(struct tail *tail, const MDB_val *v)
{
	const char *at = v->mv_data;
	size_t count, page;

	if (v->mv_size < sizeof count)
		return;
	memcpy(&count, at, sizeof count);
	if (count > v->mv_size / sizeof page - 1)
		return;
	for (size_t i = 1; i <= count; i++) {
		memcpy(&page, at + i * sizeof page, sizeof page);
		if (page >= tail->first && page <= tail->last)
			tail->free++;
	}
}

static void
count_tail(void *arg)
{
	const MDB_dbi free_pages = 0; /* LMDB's own table */
	struct tail *tail = arg;
	MDB_val k, v;

	tail->rc = mdb_txn_begin(tail->db->env, NULL, MDB_RDONLY, &tail->txn);
	if (tail->rc == 0)
		tail->rc =
		    mdb_cursor_open(tail->txn, free_pages, &tail->cursor);
	while (tail->rc == 0) {
		tail->rc = mdb_cursor_get(tail->cursor, &k, &v, MDB_NEXT);
		if (tail->rc == 0)
			add_free(tail, &v);
	}
	if (tail->rc == MDB_NOTFOUND)
		tail->rc = 0;
}

/* Also after it was left in the middle. */
static void
tail_end(struct tail *tail)
{
	if (tail->cursor != NULL)
		mdb_cursor_close(tail->cursor);
	if (tail->txn != NULL)
		mdb_txn_abort(tail->txn);
}

/* Whether no page is in use that a file of SIZE bytes does not have. What is
 * in use was written before it was counted. */
static int
check_tail(struct engine_db *db, size_t size, size_t last)
{
	struct tail tail = {
	    .db = db, .last = last, .first = size / db->page_size};

	if (size == db->short_size && last == db->short_last)
		return 0;
	if (!lmdb_guard(count_tail, &tail))
		tail.rc = LMDB_TRUNCATED;
	tail_end(&tail);
	if (tail.rc != 0)
		return tail.rc;
	if (tail.free != last + 1 - tail.first)
		return LMDB_TRUNCATED;
	db->short_size = size;
	db->short_last = last;
	return 0;
}

/* --- the file ------------------------------------------------------------- */

/* Its size; the meta pages are there, and can be looked at. */
static int
find_size(struct engine_db *db, size_t *size)
{
	struct stat st;
	int fd, rc;

	rc = mdb_env_get_fd(db->env, &fd);
	if (rc != 0)
		return rc;
	if (fstat(fd, &st) != 0)
		return errno;
	*size = (size_t)st.st_size;
	return *size < META_PAGES * db->page_size ? LMDB_TRUNCATED : 0;
}

int
lmdb_check_size(struct engine_db *db)
{
	MDB_envinfo info;
	size_t size = 0;
	int rc;

	rc = find_size(db, &size);
	if (rc == 0)
		rc = mdb_env_info(db->env, &info);
	if (rc != 0)
		return rc;
	/* The file grows before its pages are counted; it may have since. */
	if (size / db->page_size > info.me_last_pgno)
		return 0;
	rc = find_size(db, &size);
	return rc == 0 && size / db->page_size <= info.me_last_pgno
		   ? check_tail(db, size, info.me_last_pgno)
		   : rc;
}
