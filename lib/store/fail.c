/* What fails: codes of the engine become errors of ours here. */
#include "store/lmdb.h"

#include <errno.h>

enum err
store_err(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return OK;
	case MDB_NOTFOUND:
		return ERR_NOT_FOUND;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG: /* the process's own limit */
		return ERR_NO_SPACE;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return ERR_CORRUPT;
	case STORE_TRUNCATED:
		return ERR_TRUNCATED;
	case STORE_UNREADABLE:
		return ERR_UNREADABLE;
	case STORE_REPLACED:
		return ERR_REPLACED;
	case STORE_LOCK_DAMAGED:
		return ERR_LOCK_DAMAGED;
	case MDB_READERS_FULL:
		return ERR_READERS;
	case EMFILE:
	case ENFILE:
		return ERR_DESCRIPTORS;
	case ENOMEM:
		return ERR_NO_MEMORY;
	case EACCES:
	case EPERM:
		return ERR_PERMISSION;
	default:
		return ERR_IO;
	}
}

void
store_fail(struct store_txn *t, enum err e)
{
	if (t->failed == OK)
		t->failed = e;
}

void
store_fail_rc(struct store_txn *t, int rc)
{
	if (t->failed != OK)
		return;
	t->failed = store_err(rc);
	t->rc = rc;
}

enum err
store_failed(const struct store_txn *t)
{
	return t->failed;
}
