/*
 * latchkey import: people of another system. A file becomes rows, each row is
 * judged, and all that can be imported is put in one write transaction.
 */
#ifndef LK_BIN_IMPORT_H
#define LK_BIN_IMPORT_H

#include "admin.h"
#include "domain/imported_password.h"
#include "domain/link.h"
#include "domain/user.h"
#include "import_source.h"

#include <stdbool.h>
#include <stddef.h>

enum { IMPORT_ROWS_MAX = 5000, IMPORT_NOTE_CAP = 512 };

enum import_outcome {
	IMPORT_ADDED,
	IMPORT_MERGED,   /* the person was there, and got what they lacked */
	IMPORT_LEFT_OUT, /* no person's, or there already */
	IMPORT_REFUSED,
	IMPORT_OUTCOMES
};

/* A person of the file. */
struct import_row {
	unsigned line;
	char typed[USER_NAME_CAP]; /* the name in the file, cut */
	struct user user;          /* as it is to be; then as it is */
	char hash[IMPORTED_HASH_CAP];
	struct imported_cost cost; /* of the hash, if it can be used */
	enum import_outcome outcome;
	char why[IMPORT_NOTE_CAP];  /* not imported */
	char note[IMPORT_NOTE_CAP]; /* imported, and what of it was not */
	bool kept_password;         /* they had one, which stays */
	bool needs_link;          /* to come in by: there is no password ... */
	const char *link_because; /* ... and why */
	char link[LINK_TEXT_CAP];
};

struct import_rows {
	struct import_row *row; /* owned */
	size_t count, cap;
	const struct args *args; /* --group */
	bool no_memory;
};

/* Appends what P becomes; an import_take, whose ARG are the rows. */
bool import_judge(void *arg, const struct import_person *p);

void import_rows_free(struct import_rows *rows);

/* Prints a line for each row and the sum of them, or all as JSON, with links
 * that people come in by at ISSUER; an exit status, EXIT_REFUSED if a row was
 * refused. DRY: nothing was changed. */
int import_tell(
    const struct import_rows *rows, const char *issuer, bool dry, bool as_json);

#endif
