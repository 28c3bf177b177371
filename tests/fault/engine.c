#include "engine.h"

#include <lmdb.h>

static unsigned countdown; /* 0: nothing fails */
static int failure;

void
engine_fail(unsigned n, int rc)
{
	countdown = n;
	failure = rc;
}

bool
engine_failed(void)
{
	return countdown == 0;
}

void
engine_heal(void)
{
	countdown = 0;
}

static bool
fails(void)
{
	return countdown > 0 && --countdown == 0;
}

/* One row a call of the engine that can fail: parameters, arguments. */
#define CALLS(X)                                                               \
	X(mdb_txn_begin,                                                       \
	    (MDB_env * env, MDB_txn * parent, unsigned flags, MDB_txn **txn),  \
	    (env, parent, flags, txn))                                         \
	X(mdb_get,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data),       \
	    (txn, dbi, key, data))                                             \
	X(mdb_put,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data,        \
		unsigned flags),                                               \
	    (txn, dbi, key, data, flags))                                      \
	X(mdb_del,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data),       \
	    (txn, dbi, key, data))                                             \
	X(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor * *cursor), \
	    (txn, dbi, cursor))                                                \
	X(mdb_cursor_get,                                                      \
	    (MDB_cursor * cursor, MDB_val * key, MDB_val * data,               \
		MDB_cursor_op op),                                             \
	    (cursor, key, data, op))                                           \
	X(mdb_cursor_del, (MDB_cursor * cursor, unsigned flags),               \
	    (cursor, flags))

#define X(call, parameters, arguments)                                         \
	int __real_##call parameters;                                          \
	int __wrap_##call parameters;                                          \
	int __wrap_##call parameters                                           \
	{                                                                      \
		return fails() ? failure : __real_##call arguments;            \
	}
CALLS(X)
#undef X

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

/* A commit that failed has freed the transaction all the same. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails())
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return failure;
}
