/* The store when the disk is full, and when there is room again. */
#define _GNU_SOURCE /* unshare(2) */
#include "store/store.h"

#include "check.h"
#include "store_children.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* Fills the disk, sees that all is there, and goes on when there is room. */
static bool
fill(struct store *s, bool (*make_room)(void))
{
	struct blobs b = {.first = 8, .count = 8};
	enum err e;
	bool kept = s != NULL && write_blobs(s, 0, 8);

	do {
		e = store_write(s, noon, put_blobs, &b);
		b.first += b.count;
	} while (e == OK && b.first < 4096);
	b.first -= b.count;
	kept &= e == ERR_NO_SPACE;
	kept &= has_blobs(s, 0, b.first) && !has_blobs(s, b.first, 1);
	kept &= make_room() && write_blobs(s, b.first, b.count);
	kept &= has_blobs(s, 0, b.first + b.count);
	store_close(&s);
	return kept;
}

static bool
unlimit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_FSIZE, &l) != 0)
		return false;
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_FSIZE, &l) == 0;
}

static bool
fill_to_limit(void)
{
	struct rlimit l;

	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_FSIZE, &l) != 0)
		return false;
	l.rlim_cur = 5 * MIB;
	return setrlimit(RLIMIT_FSIZE, &l) == 0 && fill(open_store(), unlimit);
}

static bool
enlarge(void)
{
	return mount("none", dir, "tmpfs", MS_REMOUNT, "size=64m") == 0;
}

/* In a mount namespace of its own, which goes when it does. */
static bool
fill_disk(void)
{
	char message[256];

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", dir, "tmpfs", 0, "size=4m,mode=700") != 0)
		_exit(77);
	return store_create(&(struct store_settings){.dir = dir}, message,
		   sizeof message) == OK &&
	       fill(open_store(), enlarge);
}

static void
full_disk(void)
{
	static const char promise[] =
	    "store: a full disk refuses a write whole, and when there is room "
	    "again all goes on";
	struct child c;
	int status = -1;

	new_store("limit");
	CHECK(run(fill_to_limit),
	    "store: a file-size limit refuses a write whole, and so on");
	snprintf(dir, sizeof dir, "%.200s/disk", scratch);
	mkdir(dir, 0700);
	c = begin(fill_disk);
	waitpid(c.pid, &status, 0);
	close(c.told);
	close(c.heard);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		printf(
		    "ok %d - %s # skip needs root\n", ++check_count, promise);
	else
		CHECK(status == 0, promise);
}

int
main(void)
{
	scratch_dir();
	full_disk();
	return check_done();
}
