/* What others can do with the files, and how much room there is. */
#include "check.h"

#include "base/file.h"
#include "base/str.h"
#include "remains.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#define MIB ((uint64_t)1024 * 1024)
#define FREE_LOW (64 * MIB)
#define FREE_NONE (8 * MIB)

static const struct place {
	const char *name;
	unsigned forbidden, unwanted;
	struct check_advice advice;
} places[] = {
    {"", 0022, 0077,
	{"who can write there can put files of their own in our place",
	    "chmod go-w the directory"}},
    {"latchkey.conf", 0022, 0,
	{"who can write it can make sign-ins less safe",
	    "chmod go-w latchkey.conf"}},
    {"secret.key", 0077, 0,
	{"who can read it can make tokens; the programs refuse to use it",
	    "chmod 600 secret.key; if others may have read it, make a new "
	    "directory"}},
    {"keys", 0077, 0,
	{"who can reach the private keys can sign tokens", "chmod 700 keys"}},
    {"store", 0077, 0,
	{"it holds everybody's names, addresses and password hashes",
	    "chmod 700 store"}},
    {"slots", 0022, 0,
	{"who can lock its files can stop all sign-ins", "chmod 700 slots"}},
    {"refusals", 0022, 0077,
	{"who can write there can tell the administrator of refusals that "
	 "never were",
	    "chmod 700 refusals"}},
};

/* Told together with how to get it back, which is no way to lose the rest. */
static void
tell_missing(struct check_run *c, const struct place *p)
{
	const int error = errno;
	char text[REMAINS_MESSAGE_CAP];
	struct check_advice missing = {
	    "the programs cannot work without it", text};

	if (!remains_missing(c->a->dir, text, sizeof text))
		missing.remedy = "make it readable to the directory's owner";
	check_found(c, CHECK_ERROR, &missing, "%s/%s: %s", c->a->dir, p->name,
	    strerror(error));
}

static void
check_place(struct check_run *c, const struct place *p, uid_t owner)
{
	static const struct check_advice foreign = {
	    "the programs run as the directory's owner and may not reach it",
	    "chown -R the directory to its owner"};
	static const struct check_advice seen = {
	    "a file put there later, a copy of the store above all, is open to "
	    "others",
	    "chmod 700 the directory"};
	const char *dir = c->a->dir;
	const char *slash = p->name[0] != '\0' ? "/" : "";
	char path[ADMIN_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, dir, p->name) != OK ||
	    stat(p->name[0] != '\0' ? path : dir, &st) != 0) {
		/* Made by the first program that needs it. */
		if (errno != ENOENT || !str_equal(p->name, "refusals"))
			tell_missing(c, p);
		return;
	}
	if (st.st_uid != owner)
		check_found(c, CHECK_ERROR, &foreign,
		    "%s%s%s belongs to another user than the directory", dir,
		    slash, p->name);
	if ((st.st_mode & p->unwanted & ~p->forbidden) != 0)
		check_found(c, CHECK_WARNING, &seen,
		    "%s%s%s has mode %04o: others can look into it", dir, slash,
		    p->name, (unsigned)(st.st_mode & 07777));
	if ((st.st_mode & p->forbidden) != 0)
		check_found(c, CHECK_ERROR, &p->advice,
		    "%s%s%s has mode %04o: open to others", dir, slash, p->name,
		    (unsigned)(st.st_mode & 07777));
}

/* Memory, or a layer over a container: a network is refused by the store. */
static void
check_file_system(struct check_run *c)
{
#ifdef __linux__
	/* statfs(2); the numbers are the kernel's (linux/magic.h) */
	static const struct {
		unsigned long type;
		const char *name;
	} fleeting[] = {{0x01021994, "tmpfs"}, {0x858458f6, "ramfs"},
	    {0x794c7630, "overlayfs"}};
	static const struct check_advice lost = {
	    "everything in it is gone when the machine or the container "
	    "starts again",
	    "move the data directory to a disk or a volume"};
	struct statfs fs;

	if (statfs(c->a->dir, &fs) != 0)
		return;
	for (size_t i = 0; i < sizeof fleeting / sizeof *fleeting; i++)
		if ((unsigned long)fs.f_type == fleeting[i].type)
			check_found(c, CHECK_WARNING, &lost,
			    "%s is on a file system that does not last: %s",
			    c->a->dir, fleeting[i].name);
#else
	(void)c;
#endif
}

static void
check_disk(struct check_run *c)
{
	static const struct check_advice full = {
	    "when it is full, no one can sign in or refresh",
	    "make room on that file system"};
	struct statvfs fs;
	uint64_t available;

	if (statvfs(c->a->dir, &fs) != 0)
		return;
	available = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (available < FREE_LOW)
		check_found(c,
		    available < FREE_NONE ? CHECK_ERROR : CHECK_WARNING, &full,
		    "%" PRIu64 " MiB of disk free", available / MIB);
	else
		check_found(c, CHECK_OK, NULL, "%" PRIu64 " MiB of disk free",
		    available / MIB);
}

bool
check_files(struct check_run *c)
{
	static const struct check_advice none = {"there is nothing to look at",
	    "make it with `latchkey setup ISSUER`, which also configures "
	    "the web server, or `latchkey init ISSUER`, or name another with "
	    "-d"};
	const size_t findings = json_array_size(c->findings);
	struct stat st;

	if (stat(c->a->dir, &st) != 0 || !S_ISDIR(st.st_mode) ||
	    !remains_any(c->a->dir)) {
		check_found(c, CHECK_ERROR, &none, "%s: not a data directory",
		    c->a->dir);
		return false;
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		check_place(c, &places[i], st.st_uid);
	if (json_array_size(c->findings) == findings)
		check_found(
		    c, CHECK_OK, NULL, "%s: owner and permissions", c->a->dir);
	check_file_system(c);
	check_disk(c);
	return true;
}

/* --- sockets ---------------------------------------------------------------*/

static void
check_socket(struct check_run *c, const char *dir, const char *name)
{
	static const struct check_advice open = {
	    "a process that can connect to a program can tell it another "
	    "address or "
	    "scheme than the web server would",
	    "give the sockets to the web server's user alone: mode 0600, or "
	    "0660 with its group"};
	char path[ADMIN_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, dir, name) != OK ||
	    stat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	if ((st.st_mode & 0002) != 0)
		check_found(c, CHECK_ERROR, &open,
		    "%s: a socket that everybody can connect to (mode %04o)",
		    path, (unsigned)(st.st_mode & 07777));
}

void
check_sockets(struct check_run *c, const char *dir)
{
	static const struct check_advice writable = {
	    "who can write there can put a socket of their own in our place, "
	    "and be sent passwords",
	    "chmod go-w that directory"};
	const unsigned errors = check_count(c, CHECK_ERROR);
	struct dirent *entry;
	struct stat st;
	DIR *d;

	if (stat(dir, &st) != 0 || (d = opendir(dir)) == NULL)
		return;
	if ((st.st_mode & 0022) != 0)
		check_found(c, CHECK_ERROR, &writable,
		    "%s has mode %04o: open to others", dir,
		    (unsigned)(st.st_mode & 07777));
	while ((entry = readdir(d)) != NULL)
		check_socket(c, dir, entry->d_name);
	closedir(d);
	if (check_count(c, CHECK_ERROR) == errors)
		check_found(c, CHECK_OK, NULL, "%s: permissions", dir);
}
