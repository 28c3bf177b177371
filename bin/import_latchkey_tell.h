/*
 * What became of the import of an export.
 */
#ifndef LK_BIN_IMPORT_LATCHKEY_TELL_H
#define LK_BIN_IMPORT_LATCHKEY_TELL_H

#include "domain/portable_put.h"

#include <stdbool.h>

/* One import. */
struct import_ours {
	const char *path;
	bool merge, dry, other_issuer, as_json;
	struct portable_text text;
	struct portable_check check;
	struct portable_put put;
};

/* Each prints, and returns an exit status.
 * refuse  why nothing has changed: what is here already
 * tell    how many records of each section were added, or not, and what is
 *         left to do */
int import_ours_refuse(const struct import_ours *x);
int import_ours_tell(const struct import_ours *x);

#endif
