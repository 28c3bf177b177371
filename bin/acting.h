/*
 * As whom the command acts, where it is root: as its caller, for the place of a
 * backup or beside a data directory, or as the owner of the data directory, for
 * all that is in it. Else both are the same.
 */
#ifndef LK_BIN_ACTING_H
#define LK_BIN_ACTING_H

#include <stdbool.h>
#include <sys/types.h>

struct acting {
	bool root;
	uid_t uid; /* the owner */
	gid_t gid;
};

/* Begins as the caller. The owner is that of DIR, or, if DIR is not there, the
 * caller. False, with a line printed: DIR belongs to another user. */
bool acting_begin(struct acting *a, const char *dir);

/* What cannot fail for root ends the process if it does. */
void acting_as_owner(const struct acting *a);
void acting_as_caller(const struct acting *a);

#endif
