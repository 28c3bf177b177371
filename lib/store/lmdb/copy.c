/* The store is copied, and kept from other processes. */
#include "base/file.h"
#include "base/monotonic.h"
#include "store/lmdb/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	COPY_TRIES = 4,
	PAGE_SIZE_MAX = 1 << 16,
	METAS = 2,
	PIECE = 1 << 24,       /* copied at once */
	SMALL_PIECE = 1 << 20, /* while others write */
	REST = 14,             /* times as long as the small piece took */
	REST_MAX_MS = 80
};

/* --- a copy --------------------------------------------------------------- */

/* What there is at one moment: no page of it changes until READER ends. */
struct snapshot {
	struct engine_db *db;
	MDB_txn *reader; /* NULL: there is none */
	uint64_t len;
	uint8_t metas[METAS * PAGE_SIZE_MAX]; /* the first pages */
	int rc;
};

/* The pages that say where all others are. Free pages at the end need not be
 * there (files.c). */
static int
read_metas(struct snapshot *s)
{
	const size_t len = METAS * s->db->page_size;
	MDB_envinfo info;
	struct stat st;
	int fd, rc = mdb_env_info(s->db->env, &info);

	if (rc == 0)
		rc = mdb_env_get_fd(s->db->env, &fd);
	if (rc != 0)
		return rc;
	if (fstat(fd, &st) != 0)
		return errno;
	s->len = (info.me_last_pgno + 1) * (uint64_t)s->db->page_size;
	if ((uint64_t)st.st_size < s->len)
		s->len = (uint64_t)st.st_size;
	if (len > sizeof s->metas || s->len < len)
		return LMDB_TRUNCATED;
	return pread(fd, s->metas, len, 0) == (ssize_t)len ? 0 : EIO;
}

/* With the writer's lock, which is held for this only. */
static void
begin_snapshot(void *arg)
{
	struct snapshot *s = arg;
	MDB_txn *writer;

	s->rc = MDB_PANIC;
	if (s->db->env != NULL)
		s->rc = mdb_txn_begin(s->db->env, NULL, 0, &writer);
	if (s->rc != 0)
		return;
	s->rc = mdb_txn_begin(s->db->env, NULL, MDB_RDONLY, &s->reader);
	if (s->rc == 0)
		s->rc = read_metas(s);
	mdb_txn_abort(writer);
}

static void
rest(int64_t ms)
{
	const struct timespec t = {.tv_sec = 0, .tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

/* How the copy goes on: whether others write, and their last transaction. */
struct pace {
	bool gives_way;
	size_t last_txn;
};

/* A writer waits for a flush of the same disk: behind one piece at most, and
 * most of the time behind none. The copy of a store at rest goes on at once. */
static enum err
give_way(const struct snapshot *s, int to, int64_t began_ms, struct pace *p)
{
	MDB_envinfo info;
	int64_t took;

	p->gives_way = mdb_env_info(s->db->env, &info) == 0 &&
		       info.me_last_txnid != p->last_txn;
	if (!p->gives_way)
		return OK;
	p->last_txn = info.me_last_txnid;
	if (fdatasync(to) != 0)
		return file_err(errno);
	took = monotonic_ms() - began_ms + 1;
	rest(took * REST < REST_MAX_MS ? took * REST : REST_MAX_MS);
	return OK;
}

/* All pages, those that are free as well: nothing has to be put together
 * again. From file to file: LMDB's own copy touches each page in the map first,
 * which costs twice as much. */
static enum err
copy_pages(const struct snapshot *s, int to)
{
	const size_t metas = METAS * s->db->page_size;
	struct pace pace = {.last_txn = mdb_txn_id(s->reader)};
	uint64_t len;
	enum err e = OK;
	int fd;

	if (mdb_env_get_fd(s->db->env, &fd) != 0)
		return ERR_IO;
	if (write(to, s->metas, metas) != (ssize_t)metas)
		return file_err(errno);
	for (uint64_t at = metas; at < s->len && e == OK; at += len) {
		const int64_t began_ms = monotonic_ms();

		len = pace.gives_way ? SMALL_PIECE : PIECE;
		if (len > s->len - at)
			len = s->len - at;
		e = file_copy_bytes(to, fd, (int64_t)at, len);
		if (e == OK)
			e = give_way(s, to, began_ms, &pace);
	}
	return e;
}

/* *RC: LMDB's code, if there was nothing to copy. */
static enum err
try_copy(struct engine_db *db, int to, int *rc)
{
	struct snapshot s = {.db = db};
	enum err e = OK;

	pthread_rwlock_rdlock(&db->map);
	*rc = lmdb_check_files(db);
	if (*rc == 0)
		*rc = lmdb_guard(begin_snapshot, &s) ? s.rc : LMDB_UNREADABLE;
	if (*rc == 0)
		e = copy_pages(&s, to);
	if (s.reader != NULL)
		mdb_txn_abort(s.reader);
	pthread_rwlock_unlock(&db->map);
	return *rc != 0 ? lmdb_err(*rc) : e;
}

/* Another process grew the map: nothing was written yet. */
static int
take_over_size(struct engine_db *db)
{
	int rc;

	pthread_rwlock_wrlock(&db->map);
	rc = db->env != NULL ? mdb_env_set_mapsize(db->env, 0) : MDB_PANIC;
	pthread_rwlock_unlock(&db->map);
	return rc;
}

enum err
lmdb_copy(struct engine_db *db, int fd)
{
	enum err e = OK;
	int rc = MDB_MAP_RESIZED;

	for (int i = 0; i < COPY_TRIES && rc == MDB_MAP_RESIZED; i++) {
		e = try_copy(db, fd, &rc);
		if (rc == MDB_MAP_RESIZED && take_over_size(db) != 0)
			return lmdb_err(MDB_PANIC);
	}
	return e;
}

/* --- kept from others ----------------------------------------------------- */

/* LMDB locks the first byte of lock.mdb, for reading, as long as a process has
 * the store open; and for writing while the first one makes the file. */
enum err
lmdb_claim(const struct store_settings *settings, int *fd, int64_t *holder)
{
	struct flock lock = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	char path[LMDB_PATH_CAP];
	enum err e =
	    file_path(path, sizeof path, settings->dir, LMDB_LOCK_FILE);

	*fd = -1;
	*holder = 0;
	if (e != OK)
		return e;
	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return file_err(errno);
	if (fcntl(*fd, F_SETLK, &lock) == 0)
		return OK;
	e = errno == EAGAIN || errno == EACCES ? ERR_BUSY : file_err(errno);
	if (e == ERR_BUSY && fcntl(*fd, F_GETLK, &lock) == 0 &&
	    lock.l_type != F_UNLCK)
		*holder = lock.l_pid;
	close(*fd);
	*fd = -1;
	return e;
}
