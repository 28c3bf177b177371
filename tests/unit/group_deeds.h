/*
 * Steps that wait together and so become one batch of the store, and the disk
 * below it. The flushes and writes of the store's engine go through functions
 * here, which count them and have them fail. Included first.
 */
#ifndef LK_TESTS_GROUP_DEEDS_H
#define LK_TESTS_GROUP_DEEDS_H

#define _GNU_SOURCE /* RTLD_NEXT */
#include "domain/family.h"
#include "fixture.h"
#include "store/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

enum { BATCH = 32 };

/* --- the disk ------------------------------------------------------------ */

enum trouble { NONE, FLUSH_FAILS, WRITE_FAILS, META_FAILS };

static atomic_int flushes;
static atomic_int trouble;  /* enum trouble */
static atomic_int troubles; /* how many times more */

static inline bool
strikes(enum trouble kind)
{
	return atomic_load(&trouble) == (int)kind &&
	       atomic_fetch_sub(&troubles, 1) > 0;
}

static inline void
find_real(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
}

int
fdatasync(int fd)
{
	int (*real)(int);

	find_real(&real, "fdatasync");
	atomic_fetch_add(&flushes, 1);
	if (strikes(FLUSH_FAILS)) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	ssize_t (*real)(int, const void *, size_t, off_t);
	bool meta = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;

	find_real(&real, "pwrite");
	if (strikes(meta ? META_FAILS : WRITE_FAILS)) {
		errno = ENOSPC;
		return -1;
	}
	return real(fd, bytes, len, offset);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t (*real)(int, const struct iovec *, int);

	find_real(&real, "writev");
	if (strikes(WRITE_FAILS)) {
		errno = ENOSPC;
		return -1;
	}
	return real(fd, parts, count);
}

/* --- steps that wait together -------------------------------------------- */

struct deed {
	store_step *step;
	char key[16];
	enum err refusal, failure; /* what it returns; what it fails with */
	enum trouble trouble;      /* what befalls the batch it is first in, */
	int times;                 /* so many times */
	size_t value_len;
	int64_t number; /* out: of the count, when it came to it */
	struct family family;
	int64_t grace_s;
	int runs;
	enum err answer; /* of store_write */
	pthread_t thread;
};

static struct deed deeds[BATCH];

static inline size_t
waiting(void)
{
	size_t n = 0;

	pthread_mutex_lock(&fixture->writes.lock);
	for (struct waiter *w = fixture->writes.first; w != NULL; w = w->next)
		n++;
	pthread_mutex_unlock(&fixture->writes.lock);
	return n;
}

static inline void
wait_for(size_t n)
{
	static const struct timespec pause = {.tv_nsec = 100000};

	while (waiting() < n)
		nanosleep(&pause, NULL);
}

static inline void
wait_for_leader(void)
{
	for (bool leading = false; !leading;) {
		pthread_mutex_lock(&fixture->writes.lock);
		leading = fixture->writes.leading;
		pthread_mutex_unlock(&fixture->writes.lock);
	}
}

/* Holds the store until COUNT others wait. */
static inline enum err
hold_step(struct store_txn *t, void *arg)
{
	(void)t;
	wait_for(*(const size_t *)arg);
	return OK;
}

static inline void *
hold(void *arg)
{
	if (store_write(fixture, noon, hold_step, arg) != OK)
		fixture_bail_out("the store cannot be held");
	return NULL;
}

static inline void *
do_deed(void *arg)
{
	struct deed *d = arg;

	d->answer = store_write(fixture, noon, d->step, d);
	return NULL;
}

/* How many transactions were kept, each by one flush, here or where the records
 * are. */
static atomic_int commits;
static const struct engine *deeds_engine;

static inline enum err
commit_counted(struct engine_txn *t)
{
	enum err e = deeds_engine->commit(t);

	atomic_fetch_add(&commits, e == OK);
	return e;
}

/* From now on commits are counted. */
static inline void
count_commits(void)
{
	static struct engine counted;

	deeds_engine = fixture->engine;
	counted = *deeds_engine;
	counted.commit = commit_counted;
	fixture->engine = &counted;
}

/* Runs the first COUNT deeds, which come in this order while the store is
 * held: they are one batch. How many commits that took. */
static inline int
run_together(size_t count)
{
	pthread_t holder;
	int before;

	fixture->batches = 0; /* no sweep comes in between */
	pthread_create(&holder, NULL, hold, &count);
	wait_for_leader();
	before = atomic_load(&commits);
	for (size_t i = 0; i < count; i++) {
		pthread_create(&deeds[i].thread, NULL, do_deed, &deeds[i]);
		if (i + 1 < count)
			wait_for(i + 1);
	}
	pthread_join(holder, NULL);
	for (size_t i = 0; i < count; i++)
		pthread_join(deeds[i].thread, NULL);
	atomic_store(&trouble, NONE);
	return atomic_load(&commits) - before - 1; /* the holder's */
}

/* --- what they do -------------------------------------------------------- */

static inline int64_t
get_count(struct store_txn *t)
{
	struct store_value v;
	int64_t n = 0;

	if (store_get(t, TABLE_SESSIONS, "count", 5, &v) == OK)
		memcpy(&n, v.bytes, sizeof n);
	return n;
}

/* Counts, and puts a record of its own. */
static inline enum err
count_step(struct store_txn *t, void *arg)
{
	static const uint8_t bytes[STORE_VALUE_MAX];
	struct deed *d = arg;

	if (d->runs++ == 0 && d->trouble != NONE) {
		atomic_store(&troubles, d->times);
		atomic_store(&trouble, (int)d->trouble);
	}
	d->number = get_count(t) + 1;
	store_put(
	    t, TABLE_SESSIONS, "count", 5, &d->number, sizeof d->number, 0);
	store_put(
	    t, TABLE_SESSIONS, d->key, strlen(d->key), bytes, d->value_len, 0);
	if (d->failure != OK)
		store_fail(t, d->failure);
	return d->refusal;
}

static inline enum err
read_count_step(struct store_txn *t, void *arg)
{
	*(int64_t *)arg = get_count(t);
	return OK;
}

static inline int64_t
count_now(void)
{
	int64_t n = -1;

	return store_read(fixture, read_count_step, &n) == OK ? n : -1;
}

static inline enum err
find_step(struct store_txn *t, void *arg)
{
	const char *key = arg;
	struct store_value v;

	return store_get(t, TABLE_SESSIONS, key, strlen(key), &v);
}

static inline bool
is_there(const struct deed *d)
{
	char key[sizeof d->key];

	memcpy(key, d->key, sizeof key);
	return store_read(fixture, find_step, key) == OK;
}

/* All COUNT of them count, with unused keys. */
static inline void
prepare(size_t count)
{
	static int round;

	round++;
	for (size_t i = 0; i < count; i++) {
		deeds[i] =
		    (struct deed){.step = count_step, .answer = ERR_COUNT};
		snprintf(deeds[i].key, sizeof deeds[i].key, "%d.%d",
		    round % 1000, (int)i);
	}
}

#endif
