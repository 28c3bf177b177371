/*
 * What must be true of a store after anything that happened to it.
 */
#ifndef LK_TESTS_INVARIANTS_H
#define LK_TESTS_INVARIANTS_H

#include "store/store.h"

#include <stdint.h>

/* NULL, or what is wrong, in a few words. Looks at everything there is:
 * records decode, each that expires has exactly one entry in the index and
 * the index no other, every page of LMDB is either used or free. */
const char *invariants_broken(struct store *s);

/* The same once more after a write, which must work; the write also sweeps
 * what expired before NOW. */
const char *invariants_broken_by_write(struct store *s, int64_t now);

#endif
