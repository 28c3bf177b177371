/*
 * A file of ours written a part at a time: beside its place, with mode 0600,
 * and given its name once all of it is on disk. What fails is remembered, and
 * asked for once, at the end.
 */
#ifndef LK_BASE_FILE_WRITER_H
#define LK_BASE_FILE_WRITER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { FILE_WRITER_PATH_CAP = 1024, FILE_WRITER_ROOM = 65536 };

struct file_writer {
	int fd;
	char path[FILE_WRITER_PATH_CAP];      /* "": a descriptor's */
	char temporary[FILE_WRITER_PATH_CAP]; /* of the file that is written */
	enum err e;
	bool gone; /* some is where it cannot be taken back */
	size_t used;
	char room[FILE_WRITER_ROOM];
};

/* Begins to write PATH. */
void file_writer_begin(struct file_writer *w, const char *path);

/* Begins to write to FD, which stays open. */
void file_writer_begin_at(struct file_writer *w, int fd);

void file_writer_put(struct file_writer *w, const void *bytes, size_t len);

/* Forgets what was put: what comes is the whole. It fails with ERR_BUSY if some
 * of it was written to a descriptor of the caller's. */
void file_writer_restart(struct file_writer *w);

/* Writes what is left; the file has its name, or with another answer than OK
 * is not there, and what was there before is. */
enum err file_writer_end(struct file_writer *w) MUST_CHECK;

/* Ends without a file. What was written is wiped from memory. */
void file_writer_abandon(struct file_writer *w);

#endif
