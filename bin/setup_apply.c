#include "setup_apply.h"

#include "admin.h"
#include "base/buf.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_to_be_done(const struct plan_item *item)
{
	return item->state == PLAN_NEW || item->state == PLAN_CHANGE;
}

static bool
complain_of_item(const char *path)
{
	admin_fail("%s: %s; nothing has changed", path, strerror(errno));
	return false;
}

/* The directory of PATH. */
static bool
put_parent(char dir[static SETUP_PATH_CAP], const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && str_copy_n(dir, SETUP_PATH_CAP, path,
				    (size_t)(slash - path)) == OK;
}

/* A name beside PATH that no web server reads. */
static bool
put_beside(char beside[static SETUP_PATH_CAP], const char *path)
{
	char dir[SETUP_PATH_CAP];
	struct buf b;

	if (!put_parent(dir, path))
		return false;
	buf_init(&b, beside, SETUP_PATH_CAP);
	buf_printf(&b, "%s/.latchkey-setup.XXXXXX", dir);
	return buf_ok(&b);
}

static bool
write_staged(int fd, const struct plan_item *item, const struct stat *old)
{
	const char *text = item->text;
	size_t left = item->len;
	ssize_t n;

	while (left > 0) {
		n = write(fd, text, left);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	if (old != NULL && fchown(fd, old->st_uid, old->st_gid) != 0)
		return false;
	return fchmod(fd, old != NULL ? old->st_mode & 07777 : item->mode) ==
		   0 &&
	       fsync(fd) == 0;
}

/* What is there gets a second name, under which it stays. */
static bool
save_old(struct plan_item *item)
{
	int fd;

	if (!put_beside(item->saved, item->path))
		return false;
	fd = mkstemp(item->saved);
	if (fd < 0) {
		item->saved[0] = '\0';
		return false;
	}
	close(fd);
	unlink(item->saved);
	if (link(item->path, item->saved) == 0)
		return true;
	item->saved[0] = '\0';
	return false;
}

static bool
stage_file(struct plan_item *item)
{
	char dir[SETUP_PATH_CAP];
	struct stat old;
	const bool is_there = stat(item->path, &old) == 0;
	bool done;
	int fd;

	/* One level is enough: what is above is Debian's. */
	if (!put_parent(dir, item->path) ||
	    !put_beside(item->staged, item->path))
		return false;
	item->made_dir = mkdir(dir, 0755) == 0;
	if (item->made_dir)
		(void)!chmod(dir, 0755);
	fd = mkstemp(item->staged);
	if (fd < 0) {
		item->staged[0] = '\0';
		return false;
	}
	done = write_staged(fd, item, is_there ? &old : NULL);
	if (close(fd) != 0)
		done = false;
	return done && (!is_there || save_old(item));
}

static bool
sync_directory_of(const char *path)
{
	char dir[SETUP_PATH_CAP];
	bool done;
	int fd;

	if (!put_parent(dir, path))
		return false;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = fsync(fd) == 0;
	close(fd);
	return done;
}

static bool
put_in_place(struct plan_item *item)
{
	switch (item->kind) {
	case PLAN_FILE:
		item->done = rename(item->staged, item->path) == 0;
		if (item->done)
			item->staged[0] = '\0';
		break;
	case PLAN_LINK:
		item->done = symlink(item->target, item->path) == 0;
		break;
	case PLAN_UNLINK:
		item->done = put_beside(item->saved, item->path) &&
			     save_old(item) && unlink(item->path) == 0;
		break;
	}
	return item->done && sync_directory_of(item->path);
}

static void
put_back(struct plan_item *item)
{
	char dir[SETUP_PATH_CAP];

	if (item->done && item->saved[0] != '\0')
		(void)rename(item->saved, item->path);
	else if (item->done)
		unlink(item->path);
	else if (item->saved[0] != '\0')
		unlink(item->saved);
	if (item->staged[0] != '\0')
		unlink(item->staged);
	if (item->made_dir && put_parent(dir, item->path))
		rmdir(dir);
	item->done = item->made_dir = false;
	item->staged[0] = item->saved[0] = '\0';
}

void
apply_undo(struct plan *p)
{
	for (size_t i = p->count; i-- > 0;) {
		put_back(&p->items[i]);
		(void)sync_directory_of(p->items[i].path);
	}
}

void
apply_keep(struct plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].saved[0] != '\0')
			unlink(p->items[i].saved);
}

bool
apply_plan(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		struct plan_item *item = &p->items[i];

		if (is_to_be_done(item) && item->kind == PLAN_FILE &&
		    !stage_file(item))
			break;
	}
	if (i == p->count)
		for (i = 0; i < p->count; i++)
			if (is_to_be_done(&p->items[i]) &&
			    !put_in_place(&p->items[i]))
				break;
	if (i == p->count)
		return true;
	(void)complain_of_item(p->items[i].path);
	apply_undo(p);
	return false;
}
