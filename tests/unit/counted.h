/*
 * Transactions, counted, and with a word in between: store_read and store_write
 * are wrapped (see the Makefile).
 */
#ifndef LK_TESTS_COUNTED_H
#define LK_TESTS_COUNTED_H

#include "store/store.h"

static int reads, writes;

/* Run in a write transaction of its own before the next that is counted. */
static store_step *run_before;

enum err __real_store_read(struct store *s, store_step *step, void *arg);
enum err __real_store_write(
    struct store *s, int64_t now, store_step *step, void *arg);
enum err __wrap_store_read(struct store *s, store_step *step, void *arg);
enum err __wrap_store_write(
    struct store *s, int64_t now, store_step *step, void *arg);

enum err
__wrap_store_read(struct store *s, store_step *step, void *arg)
{
	reads++;
	return __real_store_read(s, step, arg);
}

enum err
__wrap_store_write(struct store *s, int64_t now, store_step *step, void *arg)
{
	store_step *before = run_before;
	enum err e = OK;

	writes++;
	run_before = NULL;
	if (before != NULL)
		e = __real_store_write(s, now, before, NULL);
	return e == OK ? __real_store_write(s, now, step, arg) : e;
}

#endif
