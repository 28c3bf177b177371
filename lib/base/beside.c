#define _GNU_SOURCE /* for posix_spawn: a session, files closed */

#include "base/beside.h"

#include "base/buf.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* The directory of this program, without a slash at its end. */
static enum err
own_directory(char *dir, size_t cap)
{
	const ssize_t n = readlink("/proc/self/exe", dir, cap - 1);
	char *slash;

	if (n <= 0 || (size_t)n >= cap - 1)
		return ERR_NOT_FOUND;
	dir[n] = '\0';
	slash = strrchr(dir, '/');
	if (slash == NULL)
		return ERR_NOT_FOUND;
	*slash = '\0';
	return OK;
}

/* NAME in the first of PLACES, as seen from there, that has it. */
static enum err
find_from_here(char path[static BESIDE_PATH_CAP],
    const char *const places[static 2], const char *name, int mode)
{
	char dir[BESIDE_PATH_CAP];
	struct buf b;

	for (size_t i = 0; i < 2 && own_directory(dir, sizeof dir) == OK; i++) {
		buf_init(&b, path, BESIDE_PATH_CAP);
		buf_printf(&b, "%s/../%s/%s", dir, places[i], name);
		if (buf_ok(&b) && access(path, mode) == 0)
			return OK;
	}
	path[0] = '\0';
	return ERR_NOT_FOUND;
}

enum err
beside_find(char path[static BESIDE_PATH_CAP], const char *name)
{
	static const char *const places[] = {"libexec", "lib/latchkey/libexec"};

	return find_from_here(path, places, name, X_OK);
}

enum err
beside_find_library(char path[static BESIDE_PATH_CAP], const char *name)
{
	static const char *const places[] = {"lib/latchkey", "."};

	return find_from_here(path, places, name, R_OK);
}

static int
set_files(posix_spawn_file_actions_t *files, int stream, bool quiet)
{
	int failed = 0;

	for (int fd = 0; fd < 2; fd++)
		failed |= stream >= 0 ? posix_spawn_file_actions_adddup2(
					    files, stream, fd)
				      : posix_spawn_file_actions_addopen(
					    files, fd, "/dev/null", O_RDWR, 0);
	if (quiet)
		failed |= posix_spawn_file_actions_addopen(
		    files, STDERR_FILENO, "/dev/null", O_RDWR, 0);
	return failed | posix_spawn_file_actions_addclosefrom_np(files, 3);
}

/* A worker of ours holds signals back, and a server ignores some. */
static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGTERM);
	sigaddset(&usual, SIGCHLD);
	return posix_spawnattr_setsigmask(attributes, &none) |
	       posix_spawnattr_setsigdefault(attributes, &usual) |
	       posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
							POSIX_SPAWN_SETSIGDEF |
							POSIX_SPAWN_SETSID);
}

enum err
beside_start(
    const char *path, char *const argv[], int stream, bool quiet, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int failed;

	*pid = 0;
	if (posix_spawn_file_actions_init(&files) != 0)
		return ERR_IO;
	if (posix_spawnattr_init(&attributes) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ERR_IO;
	}
	failed = set_files(&files, stream, quiet) | set_attributes(&attributes);
	if (failed == 0)
		failed =
		    posix_spawn(pid, path, &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return failed == 0 ? OK : ERR_IO;
}
