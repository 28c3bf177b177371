/*
 * Where a restore takes place. The data directory DIR is not touched while a
 * backup is unpacked and checked: that is done beside it, in DIR.restoring.
 * Then the two directories are exchanged, in one step, and what was there
 * before is kept as DIR.before-restore. Killed at any moment, DIR is the one or
 * the other, and whole; another restore removes what is left.
 *
 * The directory that they are in is found once. The names in it are then taken
 * from there, so that another user cannot turn what root does elsewhere by a
 * link in the path.
 */
#ifndef LK_BIN_RESTORE_PLACE_H
#define LK_BIN_RESTORE_PLACE_H

#include "acting.h"
#include "admin.h"

#include <stdbool.h>

struct restore_place {
	const struct acting *acting;
	char dir[ADMIN_PATH_CAP]; /* without links */
	char aside[ADMIN_PATH_CAP], before[ADMIN_PATH_CAP];
	int above_fd;  /* of the directory that all three are in; -1 */
	bool exists;   /* DIR is there */
	int dir_fd;    /* which is locked, if it is there; -1 */
	int aside_fd;  /* so is this one */
	bool replaced; /* done: what was there before is at ASIDE */
};

/* Finds the place of DIR, and makes an empty DIR.restoring of the owner's, as
 * the caller. An exit status: another restore goes on, DIR is a mount point, or
 * has other things in it than a data directory, there are no rights. */
int place_open(
    struct restore_place *p, const struct acting *acting, const char *dir);

/* Puts ASIDE in DIR's place, and keeps what was there. */
int place_exchange(struct restore_place *p);

/* The exchange is not to have been: DIR is what it was before, except that what
 * an earlier restore had kept is gone. */
int place_undo(struct restore_place *p);

/* Removes what was unpacked, unless it took DIR's place. */
void place_close(struct restore_place *p);

#endif
