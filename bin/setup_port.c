#include "setup_port.h"

#include "base/str.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_CAP = 512, PATH_LEN = 300, LINK_CAP = 64 };

static const char state_listen[] = "0A";

/* The inode of the socket that listens at PORT, as FILE (/proc/net/tcp) has it:
 * "sl local_address rem_address st ... inode". */
static bool
find_listening_inode(const char *file, int port, unsigned long *inode)
{
	char line[LINE_CAP], local[64], remote[64], state[8];
	FILE *f = fopen(file, "re");
	bool found = false;
	const char *colon;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line,
			" %*[^:]: %63s %63s %7s %*s %*s %*s %*s %*s %lu", local,
			remote, state, inode) != 4)
			continue;
		colon = strrchr(local, ':');
		found = colon != NULL && str_equal(state, state_listen) &&
			strtol(colon + 1, NULL, 16) == port;
	}
	fclose(f);
	return found;
}

/* Whether process PID has the socket open. */
static bool
has_socket(const char *pid, const char *wanted)
{
	char path[PATH_LEN], link[LINK_CAP];
	const struct dirent *entry;
	bool has = false;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	d = opendir(path);
	while (d != NULL && !has && (entry = readdir(d)) != NULL) {
		n = readlinkat(dirfd(d), entry->d_name, link, sizeof link - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		has = str_equal(link, wanted);
	}
	if (d != NULL)
		closedir(d);
	return has;
}

static void
read_program(const char *pid, char program[static PROGRAM_CAP])
{
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(program, PROGRAM_CAP, f) == NULL)
		program[0] = '\0';
	program[strcspn(program, "\n")] = '\0';
	fclose(f);
}

bool
port_listener(int port, struct listener *l)
{
	const struct dirent *entry;
	unsigned long inode = 0;
	char wanted[LINK_CAP];
	DIR *d;

	*l = (struct listener){0};
	if (!find_listening_inode("/proc/net/tcp", port, &inode) &&
	    !find_listening_inode("/proc/net/tcp6", port, &inode))
		return false;
	snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
	d = opendir("/proc");
	while (d != NULL && l->pid == 0 && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    has_socket(entry->d_name, wanted)) {
			l->pid = (pid_t)strtol(entry->d_name, NULL, 10);
			read_program(entry->d_name, l->program);
		}
	if (d != NULL)
		closedir(d);
	return true;
}
