/*
 * A slow disk, to be preloaded: each flush takes $LATCHKEY_FLUSH_US
 * microseconds longer. A write to a file that was opened with O_DSYNC is a
 * flush, too; LMDB's every commit has one of each kind.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct timespec flush_time;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_msync)(void *, size_t, int);

static void
find(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	memcpy(function, &found, sizeof found);
}

__attribute__((constructor)) static void
read_settings(void)
{
	const char *text = getenv("LATCHKEY_FLUSH_US");
	long us = text != NULL ? strtol(text, NULL, 10) : 0;

	find(&real_pwrite, "pwrite");
	find(&real_write, "write");
	find(&real_fdatasync, "fdatasync");
	find(&real_fsync, "fsync");
	find(&real_msync, "msync");
	flush_time.tv_sec = us / 1000000;
	flush_time.tv_nsec = us % 1000000 * 1000;
}

static void
wait_for_disk(void)
{
	int saved = errno;
	struct timespec left = flush_time;

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
	errno = saved;
}

static void
wait_if_synced(int fd)
{
	int saved = errno, flags = fcntl(fd, F_GETFL);

	errno = saved;
	if (flags != -1 && (flags & O_DSYNC))
		wait_for_disk();
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	ssize_t n = real_pwrite(fd, bytes, len, offset);

	wait_if_synced(fd);
	return n;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	ssize_t n = real_write(fd, bytes, len);

	wait_if_synced(fd);
	return n;
}

int
fdatasync(int fd)
{
	int rc = real_fdatasync(fd);

	wait_for_disk();
	return rc;
}

int
fsync(int fd)
{
	int rc = real_fsync(fd);

	wait_for_disk();
	return rc;
}

int
msync(void *at, size_t len, int flags)
{
	int rc = real_msync(at, len, flags);

	if (flags & MS_SYNC)
		wait_for_disk();
	return rc;
}
