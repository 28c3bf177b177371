/*
 * Group commit under the steps of many: uses of one refresh token in one batch,
 * and threads beside another process.
 */
#include "group_deeds.h"

#include "base/reason.h"
#include "check.h"

#include <sys/wait.h>

enum { THREADS = 64, GRACE = 30 };

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
	struct family_prerequisites g = {0};
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
	char message[256];

	if (store_open(&fixture, scratch_settings_of(dir, getppid()), message,
		sizeof message) != OK)
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
	const atomic_int *flushed = fixture_is_far() ? &commits : &flushes;
	int first = atomic_load(flushed), failed = 0, status = -1;
	pid_t other = start_other(self);

	for (unsigned i = 0; i < THREADS; i++) {
		crowds[i].seed = i * 7919;
		pthread_create(&thread[i], NULL, crowd_thread, &crowds[i]);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		failed += crowds[i].failed;
	}
	CHECK(waitpid(other, &status, 0) == other && status == 0 &&
		  failed == 0 && count_now() == before + (THREADS + 1) * EACH,
	    "group commit: 10,000 steps of 64 threads, beside another process, "
	    "all wake and count once");
	CHECK(atomic_load(flushed) > first &&
		  atomic_load(flushed) - first < THREADS * EACH / 8,
	    "group commit: and need less than an eighth of the flushes");
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return be_other(argv[1]);
	fixture_open();
	count_commits();
	in_store(settle_in, NULL);
	one_successor();
	crowd(argv[0]);
	fixture_close();
	return check_done();
}
