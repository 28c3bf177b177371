/*
 * All kinds of records, in the order of their tables. What is to be done with
 * each of them (a check, an export) is done by walking here. The tables that
 * are not here are indexes, or hold single values.
 */
#ifndef LK_DOMAIN_RECORDS_H
#define LK_DOMAIN_RECORDS_H

#include "store/record_type.h"

struct record_kind {
	const char *name; /* of one of them, for people */
	const struct record_type *type;
};

extern const struct record_kind record_kinds[]; /* ends with a NULL name */

#endif
