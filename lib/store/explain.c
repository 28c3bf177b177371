/* What is wrong with a store, for the administrator, and what to do. */
#include "base/buf.h"
#include "base/file.h"
#include "store/lmdb.h"

#include <errno.h>
#include <sys/stat.h>

enum err
store_explain(enum err e, const char *dir, char *why, size_t why_cap)
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
	    {ERR_NO_SPACE, "has no room; free some space on its disk"},
	    {ERR_NO_MEMORY, "there is not enough memory"},
	};
	const char *what = "cannot be read or written; see the system log";
	struct buf b;

	if (e == OK || why_cap == 0)
		return e;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == e)
			what = lines[i].what;
	buf_init(&b, why, why_cap);
	buf_printf(&b, "%s: %s", dir, what);
	return e;
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
