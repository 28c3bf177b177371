/* A restore where the records are in a database, and not in the data directory:
 * they are put there in the same moment. */
#ifndef LK_BIN_RESTORE_DATABASE_H
#define LK_BIN_RESTORE_DATABASE_H

#include "admin.h"
#include "base/issuer.h"

#include <stdbool.h>

struct restore_database {
	const char *where;  /* as in struct conf; "": there is none */
	const char *name;   /* of the backup, for people */
	const char *issuer; /* of the backup */
	bool may_replace;   /* a store that is there */
	bool any_issuer;    /* also of another provider */
	bool existed;       /* set by the check: there is one */
};

/* Whether the backup may be put there. An exit status. */
int restore_check_database(struct restore_database *d, const char *dir);

/*
 * Puts the records of DIR's own store there, whole or not at all. EXCHANGE is
 * called when all are there, just before they are kept; its exit status, if it
 * is not EXIT_DONE, is the answer. An exit status.
 */
int restore_into_database(const struct restore_database *d, const char *dir,
    int (*exchange)(void *arg), void *arg);

#endif
