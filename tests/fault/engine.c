#include "engine.h"

#include <lmdb.h>

static unsigned countdown; /* 0: nothing fails */
static int failure;
static bool reads_too;
static MDB_txn
    *writing; /* the last write transaction; no reader has its place */

void
engine_fail(unsigned n, int rc)
{
	countdown = n;
	failure = rc;
	reads_too = true;
}

void
engine_fail_write(unsigned n, int rc)
{
	engine_fail(n, rc);
	reads_too = false;
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
fails(bool is_write)
{
	return (is_write || reads_too) && countdown > 0 && --countdown == 0;
}

/* One row a call of the engine that can fail: parameters, arguments, the
 * transaction. */
#define CALLS(X)                                                               \
	X(mdb_get,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data),       \
	    (txn, dbi, key, data), txn)                                        \
	X(mdb_put,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data,        \
		unsigned flags),                                               \
	    (txn, dbi, key, data, flags), txn)                                 \
	X(mdb_del,                                                             \
	    (MDB_txn * txn, MDB_dbi dbi, MDB_val * key, MDB_val * data),       \
	    (txn, dbi, key, data), txn)                                        \
	X(mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor * *cursor), \
	    (txn, dbi, cursor), txn)                                           \
	X(mdb_cursor_get,                                                      \
	    (MDB_cursor * cursor, MDB_val * key, MDB_val * data,               \
		MDB_cursor_op op),                                             \
	    (cursor, key, data, op), mdb_cursor_txn(cursor))                   \
	X(mdb_cursor_del, (MDB_cursor * cursor, unsigned flags),               \
	    (cursor, flags), mdb_cursor_txn(cursor))

#define X(call, parameters, arguments, of)                                     \
	int __real_##call parameters;                                          \
	int __wrap_##call parameters;                                          \
	int __wrap_##call parameters                                           \
	{                                                                      \
		return fails((of) == writing) ? failure                        \
					      : __real_##call arguments;       \
	}
CALLS(X)
#undef X

int __real_mdb_txn_begin(
    MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_begin(
    MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);

int
__wrap_mdb_txn_begin(
    MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
	bool is_write = !(flags & MDB_RDONLY);
	int rc;

	if (fails(is_write))
		return failure;
	rc = __real_mdb_txn_begin(env, parent, flags, txn);
	if (rc == 0 && is_write)
		writing = *txn;
	return rc;
}

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

/* A commit that failed has freed the transaction all the same. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails(txn == writing))
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return failure;
}
