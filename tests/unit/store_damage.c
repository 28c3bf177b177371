/*
 * The store's files, damaged: what is cut is told, by opening and by each
 * transaction, and no process ends by a signal.
 */
#include "store/store.h"

#include "base/str.h"
#include "check.h"
#include "fixture.h"

#include <fcntl.h>
#include <lmdb.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	ROWS = 200,
	BLOB = STORE_VALUE_MAX,
	MANY_READS = 1100 /* more than there are reader slots */
};

static char data[300], kept[300];
static char message[512];

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void
copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	while ((n = read(in, bytes, sizeof bytes)) > 0)
		if (write(out, bytes, (size_t)n) != n)
			fixture_bail_out("a copy");
	close(in);
	close(out);
}

static void
cut(off_t size)
{
	if (truncate(data, size) != 0)
		fixture_bail_out("cannot be cut");
}

/* --- steps ---------------------------------------------------------------- */

static enum err
fill_step(struct store_txn *t, void *arg)
{
	static const char text[300];

	(void)arg;
	for (uint32_t i = 0; i < ROWS; i++)
		store_put(t, TABLE_USERS, &i, sizeof i, text, sizeof text, 0);
	return OK;
}

static bool
count_row(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	size_t *n = arg;

	(void)key, (void)key_len;
	*n += value->len == 300;
	return true;
}

static enum err
count_step(struct store_txn *t, void *arg)
{
	*(size_t *)arg = 0;
	store_scan(t, TABLE_USERS, "", 0, count_row, arg);
	return OK;
}

static bool
all_there(struct store *s)
{
	size_t n = 0;

	return store_read(s, count_step, &n) == OK && n == ROWS;
}

static bool
cut_row(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)arg, (void)key, (void)key_len, (void)value;
	cut(2 * 4096);
	return true;
}

static enum err
cut_step(struct store_txn *t, void *arg)
{
	(void)arg;
	store_scan(t, TABLE_USERS, "", 0, cut_row, NULL);
	return OK;
}

static enum err
put_step(struct store_txn *t, void *arg)
{
	store_put(t, TABLE_CLIENTS, "a", 1, arg, 4, 0);
	return OK;
}

/* Takes pages at the end of the file and gives them back unwritten. */
static enum err
waste_step(struct store_txn *t, void *arg)
{
	static const char blob[BLOB];

	(void)arg;
	store_put(t, TABLE_CLIENTS, "a", 1, blob, 4, 0);
	for (char k = 'b'; k < 'z'; k++)
		store_put(t, TABLE_CLIENTS, &k, 1, blob, BLOB, 0);
	for (char k = 'b'; k < 'z'; k++)
		store_del(t, TABLE_CLIENTS, &k, 1);
	store_put(t, TABLE_CLIENTS, "a", 1, blob, 4, 0);
	return OK;
}

/* The engine commits; the file is cut before, where that is wanted. */
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
static bool cut_at_commit;

int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (cut_at_commit)
		cut(0);
	return __real_mdb_txn_commit(txn);
}

/* --- promises ------------------------------------------------------------- */

static enum err
open_and_close(void)
{
	struct store *s = NULL;
	enum err e = store_open(&s, &(struct store_settings){.dir = scratch},
	    message, sizeof message);

	if (e == OK && !all_there(s))
		e = ERR_NOT_FOUND;
	store_close(&s);
	return e;
}

static void
short_but_whole(void)
{
	struct store_figures f = {0};
	bool sound = true, was_short = false;

	for (int i = 0; i < 20; i++) {
		in_store(waste_step, NULL);
		sound &= all_there(fixture) && store_measure(fixture, &f) == OK;
		was_short |= (off_t)f.bytes_used > size_of(data);
		if (was_short)
			break;
	}
	CHECK(was_short, "damage: the engine may count pages that it has not "
			 "written");
	CHECK(sound, "damage: a store with such pages is whole");
	fixture_close();
	CHECK(open_and_close() == OK, "damage: and opens");
	copy(data, kept);
}

static void
cut_before(void)
{
	const off_t pages = size_of(kept) / 4096;
	bool told = true;

	for (off_t n = pages - 1; n >= 2; n -= 1 + n / 40) {
		copy(kept, data);
		cut(n * 4096);
		told &= open_and_close() == ERR_TRUNCATED &&
			strstr(message, "data.mdb is cut short") != NULL &&
			strchr(message, '\n') == NULL;
		if (!told)
			printf("# %ld of %ld pages: %s\n", (long)n, (long)pages,
			    message);
	}
	CHECK(told, "damage: a file cut at any page is refused by name");
	cut(0);
	CHECK(open_and_close() == ERR_TRUNCATED && size_of(data) == 0,
	    "damage: an empty file is left as it is");
	copy(kept, data);
	CHECK(open_and_close() == OK, "damage: the whole file opens again");
}

static void
cut_while_open(void)
{
	char four[4] = "123";
	bool told = true;
	size_t n;

	if (store_open(&fixture, &(struct store_settings){.dir = scratch},
		message, sizeof message) != OK)
		fixture_bail_out(message);
	CHECK(all_there(fixture), "damage: a program has the store open");
	cut(3 * 4096);
	CHECK(store_read(fixture, count_step, &n) == ERR_TRUNCATED,
	    "damage: cut while open, the next read is refused");
	CHECK(store_write(fixture, noon, put_step, four) == ERR_TRUNCATED,
	    "damage: and the next write");
	for (int i = 0; i < MANY_READS; i++)
		told &= store_read(fixture, count_step, &n) == ERR_TRUNCATED;
	CHECK(told, "damage: and every other, however many come");
	cut(0);
	CHECK(store_read(fixture, count_step, &n) == ERR_TRUNCATED &&
		  store_write(fixture, noon, put_step, four) == ERR_TRUNCATED,
	    "damage: also where nothing is left of it");
	copy(kept, data);
	CHECK(all_there(fixture) &&
		  store_write(fixture, noon, put_step, four) == OK,
	    "damage: put back into the file, it serves again");
	copy(data, kept);
	CHECK(store_read(fixture, cut_step, &n) == ERR_UNREADABLE,
	    "damage: cut in the middle of a read, that is refused");
	copy(kept, data);
	copy(kept, data);
	CHECK(all_there(fixture), "damage: and the process goes on");
	fixture_close();
}

/* A writer holds the lock that all wait for: there is no way back. */
static bool
ends_with_line(store_step *step, bool at_commit)
{
	int out[2], status = 0;
	char said[1024] = "";
	ssize_t len;
	size_t n;
	pid_t pid = -1;

	copy(kept, data);
	fflush(stdout);
	if (pipe(out) != 0 || (pid = fork()) == -1)
		fixture_bail_out("no child");
	if (pid == 0) {
		dup2(out[1], STDERR_FILENO);
		if (store_open(&fixture,
			&(struct store_settings){.dir = scratch}, message,
			sizeof message) != OK)
			_exit(9);
		cut_at_commit = at_commit;
		(void)!store_write(fixture, noon, step, &n);
		_exit(8);
	}
	close(out[1]);
	len = read(out[0], said, sizeof said - 1);
	close(out[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE &&
	       len > 9 && str_equal(said + len - 9, "data.mdb\n") &&
	       str_starts(said, "latchkey: cannot go on: ");
}

static void
cut_while_writing(void)
{
	CHECK(ends_with_line(cut_step, false),
	    "damage: cut while it writes, the process ends with a line that "
	    "names the file");
	CHECK(ends_with_line(fill_step, true), "damage: or while it commits");
}

static void
spoil(off_t page, const char bytes[static 4096])
{
	int fd = open(data, O_WRONLY | O_CLOEXEC);

	if (pwrite(fd, bytes, 4096, page * 4096) != 4096)
		fixture_bail_out("a page");
	close(fd);
}

/* In a child: using it in every way does not end by a signal. */
static bool
survives(void)
{
	char four[4] = "123";
	int status = 0;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == -1)
		fixture_bail_out("no child");
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(9);
		if (store_open(&fixture,
			&(struct store_settings){.dir = scratch}, message,
			sizeof message) != OK)
			_exit(0);
		(void)all_there(fixture);
		(void)!store_write(fixture, noon, put_step, four);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status);
}

static void
spoilt_pages(void)
{
	const off_t pages = size_of(kept) / 4096;
	bool survived = true;
	char bytes[4096];

	for (off_t page = 0; page < pages && survived; page++)
		for (int fill = 0; fill <= 0xff; fill += 0x33) {
			memset(bytes, fill, sizeof bytes);
			copy(kept, data);
			spoil(page, bytes);
			survived &= survives();
			if (!survived)
				printf("# page %ld of %02x\n", (long)page,
				    (unsigned)fill);
		}
	CHECK(survived, "damage: with any one page spoilt, no process ends by "
			"a signal");
}

/* --- files that are others --------------------------------------------- */

static char lock[300];

static bool
refused(enum err wanted)
{
	char four[4] = "123";
	size_t n;

	return store_write(fixture, noon, put_step, four) == wanted &&
	       store_read(fixture, count_step, &n) == wanted &&
	       store_is_lost(fixture);
}

static bool
renewed(void)
{
	char four[4] = "123";

	return store_renew(fixture, message, sizeof message) == OK &&
	       !store_is_lost(fixture) && all_there(fixture) &&
	       store_write(fixture, noon, put_step, four) == OK;
}

static enum err
unlock_step(struct store_txn *t, void *arg)
{
	char four[4] = "123";

	(void)arg;
	if (unlink(lock) != 0)
		fixture_bail_out("lock.mdb");
	return put_step(t, four);
}

static void
replaced(void)
{
	unsigned generation;

	copy(kept, data);
	unlink(lock);
	if (store_open(&fixture, &(struct store_settings){.dir = scratch},
		message, sizeof message) != OK)
		fixture_bail_out(message);
	generation = store_generation(fixture);
	unlink(lock);
	CHECK(refused(ERR_REPLACED),
	    "damage: with lock.mdb gone, nothing is written, or read after");
	CHECK(store_generation(fixture) != generation,
	    "damage: what was derived from it is to be derived again");
	CHECK(renewed(), "damage: the files that are there are opened");
	CHECK(store_write(fixture, noon, unlock_step, NULL) == ERR_REPLACED,
	    "damage: lock.mdb removed in the middle of a transaction: "
	    "it does not commit");
	CHECK(renewed(), "damage: and the next does");
	copy(data, kept);
	rename(kept, data);
	CHECK(refused(ERR_REPLACED),
	    "damage: with another data.mdb, nothing is written");
	CHECK(renewed(), "damage: it is written to the new one");
	unlink(data);
	CHECK(refused(ERR_REPLACED) &&
		  store_renew(fixture, message, sizeof message) ==
		      ERR_NOT_FOUND &&
		  refused(ERR_REPLACED),
	    "damage: without data.mdb, nothing is made in its place");
	fixture_close();
}

static void
zero_lock(void)
{
	static const char zeros[4096];
	int fd = open(lock, O_WRONLY | O_CLOEXEC);

	if (write(fd, zeros, sizeof zeros) != sizeof zeros)
		fixture_bail_out("lock.mdb");
	close(fd);
}

static void
lock_damaged(void)
{
	copy(kept, data);
	unlink(lock);
	if (store_open(&fixture, &(struct store_settings){.dir = scratch},
		message, sizeof message) != OK)
		fixture_bail_out(message);
	zero_lock();
	CHECK(refused(ERR_LOCK_DAMAGED),
	    "damage: with lock.mdb overwritten, nothing is read or written");
	CHECK(renewed(),
	    "damage: if no other process has it open, it is made again");
	copy(data, kept);
	if (truncate(lock, 0) != 0)
		fixture_bail_out("lock.mdb");
	CHECK(refused(ERR_LOCK_DAMAGED),
	    "damage: with lock.mdb emptied, nothing is read or written");
	fixture_close();
}

int
main(void)
{
	fixture_open();
	if (!fixture_is_lmdb("damages its files"))
		return check_done();
	snprintf(data, sizeof data, "%s/data.mdb", scratch);
	snprintf(kept, sizeof kept, "%s/kept", scratch);
	in_store(fill_step, NULL);
	short_but_whole();
	cut_before();
	cut_while_open();
	cut_while_writing();
	spoilt_pages();
	snprintf(lock, sizeof lock, "%s/lock.mdb", scratch);
	lock_damaged();
	replaced();
	return check_done();
}
