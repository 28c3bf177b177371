/* The store is copied, and kept from other processes. */
#include "base/file.h"
#include "store/lmdb/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { COPY_TRIES = 4 };

/* --- a copy --------------------------------------------------------------- */

struct copy {
	struct engine_db *db;
	int fd, rc;
};

/* All pages, those that are free as well: they are as many as the reader of
 * one moment sees, and nothing has to be put together again. */
static void
copy_pages(void *arg)
{
	struct copy *c = arg;

	c->rc = c->db->env != NULL ? mdb_env_copyfd2(c->db->env, c->fd, 0)
				   : MDB_PANIC;
}

static int
try_copy(struct engine_db *db, int fd)
{
	struct copy c = {.db = db, .fd = fd};
	int rc;

	pthread_rwlock_rdlock(&db->map);
	rc = lmdb_check_files(db);
	if (rc == 0)
		rc = lmdb_guard(copy_pages, &c) ? c.rc : LMDB_UNREADABLE;
	pthread_rwlock_unlock(&db->map);
	return rc;
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
	int rc = MDB_MAP_RESIZED;

	for (int i = 0; i < COPY_TRIES && rc == MDB_MAP_RESIZED; i++) {
		rc = try_copy(db, fd);
		if (rc == MDB_MAP_RESIZED && take_over_size(db) != 0)
			rc = MDB_PANIC;
	}
	return lmdb_err(rc);
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
