/*
 * A directory of a test's own, gone when the program ends.
 */
#ifndef LK_TESTS_SCRATCH_H
#define LK_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch[256];

static int
scratch_remove_one(
    const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static void
scratch_remove(void)
{
	nftw(scratch, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes the directory and gives its path. */
static const char *
scratch_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(scratch, sizeof scratch, "%s/latchkey-unit-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(scratch) == NULL) {
		perror(scratch);
		exit(1);
	}
	atexit(scratch_remove);
	return scratch;
}

#endif
