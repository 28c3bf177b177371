#include "backup_target.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/archive_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TIME_LEN = 16 /* 20261129T183000Z */, CREATE_TRIES = 8 };

#define NAME_END ".tar"

/* --- names ---------------------------------------------------------------- */

/* "latchkey-id.example.org-": the issuer without what a file's name cannot
 * have. */
static void
put_prefix(struct buf *b, const char *issuer)
{
	const char *host = strstr(issuer, "://");

	buf_puts(b, "latchkey-");
	for (host = host != NULL ? host + 3 : issuer; *host != '\0'; host++)
		buf_putc(b, strchr("/:[]%", *host) == NULL ? *host : '_');
	buf_putc(b, '-');
}

int
target_name(
    struct backup_target *t, const char *dir, const char *issuer, int64_t now)
{
	char text[TIME_LEN + 1];
	time_t at = (time_t)now;
	struct tm tm;
	struct buf b;

	t->dir = dir;
	buf_init(&b, t->path, sizeof t->path);
	buf_printf(&b, "%s/", dir);
	put_prefix(&b, issuer);
	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &tm) != TIME_LEN)
		return admin_fail("the clock says a time without a year");
	buf_printf(&b, "%s" NAME_END, text);
	return buf_ok(&b) ? EXIT_DONE
			  : admin_fail("%s: the name is too long", dir);
}

/* --- opening -------------------------------------------------------------- */

static int
refuse_place(const struct backup_target *t)
{
	return admin_fail("%s cannot be written: %s", t->path, strerror(errno));
}

/* Whether FD is the file at PATH, and no one else has it. */
static bool
is_ours_alone(int fd, const char *path)
{
	struct stat open_file, now;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	       fstat(fd, &open_file) == 0 && lstat(path, &now) == 0 &&
	       S_ISREG(now.st_mode) && open_file.st_ino == now.st_ino &&
	       open_file.st_dev == now.st_dev;
}

/* A backup that was killed leaves its file, which is then in the way; one that
 * goes on holds a lock on it. */
static int
clear_way(const struct backup_target *t)
{
	int fd = open(t->aside, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int status = EXIT_DONE;

	if (fd < 0 && errno == ENOENT)
		return EXIT_DONE;
	if (fd < 0)
		return refuse_place(t);
	if (!is_ours_alone(fd, t->aside))
		status =
		    admin_fail("%s: another backup is being written", t->aside);
	else if (unlink(t->aside) != 0)
		status = refuse_place(t);
	close(fd);
	return status;
}

static int
open_aside(struct backup_target *t)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int status = EXIT_DONE;

	for (int i = 0; i < CREATE_TRIES && status == EXIT_DONE; i++) {
		t->fd = open(t->aside, flags, 0600);
		if (t->fd >= 0 && is_ours_alone(t->fd, t->aside))
			return EXIT_DONE;
		if (t->fd >= 0)
			close(t->fd);
		else if (errno != EEXIST)
			status = refuse_place(t);
		t->fd = -1;
		if (status == EXIT_DONE)
			status = clear_way(t);
	}
	return status != EXIT_DONE
		   ? status
		   : admin_fail(
			 "%s: another backup is being written", t->aside);
}

/* Without a name, so that nothing is left of it. */
static int
open_scratch(struct backup_target *t, const char *scratch)
{
	struct buf b;

	if (isatty(STDOUT_FILENO))
		return admin_misused(
		    "-: a backup is not for a terminal; send it to a program "
		    "or a file");
	buf_init(&b, t->aside, sizeof t->aside);
	buf_printf(&b, "%s/backup.XXXXXX", scratch);
	if (!buf_ok(&b) || (t->fd = mkstemp(t->aside)) < 0)
		return admin_fail("%s: no room to make a backup: %s", scratch,
		    strerror(errno));
	unlink(t->aside);
	return EXIT_DONE;
}

int
target_open(struct backup_target *t, const char *scratch)
{
	struct stat st;
	struct buf b;

	t->fd = -1;
	if (str_equal(t->path, "-"))
		return open_scratch(t, scratch);
	if (stat(t->path, &st) == 0 && S_ISDIR(st.st_mode))
		return admin_misused("%s is a directory; name a file, or give "
				     "the directory to --to",
		    t->path);
	if (lstat(t->path, &st) == 0 && !S_ISREG(st.st_mode))
		return admin_fail("%s is no plain file; remove it first, or "
				  "write to standard output with -",
		    t->path);
	if (file_may_replace(t->path, ARCHIVE_HEAD) != OK &&
	    lstat(t->path, &st) == 0)
		return admin_fail("%s is there, and is not a backup: it stays "
				  "as it is; name another file",
		    t->path);
	buf_init(&b, t->aside, sizeof t->aside);
	buf_printf(&b, "%s.part", t->path);
	return buf_ok(&b) ? open_aside(t)
			  : admin_fail("%s: the name is too long", t->path);
}

/* --- the end -------------------------------------------------------------- */

static int
pour(const struct backup_target *t)
{
	char bytes[65536];
	ssize_t n, written;

	if (lseek(t->fd, 0, SEEK_SET) != 0)
		return refuse_place(t);
	while ((n = read(t->fd, bytes, sizeof bytes)) != 0) {
		if (n < 0)
			return refuse_place(t);
		for (ssize_t at = 0; at < n; at += written) {
			written =
			    write(STDOUT_FILENO, bytes + at, (size_t)(n - at));
			if (written < 0)
				return admin_fail(
				    "standard output cannot be written: %s",
				    strerror(errno));
		}
	}
	return EXIT_DONE;
}

int
target_finish(struct backup_target *t)
{
	if (str_equal(t->path, "-"))
		return pour(t);
	if (fsync(t->fd) != 0 || rename(t->aside, t->path) != 0)
		return refuse_place(t);
	t->aside[0] = '\0';
	return file_sync_parent(t->path) == OK ? EXIT_DONE : refuse_place(t);
}

void
target_close(struct backup_target *t)
{
	if (t->fd < 0)
		return;
	if (t->aside[0] != '\0' && !str_equal(t->path, "-"))
		unlink(t->aside);
	close(t->fd);
	t->fd = -1;
}

/* --- the old ones --------------------------------------------------------- */

/* What the names of one provider's backups have before the time. */
static const char *prefix;
static size_t prefix_len;

static int
is_own_backup(const struct dirent *entry)
{
	const char *name = entry->d_name, *time = name + prefix_len;

	return strncmp(name, prefix, prefix_len) == 0 &&
	       strlen(time) == TIME_LEN + sizeof NAME_END - 1 &&
	       strspn(time, "0123456789TZ") == TIME_LEN &&
	       str_equal(time + TIME_LEN, NAME_END);
}

/* Where this backup is among those; the last place if it is gone. */
static size_t
find_present(struct dirent **entries, size_t count)
{
	size_t i = 0;

	while (i + 1 < count && !str_equal(entries[i]->d_name, prefix))
		i++;
	return i;
}

/* This one is the newest, even if the clock was ahead before: those with a
 * later time in their name are the oldest. */
int
target_prune(const struct backup_target *t, size_t n)
{
	struct dirent **entries;
	int status = EXIT_DONE, found, dir;
	size_t count, present;

	prefix = t->path + strlen(t->dir) + 1;
	prefix_len = strlen(prefix) - TIME_LEN - (sizeof NAME_END - 1);
	dir = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	found = scandir(t->dir, &entries, is_own_backup, alphasort);
	if (dir < 0 || found < 0)
		return admin_fail("%s: %s", t->dir, strerror(errno));
	count = (size_t)found;
	present = find_present(entries, count);
	for (size_t i = 0; i < count; i++) {
		struct dirent *entry = entries[(present + 1 + i) % count];

		if (count - i > n && unlinkat(dir, entry->d_name, 0) != 0)
			status = admin_fail("%s/%s cannot be removed: %s",
			    t->dir, entry->d_name, strerror(errno));
		free(entry);
	}
	free(entries);
	close(dir);
	return status;
}
