/*
 * Fuzzers: each is given bytes and must not be killed by a sanitizer, nor break
 * what it promises. `make fuzz` builds them with clang's libFuzzer.
 */
#ifndef LK_TESTS_FUZZ_H
#define LK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Ends the run, and has the input kept, unless CONDITION holds. */
#define PROMISE(condition)                                                     \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "broken: %s\n", #condition);           \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
