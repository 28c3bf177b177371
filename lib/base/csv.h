/*
 * Comma-separated values (RFC 4180), a row at a time. Lines end with CR LF or
 * LF; a quoted field may have commas, newlines and doubled quotes in it. A byte
 * order mark at the beginning is skipped.
 */
#ifndef LK_BASE_CSV_H
#define LK_BASE_CSV_H

#include "base/err.h"

#include <stddef.h>

enum { CSV_FIELDS_MAX = 32 };

struct csv {
	char *next, *end; /* what was not read yet; reading changes it */
	unsigned line;    /* of `next`, from 1 on */

	/* The row that was read last: texts inside of what is read. */
	unsigned row_line; /* where it begins */
	size_t count;
	const char *field[CSV_FIELDS_MAX];
};

/* Reads the LEN bytes of TEXT, which has room for a NUL behind them. */
void csv_begin(struct csv *c, char *text, size_t len);

/*
 * The next row; empty lines are skipped. ERR_NOT_FOUND: there is none.
 * ERR_SYNTAX: a quote where none may be or that is never closed, a NUL, or more
 * than CSV_FIELDS_MAX fields; what comes next is the line after the one in
 * which the row began.
 */
enum err csv_next(struct csv *c) MUST_CHECK;

#endif
