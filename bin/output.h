/*
 * What the command prints. Lists and records are built once, as JSON, and
 * shown as that or as a table: the two cannot come to differ. Times are Unix
 * seconds in JSON, local time in tables; 0 is "never".
 */
#ifndef LK_BIN_OUTPUT_H
#define LK_BIN_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

/* How a table shows a member. On a terminal a table that is too wide has its
 * texts cut, with an ellipsis, and of times the day alone; what a person types
 * again stays whole. If that is not enough, the last columns are left out. */
enum column_kind {
	COLUMN_TEXT = false,
	COLUMN_TIME = true,
	COLUMN_WHOLE, /* a text that is never cut */
};

/* Which members a table shows, and under what heading. */
struct column {
	const char *key, *heading;
	enum column_kind kind;
};

#define COLUMN_END                                                             \
	{                                                                      \
		NULL, NULL, COLUMN_TEXT                                        \
	}

/* A word list as an array of strings; NULL: no memory. */
json_t *output_words(const char *list);
/* The same for a list of names (base/names.h). */
json_t *output_names(const char *list);

/* Each prints to standard output and takes VALUE over. Returns an exit status:
 * a NULL is "out of memory".
 * list    an array of objects, a row each, under headings
 * record  one object, a member a line */
int output_json(json_t *value);
int output_list(json_t *rows, const struct column *columns, bool as_json);
/* line    one object, in a line of its own; taken over by no one */
void output_line(json_t *row, const struct column *columns);
int output_record(json_t *row, const struct column *columns, bool as_json);

/* Flushes; EXIT_REFUSED, with a line, if something could not be written. */
int output_finish(void);

#endif
