/* Programs that have files of the store open which are no longer in it. */
#include "check.h"

#include "base/file.h"
#include "base/str.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROC_PATH_CAP = 64, NAME_CAP = 32 };

struct held {
	struct check_run *c;
	char store[ADMIN_PATH_CAP]; /* without links, with a slash at its end */
};

static void
read_name(const char *pid, char name[static NAME_CAP])
{
	char path[PROC_PATH_CAP];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%.12s/comm", pid);
	f = fopen(path, "re");
	if (f == NULL || fgets(name, NAME_CAP, f) == NULL)
		name[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

/* Whether LINK, a descriptor of a process, is to a file that was in the store
 * and is not any more. */
static bool
is_gone(const struct held *h, const char *link)
{
	char target[ADMIN_PATH_CAP];
	struct stat open_file, now;
	ssize_t n = readlink(link, target, sizeof target - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	if (!str_starts(target, h->store) || stat(link, &open_file) != 0)
		return false;
	/* One that was removed ends with " (deleted)". */
	return stat(target, &now) != 0 || open_file.st_ino != now.st_ino ||
	       open_file.st_dev != now.st_dev;
}

static bool
holds_gone(const struct held *h, const char *pid)
{
	char dir[PROC_PATH_CAP], link[ADMIN_PATH_CAP];
	struct dirent *entry;
	bool holds = false;
	DIR *d;

	snprintf(dir, sizeof dir, "/proc/%.12s/fd", pid);
	if ((d = opendir(dir)) == NULL)
		return false; /* another user's, or over */
	while (!holds && (entry = readdir(d)) != NULL)
		holds =
		    file_path(link, sizeof link, dir, entry->d_name) == OK &&
		    is_gone(h, link);
	closedir(d);
	return holds;
}

static void
look_at(const struct held *h, const char *pid)
{
	static const struct check_advice outdated = {
	    "a program of latchkey's notices when it is next asked something; "
	    "another one would go on with the old files",
	    "restart it"};
	char name[NAME_CAP];

	if (!holds_gone(h, pid))
		return;
	read_name(pid, name);
	check_found(h->c, CHECK_WARNING, &outdated,
	    "process %s (%s) has a file of the store open that was replaced or "
	    "removed",
	    pid, name);
}

void
check_held(struct check_run *c)
{
	struct held h = {.c = c};
	char path[ADMIN_PATH_CAP], *real;
	struct dirent *entry;
	DIR *proc;

	if (file_path(path, sizeof path, c->a->dir, "store") != OK ||
	    (real = realpath(path, NULL)) == NULL)
		return;
	if (file_path(h.store, sizeof h.store, real, "") == OK &&
	    (proc = opendir("/proc")) != NULL) {
		while ((entry = readdir(proc)) != NULL)
			if (isdigit((unsigned char)entry->d_name[0]))
				look_at(&h, entry->d_name);
		closedir(proc);
	}
	free(real);
}
