/*
 * Where a limit of the system's is reached, the store says which one, and goes
 * on when it is over. Each runs in a child, for limits stay.
 */
#include "store/store.h"

#include "check.h"
#include "fixture.h"

#include <lmdb.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MIB = 1 << 20, BLOB = STORE_VALUE_MAX, READERS = 1024 };

static char message[512];

static bool
in_child(bool (*child_main)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == -1)
		fixture_bail_out("no child");
	if (pid == 0)
		_exit(!child_main());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static bool
opens(void)
{
	return store_open(&fixture, &(struct store_settings){.dir = scratch},
		   message, sizeof message) == OK;
}

/* --- files ---------------------------------------------------------------- */

static bool
without_descriptors(void)
{
	const struct rlimit none = {3, 3};

	return setrlimit(RLIMIT_NOFILE, &none) == 0 &&
	       store_open(&fixture, &(struct store_settings){.dir = scratch},
		   message, sizeof message) == ERR_DESCRIPTORS &&
	       strstr(message, "the limit of open files is reached") != NULL;
}

/* --- reader slots --------------------------------------------------------- */

static bool
take_readers(void)
{
	MDB_env *env;
	MDB_txn *txn;

	if (mdb_env_create(&env) != 0 ||
	    mdb_env_set_maxreaders(env, READERS) != 0 ||
	    mdb_env_open(env, scratch, MDB_NOTLS, 0600) != 0)
		return false;
	while (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0)
		;
	return true;
}

static bool
without_readers(void)
{
	int ready[2], over[2];
	char byte = 0;
	bool told;
	pid_t pid;

	if (pipe(ready) != 0 || pipe(over) != 0 || (pid = fork()) == -1)
		return false;
	if (pid == 0) {
		close(over[1]);
		if (take_readers() && write(ready[1], "", 1) == 1)
			(void)!read(over[0], &byte, 1);
		_exit(0);
	}
	told =
	    read(ready[0], &byte, 1) == 1 &&
	    store_open(&fixture, &(struct store_settings){.dir = scratch},
		message, sizeof message) == ERR_READERS &&
	    strstr(message, "all reader slots of lock.mdb are taken") != NULL;
	close(over[1]);
	waitpid(pid, NULL, 0);
	/* The slots of dead processes are cleared. */
	return told && opens();
}

#ifndef __SANITIZE_ADDRESS__ /* which needs terabytes of addresses */
/* --- memory --------------------------------------------------------------- */

static enum err
put_blob(struct store_txn *t, void *arg)
{
	static const char blob[BLOB];
	const uint32_t *n = arg;

	store_put(t, TABLE_USERS, n, sizeof *n, blob, BLOB, 0);
	return OK;
}

static enum err
get_blob(struct store_txn *t, void *arg)
{
	const uint32_t *n = arg;
	struct store_value v;

	return store_get(t, TABLE_USERS, n, sizeof *n, &v);
}

static rlim_t
memory_used(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%ld", &pages) != 1)
		fixture_bail_out("no statm");
	fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* The map is of 16 MiB at first, and there is no room for one of 32. */
static bool
without_memory(void)
{
	struct rlimit limit = {0, RLIM_INFINITY};
	uint32_t n = 0, first = 0;
	enum err e = OK;
	bool kept = opens();

	limit.rlim_cur = memory_used() + 8 * MIB;
	kept &= setrlimit(RLIMIT_AS, &limit) == 0;
	for (; kept && e == OK && n < 16 * MIB / BLOB; n++)
		e = store_write(fixture, noon, put_blob, &n);
	kept &= n > 100 && e == ERR_NO_MEMORY &&
		store_read(fixture, get_blob, &first) == OK &&
		store_write(fixture, noon, put_blob, &n) == ERR_NO_MEMORY;
	limit.rlim_cur = RLIM_INFINITY;
	return kept && setrlimit(RLIMIT_AS, &limit) == 0 &&
	       store_write(fixture, noon, put_blob, &n) == OK &&
	       store_read(fixture, get_blob, &n) == OK;
}
#endif

int
main(void)
{
	fixture_open();
	if (!fixture_is_lmdb("its descriptors, readers and map"))
		return check_done();
	fixture_close();
	CHECK(in_child(without_descriptors),
	    "limits: without a descriptor left, the store says so");
	CHECK(in_child(without_readers),
	    "limits: without a reader slot left, the store says so");
#ifndef __SANITIZE_ADDRESS__
	CHECK(in_child(without_memory),
	    "limits: where the map cannot grow, the write is refused; what is "
	    "there is read, and later it grows");
#endif
	return check_done();
}
