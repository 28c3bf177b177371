/*
 * A store of a test's own, for tests of what is kept in it: each is a step,
 * run in one write transaction.
 */
#ifndef LK_TESTS_FIXTURE_H
#define LK_TESTS_FIXTURE_H

#include "base/secret.h"
#include "scratch_settings.h"
#include "store/internal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static const int64_t noon = 1700000000; /* when tests take place */
static struct store *fixture;

static inline void
fixture_bail_out(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static inline void
fixture_close(void)
{
	store_close(&fixture);
}

static inline void
fixture_open(void)
{
	const struct store_settings *settings = scratch_settings();
	char message[256];

	if (secret_init() != OK ||
	    store_create(settings, message, sizeof message) != OK ||
	    store_open(&fixture, settings, message, sizeof message) != OK)
		fixture_bail_out(message);
	atexit(fixture_close);
}

/* Runs STEP, which checks by itself; its changes are kept. */
static inline void
in_store(store_step *step, void *arg)
{
	if (store_write(fixture, noon, step, arg) != OK)
		fixture_bail_out("the store failed");
}

static inline enum err
fixture_no_step(struct store_txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return OK;
}

/* Across a network: steps are run again, and few writes sweep. */
static inline bool
fixture_is_far(void)
{
	return fixture->engine->fetch != NULL;
}

/* Whether the store is LMDB; else the log has WHY it would have to be. */
static inline bool
fixture_is_lmdb(const char *why)
{
	if (fixture_is_far())
		printf("# skip lmdb only: %s\n", why);
	return !fixture_is_far();
}

/* Lets a write happen at NOW that changes nothing but what it sweeps, or as
 * many as there are for one that sweeps. */
static inline void
sweep_at(int64_t now)
{
	const int times = fixture_is_far() ? STORE_SWEEP_EVERY : 1;

	for (int i = 0; i < times; i++)
		if (store_write(fixture, now, fixture_no_step, NULL) != OK)
			fixture_bail_out("the store failed");
}

/* For what is asked of each row: true of any. */
static inline bool
any_row(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)arg;
	(void)key;
	(void)key_len;
	(void)value;
	return true;
}

#endif
