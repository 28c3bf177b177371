/* What fails: codes become errors here, and lines for the administrator. */
#include "base/log.h"
#include "store/lmdb/internal.h"

#include <errno.h>

enum err
lmdb_err(int rc)
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
	case LMDB_REFUSED:
		return ERR_CORRUPT;
	case LMDB_TRUNCATED:
		return ERR_TRUNCATED;
	case LMDB_UNREADABLE:
		return ERR_UNREADABLE;
	case LMDB_REPLACED:
		return ERR_REPLACED;
	case LMDB_LOCK_DAMAGED:
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

const char *
lmdb_advice(enum err e)
{
	static const struct {
		enum err err;
		const char *advice;
	} lines[] = {
	    {ERR_NOT_FOUND,
		"data.mdb is missing; restore the store from a backup"},
	    {ERR_PERMISSION, "cannot be opened, or others can read it; run as "
			     "the user it belongs to, or chown -R to that user "
			     "and chmod -R go="},
	    {ERR_UNSUPPORTED, "is on a network file system, where locks do not "
			      "hold; move it to a local disk"},
	    {ERR_TRUNCATED, "data.mdb is cut short; stop the programs and "
			    "restore the store from a backup "
			    "(doc/operating.md, \"Restore\")"},
	    {ERR_UNREADABLE, "a page cannot be read: the file is damaged, or "
			     "its disk fails; stop the programs and restore "
			     "the store from a backup (doc/operating.md, "
			     "\"Restore\")"},
	    {ERR_LOCK_DAMAGED,
		"lock.mdb is damaged, and programs use it; stop every program "
		"(doc/operating.md, \"Restore\"), remove it, and start them "
		"again"},
	    {ERR_REPLACED, "its files were replaced while it was used; try "
			   "again"},
	    {ERR_DESCRIPTORS, "the limit of open files is reached; raise it "
			      "(LimitNOFILE= of systemd, ulimit -n)"},
	    {ERR_READERS, "all reader slots of lock.mdb are taken; run fewer "
			  "programs, or lower workers (latchkey.conf)"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == e)
			return lines[i].advice;
	return NULL;
}

void
lmdb_tell_failed(struct engine_db *db, int rc)
{
	enum err e = lmdb_err(rc);
	const char *file = e == ERR_READERS ? db->lock_path : db->data_path;
	const char *message = e == ERR_READERS || e == ERR_DESCRIPTORS
				  ? lmdb_advice(e)
				  : mdb_strerror(rc);

	/* Those of ours have a line already (held.c, fault.c). */
	if (rc <= LMDB_TRUNCATED || atomic_exchange(&db->told_rc, rc) == rc)
		return;
	log_fault("store_failed", "file", file, "reason", err_name(e), "why",
	    message, NULL);
}
