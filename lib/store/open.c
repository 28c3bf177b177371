/* A store is made, opened, opened again, closed, and measured. */
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "store/lmdb.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

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

static enum err
store_alloc(struct store **s, const char *dir)
{
	*s = calloc(1, sizeof **s);
	if (*s == NULL)
		return ERR_NO_MEMORY;
	(*s)->lock_fd = -1;
	if (str_copy((*s)->dir, sizeof(*s)->dir, dir) != OK ||
	    file_path((*s)->data_path, STORE_PATH_CAP, dir, "data.mdb") != OK ||
	    file_path((*s)->lock_path, STORE_PATH_CAP, dir, "lock.mdb") != OK ||
	    pthread_rwlock_init(&(*s)->map, NULL) != 0 ||
	    pthread_mutex_init(&(*s)->queue_lock, NULL) != 0) {
		free(*s);
		*s = NULL;
		return ERR_NO_SPACE;
	}
	return OK;
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	store_env_close(*s);
	pthread_rwlock_destroy(&(*s)->map);
	pthread_mutex_destroy(&(*s)->queue_lock);
	free(*s);
	*s = NULL;
}

enum err
store_create(const char *dir, char *why, size_t why_cap)
{
	struct store *s = NULL;
	enum err e = store_find(dir);

	if (e == OK)
		return store_explain(ERR_EXISTS, dir, why, why_cap);
	if (e != ERR_NOT_FOUND)
		return store_explain(e, dir, why, why_cap);
	if (is_on_network(dir))
		return store_explain(ERR_UNSUPPORTED, dir, why, why_cap);
	e = store_alloc(&s, dir);
	if (e == OK)
		e = store_err(store_env_open(s, true));
	if (e == OK)
		e = store_write(s, 0, store_write_schema, NULL);
	store_close(&s);
	return store_explain(e, dir, why, why_cap);
}

/* Opens what is there, and makes the tables that this latchkey has and the
 * store, written by an older one, does not yet. */
static enum err
open_existing(struct store *s)
{
	int rc = store_env_open(s, false);

	if (rc == MDB_NOTFOUND)
		rc = store_env_open(s, true);
	/* The others have a sentence of their own (store_explain). */
	if (store_err(rc) == ERR_IO)
		store_tell_failed(s, rc);
	return store_err(rc);
}

enum err
store_open(struct store **s, const char *dir, char *why, size_t why_cap)
{
	enum err e;

	*s = NULL;
	e = store_find(dir);
	if (e == OK && is_on_network(dir))
		e = ERR_UNSUPPORTED;
	if (e == OK)
		e = store_alloc(s, dir);
	if (e == OK)
		e = open_existing(*s);
	if (e == OK)
		e = store_read(*s, store_check_schema, NULL);
	if (e != OK)
		store_close(s);
	return store_explain(e, dir, why, why_cap);
}

/* For the map alone; false if a transaction does not end. Who comes is refused
 * meanwhile, and does not hold it for long. */
static bool
lock_map(struct store *s)
{
	static const struct timespec pause = {
	    .tv_nsec = STORE_STUCK_TRY_MS * 1000000L};

	for (int i = 0; i < STORE_STUCK_MS / STORE_STUCK_TRY_MS; i++) {
		if (pthread_rwlock_trywrlock(&s->map) == 0)
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
end_stuck(const struct store *s)
{
	log_fault("cannot go on", "file", s->lock_path, "why",
	    "a transaction waits for a lock that is gone with the file", NULL);
	_exit(EXIT_FAILURE);
}

static enum err
renew(struct store *s)
{
	enum err e;

	store_env_close(s);
	e = store_find(s->dir);
	if (e == OK)
		e = open_existing(s);
	s->lost = e == OK ? 0 : STORE_REPLACED;
	return e;
}

enum err
store_renew(struct store *s, char *why, size_t why_cap)
{
	enum err e = OK;

	if (!lock_map(s))
		end_stuck(s);
	/* Another thread may have. */
	if (s->lost != 0)
		e = renew(s);
	pthread_rwlock_unlock(&s->map);
	if (e == OK)
		e = store_read(s, store_check_schema, NULL);
	if (e == OK)
		log_note("store opened again", "file", s->data_path, NULL);
	return store_explain(e, s->dir, why, why_cap);
}

enum err
store_measure(struct store *s, struct store_figures *f)
{
	MDB_envinfo info;
	MDB_stat st;
	MDB_txn *txn;
	int rc;

	*f = (struct store_figures){0};
	pthread_rwlock_rdlock(&s->map);
	store_touch(s);
	rc = store_begin(s, MDB_RDONLY, &txn);
	if (rc == 0) {
		for (size_t i = 0; rc == 0 && i < TABLE_COUNT; i++) {
			rc = mdb_stat(txn, s->table[i], &st);
			f->entries[i] = st.ms_entries;
		}
		if (rc == 0)
			rc = mdb_stat(txn, s->expiry, &st);
		f->expiry_entries = st.ms_entries;
		if (rc == 0)
			rc = mdb_stat(txn, s->index, &st);
		f->index_entries = st.ms_entries;
		mdb_txn_abort(txn);
	}
	if (rc == 0)
		rc = mdb_env_info(s->env, &info);
	if (rc == 0) {
		f->bytes_used = (info.me_last_pgno + 1) * st.ms_psize;
		f->bytes_map = info.me_mapsize;
		f->readers = info.me_numreaders;
		f->readers_max = info.me_maxreaders;
	}
	store_touch(NULL);
	pthread_rwlock_unlock(&s->map);
	return store_err(rc);
}
