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
#include <time.h>

enum { CELL_CAP = 4 * URI_LIST_CAP, COLUMNS_MAX = 16 };

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
cell(char text[static CELL_CAP], const json_t *value, bool time)
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
	else if (json_is_integer(value) && time)
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

static void
put_cell(const char *s, size_t pad_to, bool last)
{
	fputs(s, stdout);
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(pad_to - width(s) + 2), "");
}

static void
put_table(json_t *rows, const struct column *columns)
{
	size_t widths[COLUMNS_MAX], i, c, n, w;
	char text[CELL_CAP];
	json_t *row;

	for (n = 0; n < COLUMNS_MAX && columns[n].key != NULL; n++)
		widths[n] = width(columns[n].heading);
	json_array_foreach(rows, i, row)
	{
		for (c = 0; c < n; c++) {
			w = width(
			    cell(text, json_object_get(row, columns[c].key),
				columns[c].time));
			widths[c] = w > widths[c] ? w : widths[c];
		}
	}
	for (c = 0; c < n; c++)
		put_cell(columns[c].heading, widths[c], c + 1 == n);
	json_array_foreach(rows, i, row)
	{
		for (c = 0; c < n; c++)
			put_cell(
			    cell(text, json_object_get(row, columns[c].key),
				columns[c].time),
			    widths[c], c + 1 == n);
	}
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
	for (c = columns; c->key != NULL; c++) {
		put_cell(c->heading, longest, false);
		puts(cell(text, json_object_get(row, c->key), c->time));
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
