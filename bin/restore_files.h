/* What a backup has becomes files beside the data directory, as its owner. Each
 * function prints what went wrong, and gives an exit status. */
#ifndef LK_BIN_RESTORE_FILES_H
#define LK_BIN_RESTORE_FILES_H

#include "domain/archive.h"
#include "restore_place.h"

enum { RESTORE_CHUNK = 1 << 16 };

struct restore_files {
	int fd;           /* of the backup */
	const char *name; /* of the backup, for people */
	const struct restore_place *place;
	struct archive_reader reader; /* its head, once it is open */
	uint8_t bytes[RESTORE_CHUNK];
};

/* Reads the head of the backup at FD. */
int restore_files_open(struct restore_files *f);

/* Writes all its files into the place aside. */
int restore_files_unpack(struct restore_files *f);

/* For a backup without keys: those of the directory as it is. */
int restore_files_take_keys(struct restore_files *f);

/* Makes the directories that must be there; all of it is then on disk. */
int restore_files_finish(const struct restore_files *f);

/* Says that the place aside cannot be written, by errno. */
int restore_files_refuse(const struct restore_files *f);

#endif
