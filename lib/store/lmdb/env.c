/* The environment: the files as LMDB has them open, and the tables. */
#include "store/lmdb/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OPEN_TRIES = 4, CLAIM_PAUSE_NS = 10000000 };

static const char *const table_names[ENGINE_TABLES] = {
#define X(id, name) [TABLE_##id] = name,
    STORE_TABLES(X)
#undef X
	[ENGINE_EXPIRY] = "expiry",
    [ENGINE_INDEX] = "index"};

/* A file of another program gets no tables of ours. */
static int
check_is_ours(struct engine_db *db, MDB_txn *txn)
{
	struct engine_txn t = {.db = db, .txn = txn};

	db->refusal = db->opening.check(db->opening.arg, &t);
	return db->refusal == OK ? 0 : LMDB_REFUSED;
}

static int
open_tables(struct engine_db *db, unsigned flags)
{
	MDB_txn *txn;
	int rc;

	rc = mdb_txn_begin(db->env, NULL, flags ? 0 : MDB_RDONLY, &txn);
	if (rc != 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < ENGINE_TABLES; i++) {
		rc = mdb_dbi_open(txn, table_names[i], flags, &db->table[i]);
		if (i != TABLE_META || flags)
			continue;
		if (rc == 0)
			rc = check_is_ours(db, txn);
		else if (rc == MDB_NOTFOUND)
			rc = MDB_INVALID;
	}
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn); /* keeps the handles, of a reader too */
}

static int
open_env(struct engine_db *db, bool create)
{
	int cleared, rc;

	rc = mdb_env_create(&db->env);
	if (rc != 0)
		return rc;
	rc = mdb_env_set_maxdbs(db->env, ENGINE_TABLES);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(db->env, LMDB_READERS_MAX);
	if (rc == 0 && create)
		rc = mdb_env_set_mapsize(db->env, LMDB_MAP_INITIAL);
	if (rc == 0)
		rc = lmdb_fault_init(db->env);
	if (rc == 0)
		rc = mdb_env_open(db->env, db->dir, MDB_NOTLS, 0600);
	if (rc == 0)
		rc = lmdb_hold_files(db);
	if (rc == 0)
		rc = mdb_reader_check(db->env, &cleared);
	if (rc == 0)
		rc = open_tables(db, create ? MDB_CREATE : 0);
	if (rc != 0) {
		lmdb_env_close(db);
		rc = lmdb_judge_lock(db, rc);
	}
	return rc;
}

/*
 * Waits until no process keeps the store from others (lmdb_claim). LMDB would
 * wait as well, but then take it that another process has made the mutexes in
 * lock.mdb good. No lock is taken here: the first one must get the only one.
 */
static void
await_claim(const struct engine_db *db)
{
	const struct timespec pause = {.tv_nsec = CLAIM_PAUSE_NS};
	struct flock lock;
	int fd = open(db->lock_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	for (;;) {
		lock = (struct flock){
		    .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
		if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
}

static bool
is_same_directory(const struct stat *before, const char *dir)
{
	struct stat now;

	return stat(dir, &now) == 0 && now.st_ino == before->st_ino &&
	       now.st_dev == before->st_dev;
}

/* Opens what is in the directory of that name. Where a restore put another one
 * in its place at that time, it may have a lock of the one and the data of the
 * other, or neither: then once more. */
static int
open_one_directory(struct engine_db *db, bool create)
{
	struct stat before;
	int rc = LMDB_REPLACED;

	for (int i = 0; i < OPEN_TRIES && rc == LMDB_REPLACED; i++) {
		if (stat(db->dir, &before) != 0)
			return errno;
		await_claim(db);
		rc = open_env(db, create);
		if (is_same_directory(&before, db->dir))
			continue;
		if (rc == 0)
			lmdb_env_close(db);
		rc = LMDB_REPLACED;
	}
	return rc;
}

int
lmdb_env_open(struct engine_db *db, bool create)
{
	const struct engine_db *before = lmdb_touch(db);
	int rc = open_one_directory(db, create);

	lmdb_touch(before);
	return rc;
}

void
lmdb_env_close(struct engine_db *db)
{
	for (size_t i = 0; i < LMDB_IDLE_READERS; i++) {
		struct engine_txn *t = atomic_exchange(&db->idle[i], NULL);

		if (t != NULL)
			mdb_txn_abort(t->txn);
		free(t);
	}
	if (db->env != NULL)
		mdb_env_close(db->env);
	db->env = NULL;
	lmdb_let_files_go(db);
}
