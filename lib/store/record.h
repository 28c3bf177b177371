/*
 * Records: a version byte, then fixed-width big-endian fields and bounded
 * strings. The writer remembers what did not fit, the reader what was not
 * there; each is asked once, at the end. Our own file is input too: nothing
 * is believed for having been written by us.
 */
#ifndef LK_STORE_RECORD_H
#define LK_STORE_RECORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_writer {
	uint8_t *bytes;
	size_t len, cap;
	bool failed;
};

void record_begin(
    struct record_writer *w, uint8_t *bytes, size_t cap, uint8_t version);
void record_put_u8(struct record_writer *w, uint8_t n);
void record_put_u32(struct record_writer *w, uint32_t n);
/* Five bytes: seconds since 1970 for as long as anybody will ask. */
void record_put_u40(struct record_writer *w, uint64_t n);
void record_put_bytes(struct record_writer *w, const void *bytes, size_t len);
/* Two bytes of length, then these. */
void record_put_blob(struct record_writer *w, const void *bytes, size_t len);
/* The same for a string, without its NUL. */
void record_put_str(struct record_writer *w, const char *s);
/* OK, or ERR_NO_SPACE if something did not fit. */
enum err record_end(const struct record_writer *w) MUST_CHECK;

struct record_reader {
	const uint8_t *bytes;
	size_t len, pos;
	enum err err;
};

/* Reads the version byte, which must be VERSION: a newer one is ERR_VERSION,
 * an older one ERR_CORRUPT (there was none). */
void record_open(
    struct record_reader *r, const void *bytes, size_t len, uint8_t version);
uint8_t record_get_u8(struct record_reader *r);
uint32_t record_get_u32(struct record_reader *r);
uint64_t record_get_u40(struct record_reader *r);
void record_get_bytes(struct record_reader *r, void *bytes, size_t len);
/* At most CAP bytes; returns how many. */
size_t record_get_blob(struct record_reader *r, void *bytes, size_t cap);
/* A string of at most CAP - 1 bytes, UTF-8 without NUL. */
void record_get_str(struct record_reader *r, char *s, size_t cap);
/* OK if every field was there and nothing is left over; else ERR_CORRUPT or
 * ERR_VERSION. */
enum err record_close(const struct record_reader *r) MUST_CHECK;

#endif
