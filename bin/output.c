#include "output.h"

#include "admin.h"
#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	CELL_CAP = 4 * URI_LIST_CAP,
	COLUMNS_MAX = 16,
	TERMINAL_COLUMNS = 80 /* of one that does not say */
};

static json_t *
output_items(
    const char *list, bool (*next)(const char **cursor, char *item, size_t cap))
{
	json_t *items = json_array();
	char item[URI_CAP];

	while (items != NULL && next(&list, item, sizeof item))
		if (json_array_append_new(items, json_string(item)) != 0) {
			json_decref(items);
			return NULL;
		}
	return items;
}

json_t *
output_words(const char *list)
{
	return output_items(list, words_next);
}

json_t *
output_names(const char *list)
{
	return output_items(list, names_next);
}

/* A stored value must not command the terminal: C0, DEL and C1 (which is two
 * bytes in UTF-8) are shown as \xHH. */
static void
put_shown(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p != '\0') {
		size_t hidden = *p < 0x20 || *p == 0x7f;

		if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			hidden = 2;
		if (hidden == 0)
			buf_putc(b, (char)*p++);
		for (; hidden > 0; hidden--)
			buf_printf(b, "\\x%02x", *p++);
	}
}

static void
put_time(struct buf *b, int64_t at)
{
	const time_t t = (time_t)at;
	struct tm tm;
	char text[32];

	if (at != 0 && localtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm) > 0)
		buf_puts(b, text);
}

/* Writes one value as a table shows it; an empty one is a dash. */
static const char *
cell(char text[static CELL_CAP], const json_t *value, enum column_kind kind)
{
	struct buf b;
	json_t *item;
	size_t i;

	buf_init(&b, text, CELL_CAP);
	json_array_foreach((json_t *)(uintptr_t)value, i, item)
	{
		const char *s = json_string_value(item);
		const char *quote = strchr(s, ' ') != NULL ? "\"" : "";

		buf_printf(&b, "%s%s", i > 0 ? " " : "", quote);
		put_shown(&b, s);
		buf_puts(&b, quote);
	}
	if (json_is_string(value))
		put_shown(&b, json_string_value(value));
	else if (json_is_boolean(value))
		buf_puts(&b, json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value) && kind == COLUMN_TIME)
		put_time(&b, json_integer_value(value));
	else if (json_is_integer(value))
		buf_put_int(&b, json_integer_value(value));
	return text[0] == '\0' ? "-" : text;
}

/* Characters, not bytes; wide ones are not told apart. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* The first bytes of S that make at most WIDTH characters. */
static size_t
bytes_of_width(const char *s, size_t width_max)
{
	size_t n = 0, characters = 0;

	for (; s[n] != '\0'; n++)
		if (((unsigned char)s[n] & 0xc0) != 0x80 &&
		    ++characters > width_max)
			break;
	return n;
}

/* --- a table as wide as the terminal ---------------------------------------*/

struct table {
	const struct column *columns;
	size_t count; /* of columns that are shown */
	size_t widths[COLUMNS_MAX];
};

enum { GAP = 2, TEXT_MIN = 8, DAY_WIDTH = 10 }; /* 2026-11-29 */

static void
measure_column(struct table *t, const json_t *rows, size_t c)
{
	const struct column *column = &t->columns[c];
	char text[CELL_CAP];
	size_t i, w;

	t->widths[c] = width(column->heading);
	for (i = 0; i < json_array_size(rows); i++) {
		w = width(cell(text,
		    json_object_get(json_array_get(rows, i), column->key),
		    column->kind));
		t->widths[c] = w > t->widths[c] ? w : t->widths[c];
	}
}

static size_t
table_width(const struct table *t)
{
	size_t sum = 0;

	for (size_t c = 0; c < t->count; c++)
		sum += t->widths[c] + (c > 0 ? GAP : 0);
	return sum;
}

/* What a column can be cut to. */
static size_t
least_width(const struct table *t, size_t c)
{
	const size_t heading = width(t->columns[c].heading);
	size_t least = t->widths[c];

	if (t->columns[c].kind == COLUMN_TEXT)
		least = heading > TEXT_MIN ? heading : TEXT_MIN;
	else if (t->columns[c].kind == COLUMN_TIME)
		least = heading > DAY_WIDTH ? heading : DAY_WIDTH;
	return least < t->widths[c] ? least : t->widths[c];
}

/* Takes one character from the widest text that can spare one; false: there is
 * none. */
static bool
narrow_text(struct table *t)
{
	size_t widest = COLUMNS_MAX;

	for (size_t c = 0; c < t->count; c++)
		if (t->columns[c].kind == COLUMN_TEXT &&
		    t->widths[c] > least_width(t, c) &&
		    (widest == COLUMNS_MAX || t->widths[c] > t->widths[widest]))
			widest = c;
	if (widest == COLUMNS_MAX)
		return false;
	t->widths[widest]--;
	return true;
}

static void
cut_times_to_days(struct table *t)
{
	for (size_t c = 0; c < t->count; c++)
		if (t->columns[c].kind == COLUMN_TIME &&
		    t->widths[c] > least_width(t, c))
			t->widths[c] = least_width(t, c);
}

static void
fit_table(struct table *t, size_t columns)
{
	while (table_width(t) > columns && narrow_text(t))
		;
	if (table_width(t) > columns)
		cut_times_to_days(t);
	while (table_width(t) > columns && t->count > 1)
		t->count--;
}

/* Says which columns are not there. */
static void
tell_left_out(const struct table *t, size_t all)
{
	if (t->count == all)
		return;
	fprintf(stderr, "latchkey: there is no room for");
	for (size_t c = t->count; c < all; c++)
		fprintf(stderr, "%s %s", c > t->count ? "," : "",
		    t->columns[c].heading);
	fprintf(stderr, "; --json has all\n");
}

/* The columns of the terminal; 0: standard output is none. */
static size_t
terminal_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) != 1)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return TERMINAL_COLUMNS;
	return size.ws_col;
}

static void
put_cell(const struct table *t, size_t c, const char *s)
{
	const size_t room = t->widths[c];
	const bool is_day = t->columns[c].kind == COLUMN_TIME;
	size_t shown = width(s);

	if (shown > room) {
		shown = is_day ? DAY_WIDTH : room - 1;
		printf("%.*s%s", (int)bytes_of_width(s, shown), s,
		    is_day ? "" : "\u2026");
		shown += !is_day;
	} else {
		fputs(s, stdout);
	}
	if (c + 1 == t->count)
		putchar('\n');
	else
		printf("%*s", (int)(room - shown + GAP), "");
}

static void
put_table(json_t *rows, const struct column *columns)
{
	struct table t = {.columns = columns};
	const size_t terminal = terminal_columns();
	char text[CELL_CAP];
	size_t i, c, all;
	json_t *row;

	for (; t.count < COLUMNS_MAX && columns[t.count].key != NULL; t.count++)
		measure_column(&t, rows, t.count);
	all = t.count;
	if (terminal > 0)
		fit_table(&t, terminal);
	for (c = 0; c < t.count; c++)
		put_cell(&t, c, columns[c].heading);
	json_array_foreach(rows, i, row)
	{
		for (c = 0; c < t.count; c++)
			put_cell(&t, c,
			    cell(text, json_object_get(row, columns[c].key),
				columns[c].kind));
	}
	tell_left_out(&t, all);
}

static void
put_record(json_t *row, const struct column *columns)
{
	const struct column *c;
	char text[CELL_CAP];
	size_t longest = 0, w;

	for (c = columns; c->key != NULL; c++) {
		w = width(c->heading);
		longest = w > longest ? w : longest;
	}
	for (c = columns; c->key != NULL; c++)
		printf("%s%*s%s\n", c->heading,
		    (int)(longest - width(c->heading) + GAP), "",
		    cell(text, json_object_get(row, c->key), c->kind));
}

void
output_line(json_t *row, const struct column *columns)
{
	const struct column *c;
	char text[CELL_CAP];

	for (c = columns; c->key != NULL; c++) {
		fputs(
		    cell(text, json_object_get(row, c->key), c->kind), stdout);
		fputs(c[1].key != NULL ? "  " : "\n", stdout);
	}
}

int
output_json(json_t *value)
{
	if (value == NULL)
		return admin_fail("out of memory");
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
	return EXIT_DONE;
}

int
output_list(json_t *rows, const struct column *columns, bool as_json)
{
	if (as_json || rows == NULL)
		return output_json(rows);
	put_table(rows, columns);
	json_decref(rows);
	return EXIT_DONE;
}

int
output_record(json_t *row, const struct column *columns, bool as_json)
{
	if (as_json || row == NULL)
		return output_json(row);
	put_record(row, columns);
	json_decref(row);
	return EXIT_DONE;
}

int
output_finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_DONE;
	return admin_fail("standard output: %s", strerror(errno));
}
