/* The files of a store: made, opened, refused in one line that says why. */
#include "store/store.h"

#include "base/str.h"
#include "check.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char message[256];

static enum err
open_and_close(const char *dir)
{
	struct store *s = NULL;
	enum err e;

	message[0] = '\0';
	e = store_open(
	    &s, &(struct store_settings){.dir = dir}, message, sizeof message);
	store_close(&s);
	return e;
}

static bool
explained(const char *dir)
{
	return str_starts(message, dir) && strchr(message, '\n') == NULL &&
	       strlen(message) > strlen(dir) + 10;
}

static void
creation(void)
{
	const char *dir = "new";
	struct stat st;

	mkdir(dir, 0700);
	CHECK(open_and_close(dir) == ERR_NOT_FOUND && explained(dir),
	    "store: where there is none, opening says so");
	CHECK(stat("new/data.mdb", &st) != 0 && stat("new/lock.mdb", &st) != 0,
	    "store: opening leaves nothing where there is none");
	CHECK(store_create(&(struct store_settings){.dir = dir}, message,
		  sizeof message) == OK,
	    "store: one is made in an empty directory");
	CHECK(stat("new/data.mdb", &st) == 0 && (st.st_mode & 0777) == 0600 &&
		  stat("new/lock.mdb", &st) == 0 && (st.st_mode & 0777) == 0600,
	    "store: its files are for their owner alone");
	CHECK(open_and_close(dir) == OK, "store: one that was made opens");
	CHECK(store_create(&(struct store_settings){.dir = dir}, message,
		  sizeof message) == ERR_EXISTS &&
		  explained(dir),
	    "store: one that is there is not made again");
	CHECK(open_and_close("nowhere") == ERR_NOT_FOUND,
	    "store: in a directory that is not there is none");
	CHECK(store_create(&(struct store_settings){.dir = "nowhere"}, message,
		  sizeof message) == ERR_NOT_FOUND ||
		  store_create(&(struct store_settings){.dir = "nowhere"},
		      message, sizeof message) == ERR_IO,
	    "store: none is made in a directory that is not there");
	CHECK(symlink("new", "link") == 0 && open_and_close("link") == OK,
	    "store: a symbolic link leads to it");
}

static void
write_file(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, bytes, len) != (ssize_t)len)
		fixture_bail_out(path);
	close(fd);
}

static void
garbage(void)
{
	static char bytes[64 * 1024];
	const char *dir = "garbage", *path = "garbage/data.mdb";

	mkdir(dir, 0700);
	memset(bytes, 'x', sizeof bytes);
	write_file(path, bytes, sizeof bytes);
	CHECK(open_and_close(dir) == ERR_CORRUPT && explained(dir),
	    "store: a file of something else is refused");
	write_file(path, bytes, 100);
	CHECK(open_and_close(dir) == ERR_CORRUPT && explained(dir),
	    "store: a short file is refused");
	write_file(path, bytes, 0);
	CHECK(open_and_close(dir) == ERR_TRUNCATED && explained(dir),
	    "store: an empty file is refused");
	unlink(path);
	mkdir(path, 0700);
	CHECK(open_and_close(dir) == ERR_CORRUPT && explained(dir),
	    "store: a directory in the file's place is refused");
}

/* Another program's file of the same engine, with one table. */
static void
make_foreign(const char *dir, const char *table)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	mkdir(dir, 0700);
	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 4) != 0 ||
	    mdb_env_open(env, dir, 0, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, 0, &txn) != 0 ||
	    mdb_dbi_open(txn, table, MDB_CREATE, &dbi) != 0 ||
	    mdb_txn_commit(txn) != 0)
		fixture_bail_out("a foreign file");
	mdb_env_close(env);
}

static size_t
tables_in(const char *dir)
{
	MDB_env *env;
	MDB_stat st;

	if (mdb_env_create(&env) != 0 ||
	    mdb_env_open(env, dir, MDB_RDONLY, 0600) != 0 ||
	    mdb_env_stat(env, &st) != 0)
		fixture_bail_out("a foreign file");
	mdb_env_close(env);
	return st.ms_entries;
}

static void
foreign(void)
{
	const char *dir = "foreign";

	make_foreign(dir, "books");
	CHECK(open_and_close(dir) == ERR_CORRUPT && explained(dir),
	    "store: another program's file is refused");
	CHECK(tables_in(dir) == 1,
	    "store: another program's file is left as it is");
	dir = "alike";
	make_foreign(dir, "meta");
	CHECK(open_and_close(dir) == ERR_CORRUPT && explained(dir),
	    "store: another program's file with a table of ours is refused");
	CHECK(tables_in(dir) == 1,
	    "store: another program's file with a table of ours is left as it "
	    "is");
}

/* What a store looks like to a latchkey that has one table more. */
static void
drop_table(const char *dir, const char *table)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, 4) != 0 ||
	    mdb_env_open(env, dir, 0, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, 0, &txn) != 0 ||
	    mdb_dbi_open(txn, table, 0, &dbi) != 0 ||
	    mdb_drop(txn, dbi, 1) != 0 || mdb_txn_commit(txn) != 0)
		fixture_bail_out("a table that could not be dropped");
	mdb_env_close(env);
}

static enum err
write_schema(struct store_txn *t, void *arg)
{
	uint8_t schema[9] = "latchkey";

	schema[8] = *(uint8_t *)arg;
	store_put(t, TABLE_META, "schema", 6, schema, sizeof schema, 0);
	return OK;
}

/* What opening DIR gives when it is of SCHEMA. */
static enum err
open_of_schema(const char *dir, uint8_t schema)
{
	struct store *s = NULL;

	mkdir(dir, 0700);
	if (store_create(&(struct store_settings){.dir = dir}, message,
		sizeof message) != OK ||
	    store_open(&s, &(struct store_settings){.dir = dir}, message,
		sizeof message) != OK ||
	    store_write(s, 0, write_schema, &schema) != OK)
		fixture_bail_out(message);
	store_close(&s);
	CHECK(s == NULL, "store: a closed store is NULL");
	return open_and_close(dir);
}

static void
schemas(void)
{
	const char *dir = "same";
	size_t tables;

	CHECK(open_of_schema(dir, STORE_SCHEMA) == OK,
	    "store: one that this latchkey wrote is opened");
	tables = tables_in(dir);
	drop_table(dir, "revoked");
	CHECK(open_and_close(dir) == OK && tables_in(dir) == tables,
	    "store: a table that an older latchkey did not have is made");
	CHECK(open_of_schema("newer", STORE_SCHEMA + 1) == ERR_VERSION &&
		  explained("newer"),
	    "store: one that a newer latchkey wrote is refused");
	CHECK(open_of_schema("older", STORE_SCHEMA - 1) == ERR_OUTDATED &&
		  explained("older") &&
		  strstr(message, "`latchkey init`") != NULL,
	    "store: one from before the first release is refused, with what "
	    "to do");
}

/* Runs CHECK_IT as a user who is not root, and says what it returned. */
static int
as_nobody(int (*check_it)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534)))
			_exit(99);
		_exit(check_it());
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
open_other(void)
{
	enum err e = open_and_close("other");

	return e == OK || explained("other") ? (int)e : 98;
}

static int
create_other(void)
{
	return (int)store_create(
	    &(struct store_settings){.dir = "other"}, message, sizeof message);
}

static void
permissions(void)
{
	const char *dir = "other";

	chmod(scratch, 0755);
	mkdir(dir, 0500);
	CHECK(as_nobody(create_other) == ERR_PERMISSION,
	    "store: none is made in a directory that cannot be written");
	chmod(dir, 0700);
	if (store_create(&(struct store_settings){.dir = dir}, message,
		sizeof message) != OK)
		fixture_bail_out(message);
	chmod("other/data.mdb", 0400);
	chmod(dir, 0755);
	CHECK(as_nobody(open_other) == ERR_PERMISSION,
	    "store: files of another user are refused, and it is said so");
	chmod("other/data.mdb", 0600);
	chmod(dir, 0);
	CHECK(as_nobody(open_other) == ERR_PERMISSION,
	    "store: a directory that cannot be entered is refused, and it is "
	    "said so");
	chmod(dir, 0700);
}

int
main(void)
{
	if (secret_init() != OK || chdir(scratch_dir()) != 0)
		return 1;
	creation();
	garbage();
	foreign();
	schemas();
	permissions();
	return check_done();
}
