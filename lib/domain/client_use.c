#include "domain/client_use.h"

#include "base/big_endian.h"
#include "base/file.h"
#include "domain/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	USES = 4096,
	USE_LEN = 8,
	USE_EVERY_S = 30,
	USE_PATH_CAP = CONF_PATH_CAP + 32
};

/* When this process wrote each of them. */
static _Atomic int64_t written[USES];

static size_t
use_slot(const char *client_id)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (; *client_id != '\0'; client_id++)
		sum = (sum ^ (uint8_t)*client_id) * UINT64_C(0x100000001b3);
	return (sum ^ sum >> 32) % USES;
}

static int
open_uses(const char *dir, int flags)
{
	char path[USE_PATH_CAP];

	if (file_path(path, sizeof path, dir, "refusals/.used") != OK)
		return -1;
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

static int
open_to_write(const char *dir)
{
	char path[USE_PATH_CAP];
	int fd = open_uses(dir, O_WRONLY | O_CREAT);

	if (fd == -1 && errno == ENOENT &&
	    file_path(path, sizeof path, dir, "refusals") == OK &&
	    mkdir(path, 0700) == 0)
		fd = open_uses(dir, O_WRONLY | O_CREAT);
	return fd;
}

void
client_use_note(const char *dir, const char *client_id, int64_t now)
{
	const size_t slot = use_slot(client_id);
	const int64_t before = written[slot];
	uint8_t bytes[USE_LEN];
	int fd;

	if (now >= before && now - before < USE_EVERY_S)
		return;
	written[slot] = now;
	fd = open_to_write(dir);
	if (fd == -1)
		return;
	big_endian_put(bytes, sizeof bytes, (uint64_t)now);
	(void)!pwrite(fd, bytes, sizeof bytes, (off_t)(slot * USE_LEN));
	close(fd);
}

int64_t
client_use_at(const char *dir, const char *client_id)
{
	uint8_t bytes[USE_LEN] = {0};
	int fd = open_uses(dir, O_RDONLY);

	if (fd == -1)
		return 0;
	if (pread(fd, bytes, sizeof bytes,
		(off_t)(use_slot(client_id) * USE_LEN)) !=
	    (ssize_t)sizeof bytes)
		memset(bytes, 0, sizeof bytes);
	close(fd);
	return (int64_t)big_endian_get(bytes, sizeof bytes);
}
