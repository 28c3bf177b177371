/*
 * A network file system, which no test machine has at hand: statfs(2) is
 * replaced at link time and says what it would say there.
 */
#include "check.h"
#include "scratch.h"
#include "store/store.h"

#include <string.h>
#include <sys/vfs.h>

/* The kernel's numbers (linux/magic.h). */
enum { NFS = 0x6969, SMB = 0x517b, P9 = 0x01021997, EXT4 = 0xef53 };

static long type;

int __real_statfs(const char *path, struct statfs *fs);
int __wrap_statfs(const char *path, struct statfs *fs);

int
__wrap_statfs(const char *path, struct statfs *fs)
{
	int status = __real_statfs(path, fs);

	fs->f_type = type;
	return status;
}

static char message[256];

static bool
refused(enum err e)
{
	return e == ERR_UNSUPPORTED && strstr(message, "network") != NULL;
}

static enum err
create_on(long fs_type, const char *dir)
{
	type = fs_type;
	return store_create(
	    &(struct store_settings){.dir = dir}, message, sizeof message);
}

static enum err
open_on(long fs_type, const char *dir)
{
	struct store *s = NULL;
	enum err e;

	type = fs_type;
	e = store_open(
	    &s, &(struct store_settings){.dir = dir}, message, sizeof message);
	store_close(&s);
	return e;
}

int
main(void)
{
	const char *dir = scratch_dir();

	CHECK(refused(create_on(NFS, dir)), "network: no store on NFS");
	CHECK(refused(create_on(SMB, dir)), "network: nor on SMB");
	CHECK(refused(create_on(P9, dir)), "network: nor on 9P");
	CHECK(create_on(EXT4, dir) == OK,
	    "network: on a local disk there is; nothing was left before");
	CHECK(refused(open_on(NFS, dir)),
	    "network: a store that was moved to NFS is not opened");
	CHECK(open_on(EXT4, dir) == OK, "network: moved back, it is");
	return check_done();
}
