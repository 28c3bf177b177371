#include "restore_files.h"

#include "admin.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Those that must be there, and those that may. */
static const char *const directories[] = {
    "store", "keys", "slots", "apps", "templates"};

enum { NEEDED_DIRECTORIES = 3 };

static int
refuse_archive(const struct restore_files *f)
{
	return admin_fail(
	    "%s %s; nothing was changed", f->name, f->reader.message);
}

int
restore_files_refuse(const struct restore_files *f)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return admin_fail(
		    "no room for %s; nothing was changed", f->place->aside);
	return admin_fail("%s cannot be written: %s; nothing was changed",
	    f->place->aside, strerror(errno));
}

static ssize_t
read_source(void *arg, void *bytes, size_t len)
{
	const struct restore_files *f = arg;

	return read(f->fd, bytes, len);
}

int
restore_files_open(struct restore_files *f)
{
	return archive_open(&f->reader, read_source, f,
		   store_file(&(struct store_settings){0})) == OK
		   ? EXIT_DONE
		   : refuse_archive(f);
}

static bool
write_unpacked(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= (size_t)n) {
		n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

/* Makes the directory that the file NAME is in, if it is in one. */
static bool
make_directory_of(const struct restore_files *f, const char *name)
{
	char dir[TAR_NAME_CAP];
	size_t len = strcspn(name, "/");

	if (name[len] == '\0')
		return true;
	return str_copy_n(dir, sizeof dir, name, len) == OK &&
	       (mkdirat(f->place->aside_fd, dir, 0700) == 0 || errno == EEXIST);
}

static int
create_file(const struct restore_files *f, const char *name)
{
	return make_directory_of(f, name)
		   ? openat(f->place->aside_fd, name,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			 0600)
		   : -1;
}

/* The mode last: nothing is open to others before it is whole. */
static bool
close_file(int fd, unsigned mode)
{
	bool done = fchmod(fd, mode) == 0 && fsync(fd) == 0;

	return close(fd) == 0 && done;
}

static int
unpack_file(struct restore_files *f)
{
	struct archive_reader *from = &f->reader;
	const int fd = create_file(f, from->file.name);
	size_t len;
	enum err e;

	if (fd < 0)
		return restore_files_refuse(f);
	while (
	    (e = archive_read(from, f->bytes, sizeof f->bytes, &len)) == OK &&
	    len > 0)
		if (!write_unpacked(fd, f->bytes, len)) {
			int status = restore_files_refuse(f);

			close(fd);
			return status;
		}
	if (e != OK) {
		close(fd);
		return refuse_archive(f);
	}
	return close_file(fd, from->file.mode) ? EXIT_DONE
					       : restore_files_refuse(f);
}

int
restore_files_unpack(struct restore_files *f)
{
	int status = EXIT_DONE;
	enum err e = OK;

	while (status == EXIT_DONE && (e = archive_next(&f->reader)) == OK)
		status = unpack_file(f);
	secret_wipe(f->bytes, sizeof f->bytes);
	if (status != EXIT_DONE)
		return status;
	return e == ERR_NOT_FOUND ? EXIT_DONE : refuse_archive(f);
}

/* --- keys that the backup does not have ----------------------------------- */

static int
refuse_keyless(const struct restore_files *f)
{
	return admin_fail("%s has no keys; put secret.key and keys/ into %s "
			  "first",
	    f->name, f->place->dir);
}

/* From the directory as it is. */
static int
take_key(struct restore_files *f, const char *name)
{
	char path[ADMIN_PATH_CAP];
	size_t len;
	int fd;
	bool done;

	if (file_path(path, sizeof path, f->place->dir, name) != OK ||
	    file_read(path, 0077, f->bytes, sizeof f->bytes, &len) != OK)
		return refuse_keyless(f);
	fd = create_file(f, name);
	done = fd >= 0 && write_unpacked(fd, f->bytes, len);
	if (fd >= 0)
		done = close_file(fd, 0600) && done;
	secret_wipe(f->bytes, sizeof f->bytes);
	return done ? EXIT_DONE : restore_files_refuse(f);
}

int
restore_files_take_keys(struct restore_files *f)
{
	const char *store = store_file(&(struct store_settings){0});
	char path[ADMIN_PATH_CAP], name[ADMIN_PATH_CAP];
	int status = take_key(f, "secret.key");
	struct dirent *entry;
	DIR *keys;

	if (status != EXIT_DONE)
		return status;
	if (file_path(path, sizeof path, f->place->dir, "keys") != OK ||
	    (keys = opendir(path)) == NULL)
		return refuse_keyless(f);
	while (status == EXIT_DONE && (entry = readdir(keys)) != NULL)
		if (file_path(name, sizeof name, "keys", entry->d_name) == OK &&
		    archive_knows(name, store))
			status = take_key(f, name);
	closedir(keys);
	return status;
}

/* What a data directory has besides; and all of it is on the disk. */
int
restore_files_finish(const struct restore_files *f)
{
	int fd;

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		if (i < NEEDED_DIRECTORIES &&
		    mkdirat(f->place->aside_fd, directories[i], 0700) != 0 &&
		    errno != EEXIST)
			return restore_files_refuse(f);
		fd = openat(f->place->aside_fd, directories[i],
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || fsync(fd) != 0)
			return restore_files_refuse(f);
		close(fd);
	}
	return fsync(f->place->aside_fd) == 0 ? EXIT_DONE
					      : restore_files_refuse(f);
}
