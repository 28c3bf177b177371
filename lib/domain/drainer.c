#include "domain/drainer.h"

#include "base/beside.h"
#include "base/log.h"
#include "domain/conf.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

void
drainer_wake(const char *dir, bool quiet)
{
	char path[BESIDE_PATH_CAP], data[CONF_PATH_CAP] = "";
	char name[] = "drain", option[] = "-d", background[] = "--background";
	char *const argv[] = {name, option, data, background, NULL};
	enum err e = beside_find(path, name);
	pid_t pid;

	if (e == OK && strlen(dir) < sizeof data)
		memcpy(data, dir, strlen(dir) + 1);
	if (e == OK)
		e = beside_start(path, argv, -1, quiet, &pid);
	if (e != OK) {
		log_fault("cannot start drain", "reason", err_name(e), NULL);
		return;
	}
	/* It leaves a child behind at once. */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
