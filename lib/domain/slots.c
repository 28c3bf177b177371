#include "domain/slots.h"

#include "base/file.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	PATH_CAP = CONF_PATH_CAP + 32,
	NAME_CAP = 24,
	PLACES_A_SLOT = 8,
	LOOK_MS = 4 /* at least, from one look for a slot to the next */
};

uint32_t
slots_count(const struct conf *conf)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (processors > 0 && conf->argon2_slots > processors)
		return (uint32_t)processors;
	return conf->argon2_slots;
}

uint32_t
slots_places(const struct conf *conf)
{
	uint32_t places = PLACES_A_SLOT * slots_count(conf);

	if (places > conf->workers / 2)
		places = conf->workers / 2;
	return places > 0 ? places : 1;
}

static enum err
make_dir(const char *dir)
{
	char path[PATH_CAP];
	enum err e = file_path(path, sizeof path, dir, "slots");

	if (e == OK && mkdir(path, 0700) != 0 && errno != EEXIST)
		e = file_err(errno);
	return e;
}

/* The caller only learns the cause: the line names the file. */
static enum err
tell_unusable(const char *path, int error)
{
	enum err e = error == ELOOP ? ERR_PERMISSION : file_err(error);

	log_fault("slot_unusable", "file", path, "reason", err_name(e), "why",
	    strerror(error), NULL);
	return e;
}

/* Opens the file again each time: a lock belongs to the opening, so threads of
 * one process are kept apart as well as processes are. */
static enum err
open_file(int *fd, const char *dir, const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	char path[PATH_CAP], below[NAME_CAP + 8];
	enum err e;

	snprintf(below, sizeof below, "slots/%s", name);
	e = file_path(path, sizeof path, dir, below);
	if (e != OK)
		return e;
	*fd = open(path, flags, 0600);
	if (*fd == -1 && errno == ENOENT && make_dir(dir) == OK)
		*fd = open(path, flags, 0600);
	return *fd != -1 ? OK : tell_unusable(path, errno);
}

static enum err
lock_file(int *fd, const char *dir, const char *name)
{
	enum err e = open_file(fd, dir, name);
	int rc;

	if (e != OK)
		return e;
	do
		rc = flock(*fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return OK;
	e = errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;
	close(*fd);
	return e;
}

static uint32_t
random_below(uint32_t n)
{
	uint32_t r;

	random_bytes(&r, sizeof r);
	return r % n;
}

/* Any of COUNT files that begin with PREFIX. From a random one on, so that
 * those who come at once do not all try the same ones. */
static enum err
lock_any(int *fd, const char *dir, const char *prefix, uint32_t count)
{
	uint32_t first = random_below(count);
	enum err e = ERR_BUSY;

	for (uint32_t i = 0; e == ERR_BUSY && i < count; i++) {
		char name[NAME_CAP];

		snprintf(name, sizeof name, "%s%" PRIu32, prefix,
		    (first + i) % count);
		e = lock_file(fd, dir, name);
	}
	return e;
}

enum err
slots_line_up(int *place, const struct conf *conf, bool known)
{
	uint32_t places = slots_places(conf);

	return lock_any(
	    place, conf->dir, "place-", known ? places : places - places / 4);
}

/* Not a lock that is waited for: that wait would have no end. */
enum err
slots_take(int *slot, const struct conf *conf, int64_t wait_ms)
{
	int64_t until = monotonic_ms() + wait_ms;
	uint32_t count = slots_count(conf);
	enum err e;

	while ((e = lock_any(slot, conf->dir, "", count)) == ERR_BUSY &&
	       monotonic_ms() < until) {
		struct timespec pause = {
		    .tv_nsec = (LOOK_MS + random_below(LOOK_MS)) * 1000000L};

		nanosleep(&pause, NULL);
	}
	return e;
}

bool
slots_should_log(const struct conf *conf, int64_t now)
{
	struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
	struct stat st;
	bool due;
	int fd;

	/* Locked by another: that one logs. */
	if (lock_file(&fd, conf->dir, "refused") != OK)
		return false;
	/* Its time is that of the last line. An empty file is a new one. */
	due = fstat(fd, &st) != 0 || st.st_size == 0 || st.st_mtime > now ||
	      now - st.st_mtime >= SLOTS_LOG_INTERVAL;
	if (due && ftruncate(fd, 1) == 0)
		(void)futimens(fd, times);
	close(fd);
	return due;
}
