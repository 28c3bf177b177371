/*
 * What one verification of a signature costs, with the key as it came in the
 * header of a proof, for `make bench`:
 *
 *	verify N PROOF
 *
 * Verifies PROOF, a JWT with its key, N times; prints the median in
 * nanoseconds.
 */
#include "base/secret.h"
#include "base/str.h"
#include "jose/jwt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_MAX = 100000 };

static int64_t times[RUNS_MAX];

static int64_t
nanoseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
by_length(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	static struct jwt j;
	struct public_key k;
	int64_t n;

	if (argc != 3 || str_to_int64(argv[1], 1, RUNS_MAX, &n) != OK ||
	    secret_init() != OK || jwt_parse_with_key(&j, &k, argv[2]) != OK) {
		fprintf(stderr, "usage: verify N PROOF\n");
		return EXIT_FAILURE;
	}
	for (int64_t i = 0; i < n; i++) {
		int64_t began = nanoseconds();

		if (jwt_verify(&j, &k) != OK) {
			fprintf(stderr, "verify: no signature of this key\n");
			return EXIT_FAILURE;
		}
		times[i] = nanoseconds() - began;
	}
	qsort(times, (size_t)n, sizeof *times, by_length);
	printf("%" PRId64 "\n", times[n / 2]);
	jwt_wipe(&j);
	return EXIT_SUCCESS;
}
