/*
 * The log that tests/fault/record.c writes: records, each a header and, for
 * writes and answers, LEN bytes. In the order in which a disk could have seen
 * them: a write is logged before it begins, a flush after it has ended, an
 * answer before it is sent.
 */
#ifndef LK_TESTS_RECORD_H
#define LK_TESTS_RECORD_H

#include <stdint.h>

enum record_kind {
	RECORD_WRITE,   /* LEN bytes at OFFSET; not yet on disk */
	RECORD_SYNCED,  /* all that was written to these LEN bytes is on disk */
	RECORD_FLUSHED, /* all that was written is on disk */
	RECORD_SIZED,   /* the file was made OFFSET bytes long */
	RECORD_ANSWER   /* LEN bytes of an answer */
};

struct record {
	uint32_t kind;
	uint32_t len;
	uint64_t offset;
};

#endif
