/*
 * How long single steps of the store take, one after the other, for
 * `make bench`:
 *
 *	step DIR look-up N PEOPLE	finds a person by name (seed's)
 *	step DIR sign-in N PEOPLE	signs one in
 *	step DIR no-hash N PEOPLE	the same, all but the hash
 *	step DIR sweep N		commits nothing, and so sweeps
 *
 * Prints the median and the 99th percentile of N in nanoseconds. Linked with
 * --wrap=password_verify_like: Argon2 hides what else a sign-in costs.
 */
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "protocol/authenticate.h"
#include "protocol/provider.h"
#include "protocol/session_open.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct bench {
	struct provider p;
	int64_t now, people;
	char name[USER_NAME_CAP];
};

enum err __wrap_password_verify_like(const struct password_hash *h,
    const struct imported_cost *costliest, const char *password,
    const struct conf *conf);
enum err __real_password_verify_like(const struct password_hash *h,
    const struct imported_cost *costliest, const char *password,
    const struct conf *conf);

static bool hashes;

/* Any password is right: nobody knows that of the people there are. */
enum err
__wrap_password_verify_like(const struct password_hash *h,
    const struct imported_cost *costliest, const char *password,
    const struct conf *conf)
{
	if (hashes && __real_password_verify_like(
			  h, costliest, password, conf) != ERR_ACCESS_DENIED)
		return ERR_CORRUPT;
	return h != NULL ? OK : ERR_ACCESS_DENIED;
}

static void
choose_person(struct bench *b)
{
	uint64_t n;

	random_bytes((uint8_t *)&n, sizeof n);
	snprintf(
	    b->name, sizeof b->name, "person%" PRIu64, n % (uint64_t)b->people);
}

static enum err
find_step(struct store_txn *t, void *arg)
{
	struct bench *b = arg;
	struct user u;
	enum err e = user_find(t, b->name, &u);

	user_wipe(&u);
	return e;
}

static enum err
look_up(struct bench *b)
{
	return store_read(b->p.store, find_step, b);
}

/* Everybody once: a program that has run for a while has the pages. */
static enum err
warm_up(struct bench *b)
{
	enum err e = OK;

	for (int64_t n = 0; n < b->people && e == OK; n++) {
		snprintf(b->name, sizeof b->name, "person%" PRId64, n);
		e = look_up(b);
	}
	return e;
}

static enum err
sign_in_once(struct bench *b)
{
	static const struct devices none;
	struct password_request q = {.name = b->name,
	    .password = "",
	    .address = "127.0.0.1",
	    .devices = &none};
	struct session_open_request browser = {
	    .address = "127.0.0.1", .devices = &none};
	struct session_open_reply r;
	struct proof proof;
	struct password_reply said;
	enum err e = authenticate_password(&b->p, &q, b->now, &proof, &said);

	if (e == OK) {
		e = session_open(&b->p, &proof, &browser, b->now, &r);
		session_open_reply_wipe(&r);
	}
	return e;
}

static enum err
sign_in_hashed(struct bench *b)
{
	hashes = true;
	return sign_in_once(b);
}

static enum err
nothing(struct store_txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return OK;
}

static enum err
sweep(struct bench *b)
{
	return store_write(b->p.store, b->now, nothing, NULL);
}

static const struct kind {
	const char *name;
	int argc;
	enum err (*once)(struct bench *b);
} kinds[] = {
    {"look-up", 5, look_up},
    {"sign-in", 5, sign_in_hashed},
    {"no-hash", 5, sign_in_once},
    {"sweep", 4, sweep},
};

static int64_t
nanoseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static enum err
run(struct bench *b, const struct kind *kind, int64_t *times, int64_t count)
{
	enum err e = warm_up(b);

	for (int64_t i = 0; e == OK && i < count; i++) {
		if (b->people > 0)
			choose_person(b);
		times[i] = nanoseconds();
		e = kind->once(b);
		times[i] = nanoseconds() - times[i];
	}
	qsort(times, (size_t)count, sizeof *times, by_time);
	if (e == OK)
		printf("%" PRId64 " %" PRId64 "\n", times[count / 2],
		    times[count * 99 / 100]);
	return e;
}

static int
refuse(const char *what)
{
	fprintf(stderr, "step: %s\n", what);
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct bench b = {.now = clock_now()};
	const struct kind *kind = NULL;
	char message[CONF_MESSAGE_CAP] = "";
	int64_t count, *times;
	enum err e;

	for (size_t i = 0; argc > 3 && i < sizeof kinds / sizeof *kinds; i++)
		if (str_equal(kinds[i].name, argv[2]) && kinds[i].argc == argc)
			kind = &kinds[i];
	if (kind == NULL || str_to_int64(argv[3], 1, 1000000, &count) != OK ||
	    (argc > 4 && str_to_int64(argv[4], 1, 100000000, &b.people) != OK))
		return refuse("DIR look-up|sign-in|no-hash|sweep N [PEOPLE]");
	times = calloc((size_t)count, sizeof *times);
	if (times == NULL || provider_open(&b.p, argv[1], PROVIDER_KEYRING,
				 message, sizeof message) != OK)
		return refuse(message);
	e = run(&b, kind, times, count);
	provider_close(&b.p);
	free(times);
	return e == OK ? EXIT_SUCCESS : refuse(err_name(e));
}
