/*
 * Group commit: steps that wait share one flushed transaction, and nobody can
 * tell but by the time it takes. The flushes and writes of the store's engine
 * go through functions of this program, which counts them and has them fail.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "store/internal.h"

#include "base/reason.h"
#include "base/str.h"
#include "check.h"
#include "domain/family.h"
#include "fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 64, BATCH = 32, GRACE = 30 };

/* --- the disk ------------------------------------------------------------ */

enum trouble { NONE, FLUSH_FAILS, WRITE_FAILS, META_FAILS };

static atomic_int flushes;
static atomic_int trouble;  /* enum trouble */
static atomic_int troubles; /* how many times more */

static bool
strikes(enum trouble kind)
{
	return atomic_load(&trouble) == (int)kind &&
	       atomic_fetch_sub(&troubles, 1) > 0;
}

static void
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

static size_t
waiting(void)
{
	size_t n = 0;

	pthread_mutex_lock(&fixture->queue_lock);
	for (struct waiter *w = fixture->first; w != NULL; w = w->next)
		n++;
	pthread_mutex_unlock(&fixture->queue_lock);
	return n;
}

static void
wait_for(size_t n)
{
	static const struct timespec pause = {.tv_nsec = 100000};

	while (waiting() < n)
		nanosleep(&pause, NULL);
}

static void
wait_for_leader(void)
{
	for (bool leading = false; !leading;) {
		pthread_mutex_lock(&fixture->queue_lock);
		leading = fixture->leading;
		pthread_mutex_unlock(&fixture->queue_lock);
	}
}

/* Holds the store until COUNT others wait. */
static enum err
hold_step(struct store_txn *t, void *arg)
{
	(void)t;
	wait_for(*(const size_t *)arg);
	return OK;
}

static void *
hold(void *arg)
{
	if (store_write(fixture, noon, hold_step, arg) != OK)
		fixture_bail_out("the store cannot be held");
	return NULL;
}

static void *
do_deed(void *arg)
{
	struct deed *d = arg;

	d->answer = store_write(fixture, noon, d->step, d);
	return NULL;
}

/* Runs the first COUNT deeds, which come in this order while the store is
 * held: they are one batch. How many flushes that took. */
static int
run_together(size_t count)
{
	pthread_t holder;
	int before;

	pthread_create(&holder, NULL, hold, &count);
	wait_for_leader();
	before = atomic_load(&flushes);
	for (size_t i = 0; i < count; i++) {
		pthread_create(&deeds[i].thread, NULL, do_deed, &deeds[i]);
		if (i + 1 < count)
			wait_for(i + 1);
	}
	pthread_join(holder, NULL);
	for (size_t i = 0; i < count; i++)
		pthread_join(deeds[i].thread, NULL);
	atomic_store(&trouble, NONE);
	return atomic_load(&flushes) - before; /* the holder changed nothing */
}

/* --- what they do -------------------------------------------------------- */

static int64_t
get_count(struct store_txn *t)
{
	struct store_value v;
	int64_t n = 0;

	if (store_get(t, TABLE_SESSIONS, "count", 5, &v) == OK)
		memcpy(&n, v.bytes, sizeof n);
	return n;
}

/* Counts, and puts a record of its own. */
static enum err
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

static enum err
read_count_step(struct store_txn *t, void *arg)
{
	*(int64_t *)arg = get_count(t);
	return OK;
}

static int64_t
count_now(void)
{
	int64_t n = -1;

	return store_read(fixture, read_count_step, &n) == OK ? n : -1;
}

static enum err
find_step(struct store_txn *t, void *arg)
{
	const char *key = arg;
	struct store_value v;

	return store_get(t, TABLE_SESSIONS, key, strlen(key), &v);
}

static bool
is_there(const struct deed *d)
{
	char key[sizeof d->key];

	memcpy(key, d->key, sizeof key);
	return store_read(fixture, find_step, key) == OK;
}

/* All COUNT of them count, with keys nobody has used. */
static void
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

/* --- promises ------------------------------------------------------------ */

static void
batches(void)
{
	int64_t before = count_now();
	bool in_order = true, all = true;

	prepare(BATCH);
	CHECK(run_together(BATCH) == 1,
	    "group commit: steps that wait share one flush");
	for (int i = 0; i < BATCH; i++) {
		in_order &= deeds[i].number == before + i + 1;
		all &= deeds[i].answer == OK && is_there(&deeds[i]) &&
		       deeds[i].runs == 1;
	}
	CHECK(in_order && count_now() == before + BATCH,
	    "group commit: they come in their order, and each sees what those "
	    "before it did");
	CHECK(all, "group commit: each has its answer, and its change is kept");
}

static void
failures(void)
{
	int64_t before = count_now();
	bool others = true;

	prepare(BATCH);
	deeds[4].failure = ERR_CORRUPT;
	deeds[9].refusal = ERR_INVALID_GRANT;
	deeds[20].failure = ERR_NO_SPACE;
	run_together(BATCH);
	CHECK(deeds[4].answer == ERR_CORRUPT && !is_there(&deeds[4]) &&
		  deeds[20].answer == ERR_NO_SPACE && !is_there(&deeds[20]),
	    "group commit: of a step that fails nothing is kept");
	CHECK(deeds[9].answer == ERR_INVALID_GRANT && is_there(&deeds[9]),
	    "group commit: a step that refuses keeps its changes");
	for (int i = 0; i < BATCH; i++)
		if (i != 4 && i != 9 && i != 20)
			others &= deeds[i].answer == OK && is_there(&deeds[i]);
	CHECK(others && count_now() == before + BATCH - 2,
	    "group commit: one that fails or refuses harms no other");
}

/* Whether every deed is either answered with E and undone, or with OK and
 * kept; how many were kept goes to *KEPT. */
static bool
whole(size_t count, enum err e, size_t *kept)
{
	*kept = 0;
	for (size_t i = 0; i < count; i++) {
		bool ok = deeds[i].answer == OK;

		if ((!ok && deeds[i].answer != e) || is_there(&deeds[i]) != ok)
			return false;
		*kept += ok;
	}
	return true;
}

struct row {
	enum trouble kind;
	enum err err;
	const char *once, *always;
};

static void
trouble_with(const struct row *r)
{
	int64_t before = count_now();
	size_t kept;

	prepare(BATCH);
	deeds[0].trouble = r->kind;
	deeds[0].times = 1;
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == BATCH &&
		  count_now() == before + BATCH && deeds[1].runs == 2,
	    r->once);
	prepare(BATCH);
	deeds[0].trouble = r->kind;
	deeds[0].times = 1 << 20;
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == 0 &&
		  count_now() == before + BATCH,
	    r->always);
	prepare(BATCH);
	run_together(BATCH);
	CHECK(whole(BATCH, r->err, &kept) && kept == BATCH,
	    "group commit: and when the trouble is over, so it is");
}

static void
disk_trouble(void)
{
	static const struct row rows[] = {
	    {FLUSH_FAILS, ERR_IO,
		"group commit: a flush that fails once costs nobody his step",
		"group commit: flushes that fail refuse all steps, and nothing "
		"is half done"},
	    {WRITE_FAILS, ERR_NO_SPACE,
		"group commit: a write that fails once costs nobody his step",
		"group commit: a full disk refuses all steps, and nothing is "
		"half done"},
	    {META_FAILS, ERR_NO_SPACE,
		"group commit: a commit that fails once, at its last write, "
		"costs nobody his step",
		"group commit: commits that fail at their last write refuse "
		"all steps, and nothing is half done"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		trouble_with(&rows[i]);
}

static void
growth(void)
{
	struct store_figures before = {0}, after = {0};
	int64_t count = count_now();
	int rounds = 0;
	size_t kept;

	if (store_measure(fixture, &before) != OK)
		fixture_bail_out("the map cannot be measured");
	for (after = before; after.bytes_limit == before.bytes_limit;
	     rounds++) {
		prepare(BATCH);
		for (size_t i = 0; i < BATCH; i++)
			deeds[i].value_len = STORE_VALUE_MAX;
		run_together(BATCH);
		if (!whole(BATCH, OK, &kept) || kept != BATCH ||
		    store_measure(fixture, &after) != OK)
			break;
	}
	CHECK(after.bytes_limit > before.bytes_limit && deeds[0].runs > 1 &&
		  count_now() == count + (int64_t)rounds * BATCH,
	    "group commit: the store grows in the middle of a batch, and each "
	    "step counts once");
}

/* --- families ------------------------------------------------------------ */

static struct client client = {.client_id = "app",
    .name = "App",
    .redirect_uris = "https://app.example.org/cb",
    .grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN};
static struct user alice = {.name = "alice"};
static struct family family;

static enum err
settle_in(struct store_txn *t, void *arg)
{
	(void)arg;
	if (client_add(t, &client, noon) != OK || user_add(t, &alice, noon))
		store_fail(t, ERR_IO);
	return OK;
}

static struct family_lifetimes
lifetimes(int64_t grace_s)
{
	return (struct family_lifetimes){900, 3600, 10000, {grace_s, false}};
}

static enum err
begin_step(struct store_txn *t, void *arg)
{
	struct family_lifetimes l = lifetimes(GRACE);

	(void)arg;
	family = (struct family){.client_id = "app",
	    .scope = "openid",
	    .refreshable = true,
	    .offline = true};
	random_bytes(family.family_id, FAMILY_ID_LEN);
	memcpy(family.user_id, alice.user_id, USER_ID_LEN);
	return family_begin(t, &family, &l, noon);
}

/* Presents the family's first token. */
static enum err
refresh_step(struct store_txn *t, void *arg)
{
	struct deed *d = arg;
	struct family_lifetimes l = lifetimes(d->grace_s);
	struct client c = {.client_id = "app"};
	struct refresh_presented p = {.token.number = 1, .client = &c};
	struct family_ground g = {0};
	enum reason reason;

	d->runs++;
	memcpy(p.token.family_id, family.family_id, FAMILY_ID_LEN);
	return family_refresh(t, &p, &l, noon, &g, &d->family, &reason);
}

static void
refresh_together(int64_t grace_s)
{
	in_store(begin_step, NULL);
	prepare(BATCH);
	for (size_t i = 0; i < BATCH; i++) {
		deeds[i].step = refresh_step;
		deeds[i].grace_s = grace_s;
	}
	if (run_together(BATCH) != 1)
		fixture_bail_out("no batch");
}

static enum err
family_step(struct store_txn *t, void *arg)
{
	return family_get(t, family.family_id, noon, arg);
}

static void
one_successor(void)
{
	bool same = true, refused = true;
	struct family f;

	refresh_together(GRACE);
	for (size_t i = 0; i < BATCH; i++)
		same &= deeds[i].answer == OK && deeds[i].family.current == 2;
	CHECK(same && store_read(fixture, family_step, &f) == OK &&
		  f.current == 2,
	    "group commit: many uses of one refresh token in one batch have "
	    "one successor");
	refresh_together(0);
	for (size_t i = 1; i < BATCH; i++)
		refused &= deeds[i].answer == ERR_INVALID_GRANT;
	CHECK(deeds[0].answer == OK && refused &&
		  store_read(fixture, family_step, &f) == ERR_NOT_FOUND,
	    "group commit: without a window the second use in a batch is "
	    "theft, and ends the family");
}

/* --- many, and others ---------------------------------------------------- */

enum { EACH = 160 };

/* Now and then it takes a while, in the step and before it. */
static void
dawdle(unsigned *seed)
{
	struct timespec pause = {0};

	*seed = *seed * 1103515245 + 12345;
	pause.tv_nsec = (long)(*seed >> 16) % 60000;
	if (*seed >> 28 == 0)
		nanosleep(&pause, NULL);
}

struct crowd {
	unsigned seed;
	int failed;
};

static enum err
crowd_step(struct store_txn *t, void *arg)
{
	struct crowd *c = arg;
	int64_t n = get_count(t) + 1;

	dawdle(&c->seed);
	store_put(t, TABLE_SESSIONS, "count", 5, &n, sizeof n, 0);
	return OK;
}

static void *
crowd_thread(void *arg)
{
	struct crowd *c = arg;

	for (int i = 0; i < EACH; i++) {
		c->failed += store_write(fixture, noon, crowd_step, c) != OK;
		dawdle(&c->seed);
	}
	return NULL;
}

/* Another process, which counts as well. */
static pid_t
start_other(const char *self)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(self, self, scratch, (char *)NULL);
		_exit(99);
	}
	return pid;
}

static int
be_other(const char *dir)
{
	struct crowd c = {.seed = 99};
	char why[256];

	if (store_open(&fixture, &(struct store_settings){.dir = dir}, why,
		sizeof why) != OK)
		return 1;
	crowd_thread(&c);
	store_close(&fixture);
	return c.failed != 0;
}

static void
crowd(const char *self)
{
	static struct crowd crowds[THREADS];
	pthread_t thread[THREADS];
	int64_t before = count_now();
	int flushed = atomic_load(&flushes), failed = 0, status = -1;
	pid_t other = start_other(self);

	for (unsigned i = 0; i < THREADS; i++) {
		crowds[i].seed = i * 7919;
		pthread_create(&thread[i], NULL, crowd_thread, &crowds[i]);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		failed += crowds[i].failed;
	}
	flushed = atomic_load(&flushes) - flushed;
	CHECK(waitpid(other, &status, 0) == other && status == 0 &&
		  failed == 0 && count_now() == before + (THREADS + 1) * EACH,
	    "group commit: 10,000 steps of 64 threads, beside another process, "
	    "all wake and count once");
	CHECK(flushed > 0 && flushed < THREADS * EACH / 8,
	    "group commit: and need less than an eighth of the flushes");
}

static void
alone(void)
{
	int before = atomic_load(&flushes);
	bool ok = true;

	prepare(1);
	for (int i = 0; i < 50; i++) {
		do_deed(&deeds[0]);
		ok &= deeds[0].answer == OK && !fixture->leading &&
		      waiting() == 0;
	}
	CHECK(ok && atomic_load(&flushes) == before + 50 && deeds[0].runs == 50,
	    "group commit: a step that is alone is run once and flushed once");
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return be_other(argv[1]);
	fixture_open();
	in_store(settle_in, NULL);
	alone();
	batches();
	failures();
	one_successor();
	disk_trouble();
	growth();
	crowd(argv[0]);
	fixture_close();
	return check_done();
}
