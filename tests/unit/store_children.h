/*
 * Stores in child processes: a process opens a store once and after any fork,
 * so each holder of one is a child, and what it checks is its exit status.
 */
#ifndef LK_TESTS_STORE_CHILDREN_H
#define LK_TESTS_STORE_CHILDREN_H

#include "fixture.h"
#include "store/store.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MIB = 1 << 20, BLOB = STORE_VALUE_MAX };

static char dir[256];

/* --- children ------------------------------------------------------------ */

/* Two pipes: what a child tells, and what it is told. */
struct child {
	pid_t pid;
	int heard, told;
};

static int from_parent, to_parent; /* the child's ends */

/* Runs MAIN in a child; its exit status is 0 if it returns true. */
static inline struct child
begin(bool (*child_main)(void))
{
	int up[2], down[2];
	struct child c;

	fflush(stdout);
	if (pipe(up) != 0 || pipe(down) != 0 || (c.pid = fork()) == -1)
		fixture_bail_out("no child");
	if (c.pid == 0) {
		close(up[0]);
		close(down[1]);
		to_parent = up[1];
		from_parent = down[0];
		_exit(!child_main());
	}
	close(up[1]);
	close(down[0]);
	c.heard = up[0];
	c.told = down[1];
	return c;
}

static inline bool
end(struct child *c)
{
	int status = -1;

	close(c->told);
	close(c->heard);
	return waitpid(c->pid, &status, 0) == c->pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static inline bool
run(bool (*child_main)(void))
{
	struct child c = begin(child_main);

	return end(&c);
}

static inline void
kill_child(struct child *c)
{
	kill(c->pid, SIGKILL);
	end(c);
}

static inline bool
tell(int fd)
{
	return write(fd, "!", 1) == 1;
}

static inline bool
hear(int fd)
{
	char c;

	return read(fd, &c, 1) == 1;
}

static inline struct store *
open_store(void)
{
	struct store *s = NULL;
	char message[256];

	if (store_open(&s, &(struct store_settings){.dir = dir}, message,
		sizeof message) != OK) {
		printf("# %s\n", message);
		fflush(stdout);
	}
	return s;
}

static inline void
new_store(const char *name)
{
	char message[256];

	snprintf(dir, sizeof dir, "%.200s/%s", scratch, name);
	if (mkdir(dir, 0700) != 0 ||
	    store_create(&(struct store_settings){.dir = dir}, message,
		sizeof message) != OK)
		fixture_bail_out(message);
}

/* --- blobs: 64 KiB of one byte ------------------------------------------- */

struct blobs {
	uint32_t first, count;
	bool good;
};

static inline enum err
put_blobs(struct store_txn *t, void *arg)
{
	const struct blobs *b = arg;
	uint8_t bytes[BLOB];

	for (uint32_t i = b->first; i < b->first + b->count; i++) {
		memset(bytes, (int)(i % 251), sizeof bytes);
		store_put(t, TABLE_CODES, &i, sizeof i, bytes, sizeof bytes, 0);
	}
	return OK;
}

static inline enum err
check_blobs(struct store_txn *t, void *arg)
{
	struct blobs *b = arg;
	struct store_value v;

	b->good = true;
	for (uint32_t i = b->first; i < b->first + b->count; i++) {
		b->good &= store_get(t, TABLE_CODES, &i, sizeof i, &v) == OK &&
			   v.len == BLOB;
		for (size_t n = 0; b->good && n < v.len; n++)
			b->good &= v.bytes[n] == i % 251;
	}
	return OK;
}

static inline bool
write_blobs(struct store *s, uint32_t first, uint32_t count)
{
	struct blobs b = {.first = first, .count = count};

	return store_write(s, noon, put_blobs, &b) == OK;
}

static inline bool
has_blobs(struct store *s, uint32_t first, uint32_t count)
{
	struct blobs b = {.first = first, .count = count};

	return store_read(s, check_blobs, &b) == OK && b.good;
}

static inline uint64_t
map_size(struct store *s)
{
	struct store_figures f;

	return store_measure(s, &f) == OK ? f.bytes_limit : 0;
}

#endif
