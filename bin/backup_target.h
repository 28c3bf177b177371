/*
 * Where a backup is put: a file, which is written aside and gets its name when
 * it is whole and on the disk; or standard output, which gets it when it is
 * whole. What was there before stays until then.
 */
#ifndef LK_BIN_BACKUP_TARGET_H
#define LK_BIN_BACKUP_TARGET_H

#include "admin.h"

enum { TARGET_PATH_CAP = 4096 };

struct backup_target {
	const char *dir;            /* of --to, or NULL */
	char path[TARGET_PATH_CAP]; /* "-": standard output */
	char aside[TARGET_PATH_CAP];
	int fd; /* -1: not open */
};

/* The name in DIR of the backup that is made at NOW, of the provider ISSUER. An
 * exit status. */
int target_name(
    struct backup_target *t, const char *dir, const char *issuer, int64_t now);

/* Opens the file that is written to. SCRATCH is the data directory, for what
 * goes to standard output. */
int target_open(struct backup_target *t, const char *scratch);

/* It is whole: gives it its name, or writes it out. */
int target_finish(struct backup_target *t);

/* Removes what is not whole, if it was not given its name. */
void target_close(struct backup_target *t);

/* Keeps the newest N of the backups of this provider in DIR, and removes the
 * others of them. */
int target_prune(const struct backup_target *t, size_t n);

#endif
