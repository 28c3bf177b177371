/*
 * A file layer that records, to be preloaded: what a program does to the file
 * $LATCHKEY_RECORD_FILE, and what it answers, goes to the log
 * $LATCHKEY_RECORD_LOG (record.h). tests/durability/power_cut.c makes of it
 * every state in which a power cut could have left the disk.
 *
 * Where the kernel has dm-log-writes it shows the same below the file system;
 * this needs neither a kernel module nor root. A store that were written
 * through its map would not be seen here: the test would find no write at all
 * between two answers, and fail.
 */
#define _GNU_SOURCE
#include "record.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static struct stat file;
static int log_fd = -1;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_ftruncate)(int, off_t);

static void
find(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	memcpy(function, &found, sizeof found);
}

__attribute__((constructor)) static void
open_log(void)
{
	const char *path = getenv("LATCHKEY_RECORD_FILE");
	const char *log = getenv("LATCHKEY_RECORD_LOG");

	find(&real_pwrite, "pwrite");
	find(&real_write, "write");
	find(&real_writev, "writev");
	find(&real_pwritev, "pwritev");
	find(&real_fdatasync, "fdatasync");
	find(&real_fsync, "fsync");
	find(&real_ftruncate, "ftruncate");
	if (path == NULL || log == NULL || stat(path, &file) != 0)
		return;
	log_fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (log_fd < 0)
		abort();
}

static bool
is_file(int fd)
{
	struct stat st;

	return log_fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == file.st_dev &&
	       st.st_ino == file.st_ino;
}

static bool
is_socket(int fd)
{
	struct stat st;

	return log_fd >= 0 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* One append: whole, and in order, from however many threads. */
static void
record(enum record_kind kind, uint64_t offset, const void *bytes, size_t len)
{
	struct record r = {kind, (uint32_t)len, offset};
	struct iovec parts[2] = {
	    {&r, sizeof r}, {(void *)(uintptr_t)bytes, bytes ? len : 0}};
	ssize_t all = (ssize_t)(parts[0].iov_len + parts[1].iov_len);

	if (real_writev(log_fd, parts, 2) != all)
		abort(); /* a log with a hole proves nothing */
}

/* After a write of N bytes: what O_DSYNC promises. */
static void
record_synced(int fd, off_t offset, ssize_t n)
{
	int flags = fcntl(fd, F_GETFL);

	if (n > 0 && flags != -1 && (flags & O_DSYNC))
		record(RECORD_SYNCED, (uint64_t)offset, NULL, (size_t)n);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	ssize_t n;

	if (!is_file(fd))
		return real_pwrite(fd, bytes, len, offset);
	record(RECORD_WRITE, (uint64_t)offset, bytes, len);
	n = real_pwrite(fd, bytes, len, offset);
	record_synced(fd, offset, n);
	return n;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	off_t offset;
	ssize_t n;

	if (is_socket(fd))
		record(RECORD_ANSWER, 0, bytes, len);
	if (!is_file(fd))
		return real_write(fd, bytes, len);
	offset = lseek(fd, 0, SEEK_CUR);
	record(RECORD_WRITE, (uint64_t)offset, bytes, len);
	n = real_write(fd, bytes, len);
	record_synced(fd, offset, n);
	return n;
}

static void
record_parts(const struct iovec *parts, int count, off_t offset)
{
	for (int i = 0; i < count; i++) {
		record(RECORD_WRITE, (uint64_t)offset, parts[i].iov_base,
		    parts[i].iov_len);
		offset += (off_t)parts[i].iov_len;
	}
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	ssize_t n;

	if (!is_file(fd))
		return real_pwritev(fd, parts, count, offset);
	record_parts(parts, count, offset);
	n = real_pwritev(fd, parts, count, offset);
	record_synced(fd, offset, n);
	return n;
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	off_t offset;
	ssize_t n;

	if (!is_file(fd))
		return real_writev(fd, parts, count);
	offset = lseek(fd, 0, SEEK_CUR);
	record_parts(parts, count, offset);
	n = real_writev(fd, parts, count);
	record_synced(fd, offset, n);
	return n;
}

int
fdatasync(int fd)
{
	int rc = real_fdatasync(fd);

	if (rc == 0 && is_file(fd))
		record(RECORD_FLUSHED, 0, NULL, 0);
	return rc;
}

int
fsync(int fd)
{
	int rc = real_fsync(fd);

	if (rc == 0 && is_file(fd))
		record(RECORD_FLUSHED, 0, NULL, 0);
	return rc;
}

int
ftruncate(int fd, off_t len)
{
	if (is_file(fd))
		record(RECORD_SIZED, (uint64_t)len, NULL, 0);
	return real_ftruncate(fd, len);
}
