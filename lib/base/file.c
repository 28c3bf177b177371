#define _GNU_SOURCE /* copy_file_range(2), sync_file_range(2) */
#include "base/file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_PATH_CAP = 1024, COPY_MAX = 1 << 24 };

enum err
file_err(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	case EEXIST:
		return ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case EMFILE:
	case ENFILE:
		return ERR_DESCRIPTORS;
	case ENOMEM:
		return ERR_NO_MEMORY;
	default:
		return ERR_IO;
	}
}

/* Whether FD is a file that may be read, and fits. */
static enum err
check_file(int fd, unsigned forbidden, size_t cap)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return ERR_IO;
	if ((st.st_mode & forbidden) != 0)
		return ERR_PERMISSION;
	return (uintmax_t)st.st_size > cap ? ERR_NO_SPACE : OK;
}

static enum err
read_all(int fd, unsigned char *bytes, size_t cap, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < cap) {
		n = read(fd, bytes + *len, cap - *len);
		if (n == 0)
			break;
		if (n > 0)
			*len += (size_t)n;
		else if (errno != EINTR)
			return file_err(errno);
	}
	return OK;
}

enum err
file_read(
    const char *path, unsigned forbidden, void *bytes, size_t cap, size_t *len)
{
	/* O_NONBLOCK: a FIFO in a file's place must not hang us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum err e;

	*len = 0;
	if (fd < 0)
		return file_err(errno);
	e = check_file(fd, forbidden, cap);
	if (e == OK)
		e = read_all(fd, bytes, cap, len);
	if (e != OK)
		*len = 0;
	close(fd);
	return e;
}

static enum err
write_all(int fd, const unsigned char *bytes, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, bytes, len);
		if (n < 0 && errno != EINTR)
			return file_err(errno);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return OK;
}

/* Fills FD and closes it in any case. */
static enum err
write_synced(int fd, unsigned mode, const void *bytes, size_t len)
{
	enum err e = write_all(fd, bytes, len);

	/* After the bytes: others never read half of them. */
	if (e == OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		e = file_err(errno);
	if (close(fd) != 0 && e == OK)
		e = file_err(errno);
	return e;
}

enum err
file_may_replace(const char *path, const char *start)
{
	char bytes[64];
	const size_t wanted = strlen(start);
	struct stat st;
	ssize_t len;
	int fd;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? OK : file_err(errno);
	if (!S_ISREG(st.st_mode))
		return ERR_UNSUPPORTED;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return file_err(errno);
	len = read(fd, bytes, wanted < sizeof bytes ? wanted : sizeof bytes);
	close(fd);
	return len == 0 || (len == (ssize_t)wanted &&
			       memcmp(bytes, start, wanted) == 0)
		   ? OK
		   : ERR_EXISTS;
}

/* The new name is only as durable as the directory that holds it. */
enum err
file_sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[FILE_PATH_CAP];
	struct buf b;
	enum err e = OK;
	int fd;

	buf_init(&b, dir, sizeof dir);
	if (slash == NULL)
		buf_puts(&b, ".");
	else
		buf_put(&b, path, slash == path ? 1 : (size_t)(slash - path));
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return file_err(errno);
	if (fsync(fd) != 0)
		e = file_err(errno);
	close(fd);
	return e;
}

/* Gives the finished file its name: at once, or not at all. */
static enum err
publish(const char *temporary, const char *path, int exclusive)
{
	/* rename replaces what is there; link refuses to. */
	if (!exclusive)
		return rename(temporary, path) == 0 ? OK : file_err(errno);
	if (link(temporary, path) != 0)
		return file_err(errno);
	unlink(temporary);
	return OK;
}

enum err
file_write(const char *path, unsigned mode, const void *bytes, size_t len,
    int exclusive)
{
	char temporary[FILE_PATH_CAP];
	struct buf b;
	enum err e;
	int fd;

	buf_init(&b, temporary, sizeof temporary);
	buf_puts(&b, path);
	buf_puts(&b, ".XXXXXX");
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	if ((fd = mkstemp(temporary)) < 0)
		return file_err(errno);
	e = write_synced(fd, mode, bytes, len);
	if (e == OK)
		e = publish(temporary, path, exclusive);
	if (e != OK) {
		unlink(temporary);
		return e;
	}
	return file_sync_parent(path);
}

void
file_begin_sync(int fd)
{
#ifdef __linux__
	(void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
	(void)fd;
#endif
}

/* A part of them, through the memory of this process. */
static ssize_t
copy_by_hand(int to, int from, off_t *offset, size_t len)
{
	char bytes[1 << 16];
	ssize_t written = 0, w = 0;
	const ssize_t n = pread(
	    from, bytes, len < sizeof bytes ? len : sizeof bytes, *offset);

	for (; written < n && w >= 0; written += w)
		w = write(to, bytes + written, (size_t)(n - written));
	*offset += n > 0 ? n : 0;
	return w < 0 ? -1 : n;
}

/* The kernel copies from file to file, where it can for these two. */
static ssize_t
copy_some(int to, int from, off_t *offset, size_t len)
{
#ifdef __linux__
	const ssize_t n = copy_file_range(from, offset, to, NULL, len, 0);

	if (n > 0 || (n < 0 && (errno == EINTR || errno == ENOSPC ||
				   errno == EDQUOT || errno == EIO)))
		return n;
#endif
	return copy_by_hand(to, from, offset, len);
}

enum err
file_copy_bytes(int to, int from, int64_t offset, uint64_t len)
{
	off_t at = offset;
	ssize_t n;

	while (len > 0) {
		n = copy_some(
		    to, from, &at, len < COPY_MAX ? (size_t)len : COPY_MAX);
		if (n == 0)
			return ERR_TRUNCATED;
		if (n < 0 && errno != EINTR)
			return file_err(errno);
		len -= n > 0 ? (size_t)n : 0;
	}
	return OK;
}

enum err
file_path(char *path, size_t cap, const char *dir, const char *name)
{
	struct buf b;

	buf_init(&b, path, cap);
	buf_puts(&b, dir);
	buf_putc(&b, '/');
	buf_puts(&b, name);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}
