/*
 * Whether the files that we hold are the files in the directory. Where lock.mdb
 * was removed, the next to come makes another, and there are two writers that
 * do not know of each other; where data.mdb was replaced, all that is written
 * goes into a file that nobody will find again. Where lock.mdb was emptied or
 * overwritten, the engine takes an old meta page for the newest.
 *
 * Two stats and a read of eight bytes: 3 us, where a commit takes 450.
 */
#include "base/log.h"
#include "base/monotonic.h"
#include "store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what is told --------------------------------------------------------- */

/* One line, when it begins; returns RC. */
static int
tell(struct store *s, int rc, const char *path, const char *advice)
{
	if (!atomic_exchange(&s->told, true))
		log_fault(
		    err_name(store_err(rc)), "file", path, "why", advice, NULL);
	return rc;
}

static int
lose(struct store *s, int rc, const char *path, const char *advice)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&s->lost, &none, rc)) {
		s->generation++;
		(void)tell(s, rc, path, advice);
	}
	return rc;
}

/* --- the files ------------------------------------------------------------ */

static bool
is_same(const char *path, dev_t dev, ino_t ino)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static bool
read_head(int fd, uint8_t head[static STORE_LOCK_HEAD])
{
	return pread(fd, head, STORE_LOCK_HEAD, 0) == STORE_LOCK_HEAD;
}

static bool
lock_is_sound(const struct store *s)
{
	uint8_t head[STORE_LOCK_HEAD];

	return read_head(s->lock_fd, head) &&
	       memcmp(head, s->lock_head, sizeof head) == 0;
}

/* What is under way still has its slots in the map of lock.mdb. They need not
 * be right, but there. */
static void
give_length(const struct store *s)
{
	struct stat st;

	if (fstat(s->lock_fd, &st) == 0 && st.st_size < s->lock_size &&
	    ftruncate(s->lock_fd, s->lock_size) != 0)
		return; /* the process will say so (fault.c) */
}

/* Without a sound lock.mdb even a reader may be shown what was long ago: for
 * all transactions. */
static int
check_lock(struct store *s)
{
	if (s->lost != 0)
		return s->lost;
	if (!lock_is_sound(s)) {
		give_length(s);
		return lose(s, STORE_LOCK_DAMAGED, s->lock_path,
		    "it was emptied or overwritten while programs use it; stop "
		    "every program, remove it, and start them again");
	}
	return 0;
}

int
store_check_held(struct store *s)
{
	static const char advice[] =
	    "it was removed or replaced while it was used; what is under way "
	    "is refused, and the store opened again";
	int rc = check_lock(s);

	if (rc != 0)
		return rc;
	if (!is_same(s->lock_path, s->lock_id.dev, s->lock_id.ino))
		return lose(s, STORE_REPLACED, s->lock_path, advice);
	if (!is_same(s->data_path, s->data_id.dev, s->data_id.ino))
		return lose(s, STORE_REPLACED, s->data_path, advice);
	s->look_ms = monotonic_ms() + STORE_LOOK_MS;
	return 0;
}

static int
look(struct store *s)
{
	if (s->lost != 0 || s->env == NULL)
		return s->lost;
	return monotonic_ms() < s->look_ms ? check_lock(s)
					   : store_check_held(s);
}

int
store_check_files(struct store *s)
{
	int rc = look(s);

	if (rc == 0 && s->env != NULL)
		rc = store_check_size(s);
	if (rc == STORE_TRUNCATED)
		return tell(s, rc, s->data_path,
		    "it is cut short; stop the programs and restore the store "
		    "from a backup");
	if (rc == 0 && s->told)
		s->told = false;
	return rc;
}

unsigned
store_generation(struct store *s)
{
	if (s == NULL)
		return 0;
	/* Nobody closes the files meanwhile. */
	if (pthread_rwlock_tryrdlock(&s->map) == 0) {
		(void)look(s);
		pthread_rwlock_unlock(&s->map);
	}
	return s->generation;
}

bool
store_is_lost(const struct store *s)
{
	return s->lost != 0;
}

/* --- opening -------------------------------------------------------------- */

static int
hold(struct store *s)
{
	struct stat st;
	int fd;

	if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &st) != 0)
		return errno;
	/* Where the engine had given up it may be another as well. */
	if (s->data_id.ino != 0 && s->data_id.ino != st.st_ino)
		s->generation++;
	s->data_id.dev = st.st_dev;
	s->data_id.ino = st.st_ino;
	s->lock_fd = open(s->lock_path, O_RDWR | O_CLOEXEC);
	if (s->lock_fd < 0 || fstat(s->lock_fd, &st) != 0)
		return errno;
	s->lock_size = st.st_size;
	s->lock_id.dev = st.st_dev;
	s->lock_id.ino = st.st_ino;
	if (!read_head(s->lock_fd, s->lock_head))
		return STORE_LOCK_DAMAGED;
	return 0;
}

int
store_hold_files(struct store *s)
{
	MDB_stat st;
	int rc = hold(s);

	if (rc == 0)
		rc = mdb_env_stat(s->env, &st);
	if (rc != 0)
		return rc;
	s->page_size = st.ms_psize;
	s->short_size = 0;
	s->look_ms = monotonic_ms() + STORE_LOOK_MS;
	return store_check_size(s);
}

void
store_let_files_go(struct store *s)
{
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	s->lock_fd = -1;
}

int
store_judge_lock(const struct store *s, int rc)
{
	static const uint8_t empty[STORE_LOCK_HEAD];
	uint8_t head[STORE_LOCK_HEAD];
	int fd;

	if (rc != MDB_INVALID && rc != MDB_VERSION_MISMATCH && rc != EINVAL)
		return rc;
	/* We hold no lock on it any more that closing it could take away. */
	fd = open(s->lock_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return rc;
	if (!read_head(fd, head) || memcmp(head, empty, sizeof head) == 0)
		rc = STORE_LOCK_DAMAGED;
	close(fd);
	return rc;
}
