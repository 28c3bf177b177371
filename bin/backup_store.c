#include "backup_store.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/installation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAKE_TRIES = 8 };

#define PLACE_NAME "backup-store."

/* --- its place ------------------------------------------------------------ */

/* It is a directory in the data directory, and the one that uses it holds a
 * lock on it. In it there is the directory of the store, with its files. */
static void
remove_copy(const char *path, int fd)
{
	char store[ADMIN_PATH_CAP];
	const struct dirent *entry;
	DIR *d = NULL;
	int below = openat(
	    fd, "store", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (below >= 0 && (d = fdopendir(below)) == NULL)
		close(below);
	while (d != NULL && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	if (file_path(store, sizeof store, path, "store") == OK)
		rmdir(store);
	rmdir(path);
}

/* Whether the directory FD is locked by us, and is still the one at PATH. */
static bool
holds_place(int fd, const char *path)
{
	struct stat st, now;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
	       lstat(path, &now) == 0 && st.st_ino == now.st_ino &&
	       st.st_dev == now.st_dev;
}

/* What a backup has left that was killed. */
static void
clear_places(const char *dir)
{
	char path[ADMIN_PATH_CAP];
	const struct dirent *entry;
	DIR *d = opendir(dir);
	int fd;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (!str_starts(entry->d_name, PLACE_NAME) ||
		    file_path(path, sizeof path, dir, entry->d_name) != OK)
			continue;
		fd =
		    open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && holds_place(fd, path))
			remove_copy(path, fd);
		if (fd >= 0)
			close(fd);
	}
	if (d != NULL)
		closedir(d);
}

static enum err
make_place(struct backup_store *b, const char *dir)
{
	char path[ADMIN_PATH_CAP];
	enum err e = file_path(path, sizeof path, dir, PLACE_NAME "XXXXXX");

	for (int i = 0; e == OK && i < MAKE_TRIES; i++) {
		memcpy(b->path, path, sizeof path);
		if (mkdtemp(b->path) == NULL)
			return file_err(errno);
		b->fd = open(b->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* Else another backup has cleared it away. */
		if (b->fd >= 0 && holds_place(b->fd, b->path))
			return mkdirat(b->fd, "store", 0700) == 0
				   ? OK
				   : file_err(errno);
		if (b->fd >= 0)
			close(b->fd);
		b->fd = -1;
	}
	return e == OK ? ERR_IO : e;
}

/* --- the copy ------------------------------------------------------------- */

static enum err
need_no_more(void *arg, uint64_t rows)
{
	(void)arg, (void)rows;
	return OK;
}

static int
refuse_copy(const struct admin *a, enum err e)
{
	if (e == ERR_NO_SPACE)
		return admin_fail("%s: no room to put the backup's store "
				  "together there; nothing was changed",
		    a->dir);
	return admin_fail("the records cannot be read from the database (%s); "
			  "run `latchkey check`",
	    err_name(e));
}

int
backup_store_open(struct backup_store *b, const struct admin *a)
{
	char message[CONF_MESSAGE_CAP];
	enum err e;

	*b = (struct backup_store){.store = a->store, .fd = -1};
	if (a->conf.store[0] == '\0')
		return EXIT_DONE;
	b->made = true;
	b->store = NULL;
	clear_places(a->dir);
	e = make_place(b, a->dir);
	if (e == OK)
		e = installation_open(
		    &b->store, b->path, "", true, message, sizeof message);
	if (e == OK)
		e = store_transfer(a->store, b->store, need_no_more, NULL);
	return e == OK ? EXIT_DONE : refuse_copy(a, e);
}

void
backup_store_close(struct backup_store *b)
{
	if (!b->made)
		return;
	store_close(&b->store);
	if (b->fd < 0)
		return;
	remove_copy(b->path, b->fd);
	close(b->fd);
	b->fd = -1;
}
