/*
 * The store's engine, failing when told. Linked with --wrap (see the Makefile):
 * what the store calls arrives here first.
 */
#ifndef LK_TESTS_ENGINE_H
#define LK_TESTS_ENGINE_H

#include <stdbool.h>

/* Makes the call number N from now on (1 is the next) fail with RC, once. */
void engine_fail(unsigned n, int rc);

/* The same, but of calls in write transactions only: with an RC that the engine
 * has for no reader. */
void engine_fail_write(unsigned n, int rc);

/* Whether it came to that; then, and only then, no call is to fail any more. */
bool engine_failed(void);

/* Lets all calls succeed from now on. */
void engine_heal(void);

#endif
