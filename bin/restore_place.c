#define _GNU_SOURCE /* renameat2(2) */
#include "restore_place.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 8 };

/* --- removing ------------------------------------------------------------- */

/* Removes all that is in the directory FD, following no link; FD is closed. */
static bool
empty_directory(int fd, unsigned depth)
{
	const struct dirent *entry;
	DIR *d = fdopendir(fd);
	bool done = d != NULL && depth < DEPTH_MAX;

	if (d == NULL)
		close(fd);
	while (done && (entry = readdir(d)) != NULL) {
		const char *name = entry->d_name;
		int below;

		if (str_equal(name, ".") || str_equal(name, ".."))
			continue;
		if (unlinkat(dirfd(d), name, 0) == 0)
			continue;
		below = openat(dirfd(d), name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		done = below >= 0 && empty_directory(below, depth + 1) &&
		       unlinkat(dirfd(d), name, AT_REMOVEDIR) == 0;
	}
	if (d != NULL)
		closedir(d);
	return done;
}

/* The name that PATH, one of the three, has in the directory above. */
static const char *
name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int
open_beside(const struct restore_place *p, const char *path)
{
	return openat(p->above_fd, name_of(path),
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What a restore has left at PATH: its content as the owner, itself as the
 * caller. */
static bool
remove_tree(const struct restore_place *p, const char *path)
{
	int fd = open_beside(p, path);
	bool done;

	if (fd < 0)
		return errno == ENOENT;
	acting_as_owner(p->acting);
	done = empty_directory(fd, 0);
	acting_as_caller(p->acting);
	return done && unlinkat(p->above_fd, name_of(path), AT_REMOVEDIR) == 0;
}

/* --- the names ------------------------------------------------------------ */

static bool
put_names(char path[static ADMIN_PATH_CAP], const char *a, const char *b,
    const char *c)
{
	struct buf text;

	buf_init(&text, path, ADMIN_PATH_CAP);
	buf_printf(&text, "%s%s%s", a, b, c);
	return buf_ok(&text);
}

/* DIR may not be there; the directory that it is to be in must. */
static bool
resolve_place(char path[static ADMIN_PATH_CAP], const char *dir)
{
	char *real = realpath(dir, NULL), *copy, *name;
	bool done;

	if (real != NULL) {
		done = str_copy(path, ADMIN_PATH_CAP, real) == OK;
		free(real);
		return done;
	}
	copy = strdup(dir);
	name = strdup(dir);
	if (errno != ENOENT || copy == NULL || name == NULL)
		real = NULL;
	else
		real = realpath(dirname(copy), NULL);
	done = real != NULL &&
	       put_names(
		   path, real, str_equal(real, "/") ? "" : "/", basename(name));
	free(real);
	free(copy);
	free(name);
	return done;
}

static int
refuse_beside(const struct restore_place *p)
{
	return admin_fail("%s cannot be made: %s; run this as root, or as the "
			  "owner of the directory that it is in",
	    p->aside, strerror(errno));
}

/* --- opening -------------------------------------------------------------- */

/* The directory that DIR is in. */
static int
open_above(struct restore_place *p)
{
	char above[ADMIN_PATH_CAP];
	const char *name = name_of(p->dir);
	const size_t len = (size_t)(name - p->dir);

	if (name[0] == '\0' ||
	    str_copy_n(above, sizeof above, p->dir, len) != OK)
		return admin_fail("%s: not a data directory", p->dir);
	p->above_fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->above_fd >= 0 ? EXIT_DONE
				: admin_fail("%s: %s", above, strerror(errno));
}

static int
lock_directory(const struct restore_place *p, const char *path, int *fd)
{
	*fd = open_beside(p, path);
	if (*fd < 0)
		return admin_fail("%s: %s", path, strerror(errno));
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return EXIT_DONE;
	/* What is in it is the other one's. */
	close(*fd);
	*fd = -1;
	return admin_fail("%s: another restore goes on", path);
}

/* Whether the directory FD has NAME in it; NULL: anything. */
static bool
has_in_it(int fd, const char *name)
{
	const struct dirent *entry;
	struct stat st;
	bool has = false;
	DIR *d;

	if (name != NULL)
		return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (!has && (entry = readdir(d)) != NULL)
		has = !str_equal(entry->d_name, ".") &&
		      !str_equal(entry->d_name, "..");
	closedir(d);
	return has;
}

/* A directory of other things was named by mistake. */
static bool
is_data_directory(int fd)
{
	char store[64];

	snprintf(store, sizeof store, "store/%s",
	    store_file(&(struct store_settings){0}));
	return has_in_it(fd, "latchkey.conf") || has_in_it(fd, "secret.key") ||
	       has_in_it(fd, store) || !has_in_it(fd, NULL);
}

/* A directory can only be exchanged for one of the same file system; and what
 * root does in a directory, others must not be able to turn elsewhere. */
static int
check_directory(const struct restore_place *p)
{
	struct stat dir, above;
	bool is_ours;

	if (fstat(p->dir_fd, &dir) != 0 || fstat(p->above_fd, &above) != 0)
		return admin_fail("%s: %s", p->dir, strerror(errno));
	if (dir.st_dev != above.st_dev)
		return admin_fail(
		    "%s is a file system of its own, which cannot be exchanged "
		    "in one step; restore into a new directory in it "
		    "(-d %s/DIR), and use that",
		    p->dir, p->dir);
	if (dir.st_uid != p->acting->uid)
		return admin_fail("%s: another directory is there now; nothing "
				  "was changed",
		    p->dir);
	if (p->acting->root && above.st_uid != 0 &&
	    above.st_uid != p->acting->uid)
		return admin_fail("%s is in a directory of another user's; run "
				  "this as the owner of %s",
		    p->dir, p->dir);
	acting_as_owner(p->acting);
	is_ours = is_data_directory(p->dir_fd);
	acting_as_caller(p->acting);
	return is_ours ? EXIT_DONE
		       : admin_fail("%s is no data directory, and has other "
				    "things in it: nothing was changed; name "
				    "the right one with -d, or one that is "
				    "empty or not there",
			     p->dir);
}

static int
find_directory(struct restore_place *p)
{
	struct stat st;
	int status;

	if (fstatat(p->above_fd, name_of(p->dir), &st, AT_SYMLINK_NOFOLLOW) !=
	    0)
		return errno == ENOENT
			   ? EXIT_DONE
			   : admin_fail("%s: %s", p->dir, strerror(errno));
	p->exists = true;
	if (!S_ISDIR(st.st_mode))
		return admin_fail("%s: not a directory", p->dir);
	acting_as_owner(p->acting);
	status = lock_directory(p, p->dir, &p->dir_fd);
	acting_as_caller(p->acting);
	return status == EXIT_DONE ? check_directory(p) : status;
}

/* That the directory ASIDE_FD is the one that we made, or that another restore
 * has left. Root's own, which it was killed before it gave it away, is empty.
 */
static int
check_aside(const struct restore_place *p)
{
	struct stat st, now;

	if (fstat(p->aside_fd, &st) != 0 ||
	    fstatat(p->above_fd, name_of(p->aside), &now,
		AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_ino != now.st_ino || st.st_dev != now.st_dev)
		return admin_fail("%s: another restore goes on", p->aside);
	if (st.st_uid == p->acting->uid ||
	    (st.st_uid == geteuid() && !has_in_it(p->aside_fd, NULL)))
		return EXIT_DONE;
	return admin_fail("%s belongs to another user; remove it", p->aside);
}

/* An empty one, also where a restore that was killed has left something. */
static int
make_aside(struct restore_place *p)
{
	const struct acting *acting = p->acting;
	int status, fd;

	if (mkdirat(p->above_fd, name_of(p->aside), 0700) != 0 &&
	    errno != EEXIST)
		return refuse_beside(p);
	status = lock_directory(p, p->aside, &p->aside_fd);
	if (status == EXIT_DONE && (status = check_aside(p)) != EXIT_DONE) {
		close(p->aside_fd);
		p->aside_fd = -1;
	}
	if (status != EXIT_DONE)
		return status;
	if (acting->root && fchown(p->aside_fd, acting->uid, acting->gid) != 0)
		return refuse_beside(p);
	acting_as_owner(acting);
	fd = openat(p->aside_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fchmod(p->aside_fd, 0700) != 0 || fd < 0 || !empty_directory(fd, 0))
		status = refuse_beside(p);
	acting_as_caller(acting);
	return status;
}

int
place_open(
    struct restore_place *p, const struct acting *acting, const char *dir)
{
	int status;

	*p = (struct restore_place){
	    .acting = acting, .above_fd = -1, .dir_fd = -1, .aside_fd = -1};
	if (!resolve_place(p->dir, dir))
		return admin_fail("%s: %s", dir, strerror(errno));
	if (!put_names(p->aside, p->dir, ".restoring", "") ||
	    !put_names(p->before, p->dir, ".before-restore", ""))
		return admin_fail("%s: the name is too long", dir);
	status = open_above(p);
	if (status == EXIT_DONE)
		status = find_directory(p);
	return status == EXIT_DONE ? make_aside(p) : status;
}

/* --- the exchange --------------------------------------------------------- */

int
place_exchange(struct restore_place *p)
{
	const unsigned how = p->exists ? RENAME_EXCHANGE : RENAME_NOREPLACE;
	int status = EXIT_DONE;

	if (p->exists && !remove_tree(p, p->before))
		return admin_fail(
		    "%s cannot be removed: %s", p->before, strerror(errno));
	if (renameat2(p->above_fd, name_of(p->aside), p->above_fd,
		name_of(p->dir), how) != 0)
		return admin_fail("%s cannot be put in place: %s%s", p->dir,
		    strerror(errno),
		    errno == EINVAL ? " (this file system cannot exchange "
				      "directories; restore into a new one "
				      "with -d)"
				    : "");
	p->replaced = true;
	if (fsync(p->above_fd) != 0)
		status = admin_fail("%s: %s", p->dir, strerror(errno));
	if (p->exists && renameat(p->above_fd, name_of(p->aside), p->above_fd,
			     name_of(p->before)) != 0)
		status = admin_fail("%s is what was there before; it cannot "
				    "be renamed: %s",
		    p->aside, strerror(errno));
	return status;
}

int
place_undo(struct restore_place *p)
{
	const char *dir = name_of(p->dir), *before = name_of(p->before);
	bool done;

	if (!p->replaced)
		return EXIT_DONE;
	done = !p->exists || renameat2(p->above_fd, before, p->above_fd, dir,
				 RENAME_EXCHANGE) == 0;
	if (done)
		done = renameat(p->above_fd, p->exists ? before : dir,
			   p->above_fd, name_of(p->aside)) == 0;
	if (!done)
		return admin_fail("%s cannot be put back: %s; what was there "
				  "before is %s",
		    p->dir, strerror(errno), p->before);
	p->replaced = false;
	return EXIT_DONE;
}

void
place_close(struct restore_place *p)
{
	if (p->aside_fd >= 0 && !p->replaced && !remove_tree(p, p->aside))
		admin_fail("%s is left; remove it", p->aside);
	if (p->aside_fd >= 0)
		close(p->aside_fd);
	if (p->dir_fd >= 0)
		close(p->dir_fd);
	if (p->above_fd >= 0)
		close(p->above_fd);
	p->aside_fd = p->dir_fd = p->above_fd = -1;
}
