/*
 * The time of the newest commit, noted once a minute with a commit that is made
 * anyway. A clock that is behind it is wrong, or was wrong then: a machine
 * without a battery starts in the past, until NTP answers.
 */
#ifndef LK_STORE_NEWEST_H
#define LK_STORE_NEWEST_H

#include "store/store.h"

enum {
	NEWEST_NOTED_S = 60,
	CLOCK_TOLD_S = 3600,           /* a line in the log at most so often */
	CLOCK_BELIEVED_S = 60 * 86400, /* behind for so long, it is right */
};

/* Unix seconds, 0 for never. */
struct newest {
	int64_t at;
	int64_t behind_since; /* told by the clock that is behind */
	int64_t told_at;      /* the last line in the log */
};

/* Notes a commit at NOW. Returns true if N has changed; TELL then says whether
 * the log is to have a line. */
bool newest_note(struct newest *n, int64_t now, bool *tell);

/* The same for the record of T's store, which is put if it changes, and the
 * line. */
void store_note_time(struct store_txn *t, int64_t now);

#endif
