/* The environment: the files as the engine has them open, and the tables. */
#include "store/lmdb.h"

static const char *const table_names[TABLE_COUNT] = {
#define X(id, name) [TABLE_##id] = name,
    STORE_TABLES(X)
#undef X
};

static int
open_tables(struct store *s, unsigned flags)
{
	MDB_txn *txn;
	int rc;

	rc = mdb_txn_begin(s->env, NULL, flags ? 0 : MDB_RDONLY, &txn);
	if (rc != 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < TABLE_COUNT; i++) {
		rc = mdb_dbi_open(txn, table_names[i], flags, &s->table[i]);
		if (i != TABLE_META || flags)
			continue;
		/* Somebody else's file gets no tables of ours. */
		if (rc == 0)
			rc = store_check_meta(txn, s->table[i]);
		else if (rc == MDB_NOTFOUND)
			rc = MDB_INVALID;
	}
	if (rc == 0)
		rc = mdb_dbi_open(txn, "expiry", flags, &s->expiry);
	if (rc == 0)
		rc = mdb_dbi_open(txn, "index", flags, &s->index);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn); /* keeps the handles, of a reader too */
}

static int
env_open(struct store *s, bool create)
{
	int dead, rc;

	rc = mdb_env_create(&s->env);
	if (rc != 0)
		return rc;
	rc = mdb_env_set_maxdbs(s->env, TABLE_COUNT + 2);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(s->env, STORE_READERS_MAX);
	if (rc == 0 && create)
		rc = mdb_env_set_mapsize(s->env, STORE_MAP_INITIAL);
	if (rc == 0)
		rc = store_fault_init(s->env);
	if (rc == 0)
		rc = mdb_env_open(s->env, s->dir, MDB_NOTLS, 0600);
	if (rc == 0)
		rc = store_hold_files(s);
	if (rc == 0)
		rc = mdb_reader_check(s->env, &dead);
	if (rc == 0)
		rc = open_tables(s, create ? MDB_CREATE : 0);
	if (rc != 0) {
		store_env_close(s);
		rc = store_judge_lock(s, rc);
	}
	return rc;
}

int
store_env_open(struct store *s, bool create)
{
	const struct store *before = store_touch(s);
	int rc = env_open(s, create);

	store_touch(before);
	return rc;
}

void
store_env_close(struct store *s)
{
	for (size_t i = 0; i < STORE_IDLE_READERS; i++) {
		MDB_txn *txn = atomic_exchange(&s->idle[i], NULL);

		if (txn != NULL)
			mdb_txn_abort(txn);
	}
	if (s->env != NULL)
		mdb_env_close(s->env);
	s->env = NULL;
	store_let_files_go(s);
}
