/* A store is made, opened, opened again, closed, and measured. */
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "store/lmdb/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

enum { READERS_PERCENT = 80 };

/* Whether DIR is on a file system whose locks or shared maps do not reach all
 * who use it. */
static bool
is_on_network(const char *dir)
{
#ifdef __linux__
	/* statfs(2); the numbers are the kernel's (linux/magic.h) */
	static const unsigned long network[] = {
	    0x6969,     /* NFS */
	    0x517b,     /* SMB */
	    0xff534d42, /* CIFS */
	    0xfe534d42, /* SMB2 */
	    0x01021997, /* 9P */
	    0x5346414f, /* AFS */
	    0x00c36400, /* Ceph */
	    0x0bd00bd0, /* Lustre */
	    0x19830326, /* fhgfs */
	    0x7461636f, /* OCFS2 */
	    0x01161970, /* GFS2 */
	};
	struct statfs fs;

	if (statfs(dir, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		if ((unsigned long)fs.f_type == network[i])
			return true;
#else
	(void)dir;
#endif
	return false;
}

/* Whether DIR holds our file, and for its owner alone, as we made it: OK,
 * ERR_NOT_FOUND, ERR_PERMISSION, ERR_CORRUPT, ERR_TRUNCATED. */
static enum err
find_data(const char *dir)
{
	char path[LMDB_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, dir, LMDB_DATA_FILE) != OK)
		return ERR_NO_SPACE;
	if (stat(path, &st) != 0)
		return errno == EACCES ? ERR_PERMISSION : ERR_NOT_FOUND;
	if (!S_ISREG(st.st_mode))
		return ERR_CORRUPT;
	/* LMDB would begin a new store in it. */
	if (st.st_size == 0)
		return ERR_TRUNCATED;
	return (st.st_mode & 0077) == 0 ? OK : ERR_PERMISSION;
}

static enum err
alloc_db(struct engine_db **db, const struct engine_opening *how)
{
	const char *dir = how->settings->dir;
	struct engine_db *new = calloc(1, sizeof *new);

	*db = NULL;
	if (new == NULL)
		return ERR_NO_MEMORY;
	new->lock_fd = -1;
	new->opening = *how;
	new->opening.settings = NULL;
	if (str_copy(new->dir, sizeof new->dir, dir) != OK ||
	    file_path(new->data_path, LMDB_PATH_CAP, dir, LMDB_DATA_FILE) !=
		OK ||
	    file_path(new->lock_path, LMDB_PATH_CAP, dir, LMDB_LOCK_FILE) !=
		OK ||
	    pthread_rwlock_init(&new->map, NULL) != 0) {
		free(new);
		return ERR_NO_SPACE;
	}
	*db = new;
	return OK;
}

void
lmdb_close(struct engine_db *db)
{
	lmdb_env_close(db);
	free(db->spare);
	pthread_rwlock_destroy(&db->map);
	free(db);
}

/* Opens what is there, and makes the tables that this latchkey has and the
 * store, written by an older one, does not yet. */
static enum err
open_existing(struct engine_db *db)
{
	int rc = lmdb_env_open(db, false);

	if (rc == MDB_NOTFOUND)
		rc = lmdb_env_open(db, true);
	if (rc == LMDB_REFUSED)
		return db->refusal;
	/* The others have a sentence of their own (lmdb_advice). */
	if (lmdb_err(rc) == ERR_IO)
		lmdb_tell_failed(db, rc);
	return lmdb_err(rc);
}

enum err
lmdb_open(struct engine_db **db, const struct engine_opening *how)
{
	const char *dir = how->settings->dir;
	enum err e = find_data(dir);

	*db = NULL;
	if (how->create && e != ERR_NOT_FOUND)
		return e == OK ? ERR_EXISTS : e;
	if ((e == OK || how->create) && is_on_network(dir))
		return ERR_UNSUPPORTED;
	if (e == OK || how->create)
		e = alloc_db(db, how);
	if (e == OK)
		e = how->create ? lmdb_err(lmdb_env_open(*db, true))
				: open_existing(*db);
	if (e != OK && *db != NULL) {
		lmdb_close(*db);
		*db = NULL;
	}
	return e;
}

/* For the map alone; false if a transaction does not end. Who comes is refused
 * in the meantime, and does not hold it for long. */
static bool
lock_map(struct engine_db *db)
{
	static const struct timespec pause = {
	    .tv_nsec = LMDB_STUCK_TRY_MS * 1000000L};

	for (int i = 0; i < LMDB_STUCK_MS / LMDB_STUCK_TRY_MS; i++) {
		if (pthread_rwlock_trywrlock(&db->map) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/*
 * One that waits for a lock that is no more, because lock.mdb was emptied, will
 * wait for ever, and all others behind it. There is no way to call it back;
 * nothing of it was acknowledged.
 */
static _Noreturn void
end_stuck(const struct engine_db *db)
{
	log_fault("cannot go on", "file", db->lock_path, "why",
	    "a transaction waits for a lock that is gone with the file", NULL);
	_exit(EXIT_FAILURE);
}

enum err
lmdb_renew(struct engine_db *db)
{
	enum err e = OK;

	if (!lock_map(db))
		end_stuck(db);
	/* Another thread may have. */
	if (db->lost != 0) {
		lmdb_env_close(db);
		e = find_data(db->dir);
		if (e == OK)
			e = open_existing(db);
		db->lost = e == OK ? 0 : LMDB_REPLACED;
	}
	pthread_rwlock_unlock(&db->map);
	if (e == OK)
		log_note("store opened again", "file", db->data_path, NULL);
	return e;
}

static void
warn_of_readers(const MDB_envinfo *info, struct store_figures *f)
{
	struct store_finding *w = &f->findings[f->finding_count];

	if (info->me_numreaders * 100 <= info->me_maxreaders * READERS_PERCENT)
		return;
	f->finding_count++;
	w->level = STORE_WARNING;
	w->why = "when all are taken the next program cannot read";
	w->remedy =
	    "run fewer programs; those that died are cleared at each start";
	snprintf(w->text, sizeof w->text,
	    "%u of %u reader slots of the store are taken", info->me_numreaders,
	    info->me_maxreaders);
}

enum err
lmdb_measure(struct engine_db *db, struct store_figures *f)
{
	MDB_envinfo info;
	int rc = MDB_PANIC;

	pthread_rwlock_rdlock(&db->map);
	if (db->env != NULL)
		rc = mdb_env_info(db->env, &info);
	pthread_rwlock_unlock(&db->map);
	if (rc != 0)
		return lmdb_err(rc);
	f->bytes_used = (info.me_last_pgno + 1) * db->page_size;
	f->bytes_limit = info.me_mapsize;
	warn_of_readers(&info, f);
	return OK;
}
