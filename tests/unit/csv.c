/* Comma-separated values: RFC 4180, and what people's tables really have. */
#include "base/csv.h"

#include "base/str.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static char text[4096], out[4096];

/* All rows of S: fields in brackets, "!" for a bad one, a line each. */
static bool
reads_len(const char *s, size_t len, const char *want)
{
	struct csv c;
	enum err e;
	size_t at = 0;

	memcpy(text, s, len);
	csv_begin(&c, text, len);
	out[0] = '\0';
	while ((e = csv_next(&c)) != ERR_NOT_FOUND) {
		at += (size_t)snprintf(
		    out + at, sizeof out - at, "%u", c.row_line);
		if (e != OK)
			at += (size_t)snprintf(out + at, sizeof out - at, "!");
		for (size_t i = 0; i < c.count; i++)
			at += (size_t)snprintf(
			    out + at, sizeof out - at, "[%s]", c.field[i]);
	}
	if (str_equal(out, want))
		return true;
	printf("# %s\n", out);
	return false;
}

static bool
reads(const char *s, const char *want)
{
	return reads_len(s, strlen(s), want);
}

int
main(void)
{
	char many[256] = "";

	CHECK(reads("a,b,c\r\nd,,\r\n", "1[a][b][c]2[d][][]"),
	    "csv: fields and lines, empty ones too");
	CHECK(reads("a,b\nc,d", "1[a][b]2[c][d]"),
	    "csv: a bare newline ends a line, and the last needs none");
	CHECK(reads("\xef\xbb\xbf"
		    "a\n",
		  "1[a]"),
	    "csv: a byte order mark is skipped");
	CHECK(reads("\n\r\n\na\n\n\n", "4[a]") && reads("", "") &&
		  reads("\n", ""),
	    "csv: empty lines are skipped");
	CHECK(reads("\"a,b\",\"c\"\"d\",\"\"\n", "1[a,b][c\"d][]"),
	    "csv: quotes hide commas, and two are one");
	CHECK(reads("\"a\r\nb\",c\nd\n", "1[a\r\nb][c]3[d]"),
	    "csv: a quoted field may have lines");
	CHECK(reads(" a , b\n", "1[ a ][ b]"), "csv: spaces are kept");
	CHECK(
	    reads("a\"b,c\nd\n", "1!2[d]") && reads("\"a\"b,c\nd\n", "1!2[d]"),
	    "csv: a quote where none may be makes the row bad, and no other");
	CHECK(reads("a,\"b\nc,d\ne\n", "1!2[c][d]3[e]"),
	    "csv: a quote that is never closed takes one line with it");
	CHECK(reads_len("a,b\0,c\nd\n", 9, "1!2[d]"),
	    "csv: a NUL makes the row bad");
	memset(many, ',', CSV_FIELDS_MAX);
	CHECK(reads(many, "1!"), "csv: too many fields make the row bad");
	many[CSV_FIELDS_MAX - 1] = '\0';
	CHECK(reads(many, "1[][][][][][][][][][][][][][][][][][][][][][][][][]["
			  "][][][][][][]"),
	    "csv: as many as there may be are read");
	return check_done();
}
