/* Whether what was unpacked is a data directory that programs can work with. */
#ifndef LK_BIN_RESTORE_CHECK_H
#define LK_BIN_RESTORE_CHECK_H

#include "admin.h"
#include "domain/archive.h"

/* Checks DIR, of a backup with HEAD: its settings, the key, each record and its
 * indexes, the keys that sign. Then begins another epoch in its store. An exit
 * status; what is wrong is told of the backup NAME. */
int restore_check(const char *dir, const char *name,
    const struct archive_head *head, int64_t now);

/* Says which processes have the store of DIR open; EXIT_DONE: none. *CLAIM is
 * then a descriptor that keeps others out until it is closed, or -1. */
int restore_claim(const char *dir, int *claim);

#endif
