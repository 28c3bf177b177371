/*
 * The store's file for a backup. LMDB's is copied as it is. Of a store that has
 * no file (PostgreSQL) one is made: all rows, as of one moment, go into a store
 * of LMDB's beside the data, which is removed again. So a backup is the same,
 * and can be restored to either.
 */
#ifndef LK_BIN_BACKUP_STORE_H
#define LK_BIN_BACKUP_STORE_H

#include "admin.h"

#include <stdbool.h>

struct backup_store {
	struct store *store; /* the one to copy (store_copy) */
	bool made;           /* it is one that was made */
	char path[ADMIN_PATH_CAP];
	int fd;
};

/* As the owner of the data directory. An exit status. */
int backup_store_open(struct backup_store *b, const struct admin *a);

/* Removes what was made. */
void backup_store_close(struct backup_store *b);

#endif
