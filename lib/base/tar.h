/*
 * The blocks of a tar file (POSIX.1 pax, "ustar"), as far as we write them
 * ourselves: plain files with short names and no owner. What else a tar file
 * may have (links, directories, devices, extended headers) is refused, and so
 * is a header that is not, byte by byte, as we would write it.
 */
#ifndef LK_BASE_TAR_H
#define LK_BASE_TAR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK = 512, TAR_NAME_CAP = 101 };

struct tar_file {
	char name[TAR_NAME_CAP];
	uint64_t size;
	unsigned mode;    /* 0600 */
	int64_t modified; /* Unix seconds, not before 1970 */
};

/* Writes the header of F. Sizes from 8 GiB on are written as GNU tar does.
 * ERR_NO_SPACE: a number does not fit. */
enum err tar_put(
    uint8_t block[static TAR_BLOCK], const struct tar_file *f) MUST_CHECK;

/* ERR_UNSUPPORTED: what is no plain file (its name is in F); ERR_CORRUPT. */
enum err tar_get(
    struct tar_file *f, const uint8_t block[static TAR_BLOCK]) MUST_CHECK;

/* Whether BLOCK is zeroes: two of them end the file. */
bool tar_is_end(const uint8_t block[static TAR_BLOCK]);

/* How many bytes of padding follow SIZE bytes of a file. */
size_t tar_padding(uint64_t size);

#endif
