/*
 * Where people are imported from: a file in one of these forms becomes a list
 * of people, one at a time. What is wrong with one of them is told, and the
 * others come all the same.
 */
#ifndef LK_BIN_IMPORT_SOURCE_H
#define LK_BIN_IMPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum { IMPORT_FILE_MAX = 4 << 20, IMPORT_MESSAGE_CAP = 256 };

/* What a file says of a person; each text may be "". */
struct import_person {
	unsigned line;
	const char *name, *hash;
	const char *display, *given_name, *family_name;
	const char *email, *language, *zoneinfo;
	const char *groups;     /* with one of ... */
	const char *group_ends; /* ... these between two */
	bool locked;
	/* Why this is no person to import: it cannot be read, or it is no
	 * person's. NULL: it is one. */
	const char *unreadable, *left_out;
};

/* All texts empty. */
extern const struct import_person import_no_person;

/* Takes P, whose texts are borrowed; false: there are too many. */
typedef bool import_take(void *arg, const struct import_person *p);

/* Reads the LEN bytes of TEXT, which has room for a NUL behind them and is
 * changed. False, with MESSAGE: nothing of the file can be used. */
typedef bool import_read(char *text, size_t len, import_take *take, void *arg,
    char message[static IMPORT_MESSAGE_CAP]);

import_read import_htpasswd, import_shadow, import_csv, import_authelia;

#endif
