/* What is wrong with a store, for the administrator, and what to do. */
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "store/lmdb.h"

#include <errno.h>
#include <sys/stat.h>

static const char *
what_to_do(enum err e)
{
	static const struct {
		enum err err;
		const char *what;
	} lines[] = {
	    {ERR_EXISTS, "there is a store already"},
	    {ERR_NOT_FOUND,
		"data.mdb is missing; restore the store from a backup"},
	    {ERR_PERMISSION, "cannot be opened, or others can read it; run as "
			     "the user it belongs to, or chown -R to that user "
			     "and chmod -R go="},
	    {ERR_UNSUPPORTED, "is on a network file system, where locks do not "
			      "hold; move it to a local disk"},
	    {ERR_CORRUPT, "is not a latchkey store, or is damaged; restore a "
			  "backup"},
	    {ERR_TRUNCATED, "data.mdb is cut short; stop the programs and "
			    "restore the store from a backup (README, "
			    "\"Restoring\")"},
	    {ERR_UNREADABLE, "a page cannot be read: the file is damaged, or "
			     "its disk fails; stop the programs and restore "
			     "the store from a backup (README, "
			     "\"Restoring\")"},
	    {ERR_LOCK_DAMAGED,
		"lock.mdb is damaged, and programs use it; stop every program "
		"(README, \"Restoring\"), remove it, and start them again"},
	    {ERR_REPLACED, "its files were replaced while it was used; try "
			   "again"},
	    {ERR_VERSION, "was written by a newer latchkey; upgrade this one"},
	    {ERR_OUTDATED, "was written by a latchkey from before the first "
			   "release, which this one does not read; make a new "
			   "data directory with `latchkey init`"},
	    {ERR_NO_SPACE, "has no room; free some space on its disk"},
	    {ERR_DESCRIPTORS, "the limit of open files is reached; raise it "
			      "(LimitNOFILE= of systemd, ulimit -n)"},
	    {ERR_READERS, "all reader slots of lock.mdb are taken; run fewer "
			  "programs, or lower workers (latchkey.conf)"},
	    {ERR_NO_MEMORY, "there is not enough memory"},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == e)
			return lines[i].what;
	return "cannot be read or written; see the system log";
}

enum err
store_explain(enum err e, const char *dir, char *why, size_t why_cap)
{
	struct buf b;

	if (e == OK || why_cap == 0)
		return e;
	buf_init(&b, why, why_cap);
	buf_printf(&b, "%s: %s", dir, what_to_do(e));
	return e;
}

void
store_tell_failed(struct store *s, int rc)
{
	enum err e = store_err(rc);
	const char *file = e == ERR_READERS ? s->lock_path : s->data_path;
	const char *why = e == ERR_READERS || e == ERR_DESCRIPTORS
			      ? what_to_do(e)
			      : mdb_strerror(rc);

	/* Those of ours have a line already (held.c, fault.c). */
	if (rc <= STORE_TRUNCATED || atomic_exchange(&s->told_rc, rc) == rc)
		return;
	log_fault("store_failed", "file", file, "reason", err_name(e), "why",
	    why, NULL);
}

enum err
store_find(const char *dir)
{
	char path[STORE_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, dir, "data.mdb") != OK)
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
