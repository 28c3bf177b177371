/*
 * Whether the files that we hold are the files in the directory. Where lock.mdb
 * was removed, the next to come makes another, and there are two writers that
 * do not know of each other; where data.mdb was replaced, all that is written
 * goes into a file that is never found again. Where lock.mdb was emptied or
 * overwritten, LMDB takes an old meta page for the newest.
 *
 * Two stats and a read of eight bytes: 3 us, where a commit takes 450.
 */
#include "base/log.h"
#include "base/monotonic.h"
#include "store/lmdb/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is told --------------------------------------------------------- */

/* One line, when it begins; returns RC. */
static int
tell_files(struct engine_db *db, int rc, const char *path, const char *advice)
{
	if (!atomic_exchange(&db->told, true))
		log_fault(
		    err_name(lmdb_err(rc)), "file", path, "why", advice, NULL);
	return rc;
}

static int
lose_files(struct engine_db *db, int rc, const char *path, const char *advice)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&db->lost, &none, rc)) {
		db->generation++;
		(void)tell_files(db, rc, path, advice);
	}
	return rc;
}

/* --- the files ------------------------------------------------------------ */

static bool
held_is_same_file(const char *path, dev_t dev, ino_t ino)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static bool
read_head(int fd, uint8_t head[static LMDB_LOCK_HEAD])
{
	return pread(fd, head, LMDB_LOCK_HEAD, 0) == LMDB_LOCK_HEAD;
}

static bool
lock_is_sound(const struct engine_db *db)
{
	uint8_t head[LMDB_LOCK_HEAD];

	return read_head(db->lock_fd, head) &&
	       memcmp(head, db->lock_head, sizeof head) == 0;
}

/* What is under way still has its slots in the map of lock.mdb. They need not
 * be right, but there. */
static void
give_length(const struct engine_db *db)
{
	struct stat st;

	if (fstat(db->lock_fd, &st) == 0 && st.st_size < db->lock_size &&
	    ftruncate(db->lock_fd, db->lock_size) != 0)
		return; /* the process will say so (fault.c) */
}

/* Without a sound lock.mdb even a reader may be shown what was long ago: for
 * all transactions. */
static int
check_lock(struct engine_db *db)
{
	if (db->lost != 0)
		return db->lost;
	if (!lock_is_sound(db)) {
		give_length(db);
		return lose_files(db, LMDB_LOCK_DAMAGED, db->lock_path,
		    "it was emptied or overwritten while programs use it; stop "
		    "every program, remove it, and start them again");
	}
	return 0;
}

int
lmdb_check_held(struct engine_db *db)
{
	static const char advice[] =
	    "it was removed or replaced while it was used; what is under way "
	    "is refused, and the store opened again";
	int rc = check_lock(db);

	if (rc != 0)
		return rc;
	if (!held_is_same_file(db->lock_path, db->lock_id.dev, db->lock_id.ino))
		return lose_files(db, LMDB_REPLACED, db->lock_path, advice);
	if (!held_is_same_file(db->data_path, db->data_id.dev, db->data_id.ino))
		return lose_files(db, LMDB_REPLACED, db->data_path, advice);
	db->look_ms = monotonic_ms() + LMDB_LOOK_MS;
	return 0;
}

static int
look_at_files(struct engine_db *db)
{
	if (db->lost != 0 || db->env == NULL)
		return db->lost;
	return monotonic_ms() < db->look_ms ? check_lock(db)
					    : lmdb_check_held(db);
}

int
lmdb_check_files(struct engine_db *db)
{
	int rc = look_at_files(db);

	if (rc == 0 && db->env != NULL)
		rc = lmdb_check_size(db);
	if (rc == LMDB_TRUNCATED)
		return tell_files(db, rc, db->data_path,
		    "it is cut short; stop the programs and restore the store "
		    "from a backup");
	if (rc == 0 && db->told)
		db->told = false;
	return rc;
}

unsigned
lmdb_generation(struct engine_db *db)
{
	/* Under this lock no one closes the files. */
	if (pthread_rwlock_tryrdlock(&db->map) == 0) {
		(void)look_at_files(db);
		pthread_rwlock_unlock(&db->map);
	}
	return db->generation;
}

bool
lmdb_is_lost(const struct engine_db *db)
{
	return db->lost != 0;
}

/* --- opening -------------------------------------------------------------- */

static int
hold_ids(struct engine_db *db)
{
	struct stat st;
	int fd;

	if (mdb_env_get_fd(db->env, &fd) != 0 || fstat(fd, &st) != 0)
		return errno;
	/* Where LMDB had given up it may be another as well. */
	if (db->data_id.ino != 0 && db->data_id.ino != st.st_ino)
		db->generation++;
	db->data_id.dev = st.st_dev;
	db->data_id.ino = st.st_ino;
	db->lock_fd = open(db->lock_path, O_RDWR | O_CLOEXEC);
	if (db->lock_fd < 0 || fstat(db->lock_fd, &st) != 0)
		return errno;
	db->lock_size = st.st_size;
	db->lock_id.dev = st.st_dev;
	db->lock_id.ino = st.st_ino;
	if (!read_head(db->lock_fd, db->lock_head))
		return LMDB_LOCK_DAMAGED;
	return 0;
}

int
lmdb_hold_files(struct engine_db *db)
{
	MDB_stat st;
	int rc = hold_ids(db);

	if (rc == 0)
		rc = mdb_env_stat(db->env, &st);
	if (rc != 0)
		return rc;
	db->page_size = st.ms_psize;
	db->short_size = 0;
	db->look_ms = monotonic_ms() + LMDB_LOOK_MS;
	return lmdb_check_size(db);
}

void
lmdb_let_files_go(struct engine_db *db)
{
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	db->lock_fd = -1;
}

int
lmdb_judge_lock(const struct engine_db *db, int rc)
{
	static const uint8_t empty[LMDB_LOCK_HEAD];
	uint8_t head[LMDB_LOCK_HEAD];
	int fd;

	if (rc != MDB_INVALID && rc != MDB_VERSION_MISMATCH && rc != EINVAL)
		return rc;
	/* We hold no lock on it any more that closing it could take away. */
	fd = open(db->lock_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return rc;
	if (!read_head(fd, head) || memcmp(head, empty, sizeof head) == 0)
		rc = LMDB_LOCK_DAMAGED;
	close(fd);
	return rc;
}
