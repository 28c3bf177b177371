/*
 * Files of our own: read whole, written whole, and never left open to others.
 */
#ifndef LK_BASE_FILE_H
#define LK_BASE_FILE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What errno said about a file. */
enum err file_err(int error);

/*
 * Reads all of PATH into BYTES; *len is set on OK. ERR_NOT_FOUND, ERR_NO_SPACE
 * (longer than CAP), ERR_IO, ERR_PERMISSION: not readable, or, checked on the
 * open file, its mode has a bit of FORBIDDEN (0077 for a key, 0022 for a
 * configuration).
 */
enum err file_read(const char *path, unsigned forbidden, void *bytes,
    size_t cap, size_t *len) MUST_CHECK;

/*
 * Writes PATH with mode MODE: to a new file beside it, synced, then renamed
 * over it, then the directory synced; a crash leaves the old or the new.
 * With EXCLUSIVE, ERR_EXISTS if PATH is there.
 */
enum err file_write(const char *path, unsigned mode, const void *bytes,
    size_t len, int exclusive) MUST_CHECK;

/*
 * Whether PATH may be replaced by a file that begins with START: OK if it is
 * not there, is empty or begins so; ERR_EXISTS: it is another file;
 * ERR_UNSUPPORTED: it is no plain file; else why it cannot be looked at.
 */
enum err file_may_replace(const char *path, const char *start) MUST_CHECK;

/* Syncs the directory of PATH, so that its name is as durable as it is. */
enum err file_sync_parent(const char *path) MUST_CHECK;

/* Has the system begin to write what is in FD to the disk, where it can be told
 * to; nothing is waited for. */
void file_begin_sync(int fd);

/* Copies LEN bytes of FROM, from OFFSET on, to TO where that is. ERR_TRUNCATED
 * if FROM has fewer. */
enum err file_copy_bytes(
    int to, int from, int64_t offset, uint64_t len) MUST_CHECK;

/* Joins directory and name into PATH; ERR_NO_SPACE. */
enum err file_path(
    char *path, size_t cap, const char *dir, const char *name) MUST_CHECK;

#endif
