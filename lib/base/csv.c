#include "base/csv.h"

#include <stdbool.h>
#include <string.h>

void
csv_begin(struct csv *c, char *text, size_t len)
{
	*c = (struct csv){.next = text, .end = text + len, .line = 1};
	*c->end = '\0';
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		c->next += 3;
}

static size_t
newline_len(const char *at)
{
	return *at == '\n' ? 1 : at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* Behind the field at AT; NULL: it is malformed. Here and below END has a NUL,
 * and no other is passed. */
static const char *
field_end(const char *at)
{
	if (*at != '"') {
		while (*at != ',' && *at != '"' && *at != '\0' &&
		       newline_len(at) == 0)
			at++;
		return *at != '"' ? at : NULL;
	}
	do {
		at = strchr(at + 1, '"');
		if (at != NULL && *++at != '"')
			return at;
	} while (at != NULL);
	return NULL;
}

/* Behind the row at AT and its newline; NULL: it is malformed. */
static const char *
row_end(const char *at, const char *end)
{
	size_t fields = 1;

	while ((at = field_end(at)) != NULL && *at == ',') {
		if (++fields > CSV_FIELDS_MAX)
			return NULL;
		at++;
	}
	if (at == NULL || at == end)
		return at;
	return newline_len(at) > 0 ? at + newline_len(at) : NULL;
}

/* Takes the quotes of the LEN bytes at FIELD away, in place, and ends them. */
static void
unquote(char *field, size_t len)
{
	const char *from = field, *end = field + len;
	char *to = field;

	if (*from == '"') {
		from++;
		end--;
	}
	for (; from < end; *to++ = *from++)
		if (*from == '"')
			from++; /* the first of two */
	*to = '\0';
}

/* Takes the row at AT apart, which is well formed. */
static void
cut_row(struct csv *c, char *at)
{
	bool more = true;

	while (more) {
		size_t len = (size_t)(field_end(at) - at);

		more = at[len] == ',';
		c->field[c->count++] = at;
		unquote(at, len);
		at += len + 1;
	}
}

static void
count_lines(struct csv *c, const char *from, const char *to)
{
	for (; from < to; from++)
		c->line += *from == '\n';
}

enum err
csv_next(struct csv *c)
{
	const char *end;
	char *at;
	size_t skip;

	while (c->next < c->end && (skip = newline_len(c->next)) > 0) {
		c->next += skip;
		c->line++;
	}
	c->row_line = c->line;
	c->count = 0;
	if (c->next == c->end)
		return ERR_NOT_FOUND;
	at = c->next;
	end = row_end(at, c->end);
	if (end == NULL) {
		at = memchr(at, '\n', (size_t)(c->end - at));
		c->next = at != NULL ? at + 1 : c->end;
		c->line++;
		return ERR_SYNTAX;
	}
	count_lines(c, at, end);
	c->next += end - at;
	cut_row(c, at);
	return OK;
}
