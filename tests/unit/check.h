/*
 * Unit tests as TAP: each check is a promise in a sentence.
 */
#ifndef LK_TESTS_CHECK_H
#define LK_TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>

static int check_count, check_failed;

static inline void
check_report(bool kept, const char *promise, const char *file, int line)
{
	check_count++;
	if (kept) {
		printf("ok %d - %s\n", check_count, promise);
		return;
	}
	check_failed++;
	printf("not ok %d - %s (%s:%d)\n", check_count, promise, file, line);
}

#define CHECK(condition, promise)                                              \
	check_report((condition), (promise), __FILE__, __LINE__)

/* The plan, and main's exit status. */
static inline int
check_done(void)
{
	printf("1..%d\n", check_count);
	return check_failed > 0;
}

#endif
