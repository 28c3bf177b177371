/* Tables: the first row names the columns. */
#include "base/buf.h"
#include "base/csv.h"
#include "base/str.h"
#include "import_source.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct column_name {
	const char *name;
	size_t at; /* of the text in struct import_person */
};

#define TEXT_OF(member) offsetof(struct import_person, member)

/* In any case, with space, - or _ between words. */
static const struct column_name column_names[] = {
    {"user", TEXT_OF(name)},
    {"username", TEXT_OF(name)},
    {"login", TEXT_OF(name)},
    {"preferredusername", TEXT_OF(name)},
    {"password", TEXT_OF(hash)},
    {"passwordhash", TEXT_OF(hash)},
    {"hash", TEXT_OF(hash)},
    {"name", TEXT_OF(display)},
    {"displayname", TEXT_OF(display)},
    {"fullname", TEXT_OF(display)},
    {"givenname", TEXT_OF(given_name)},
    {"firstname", TEXT_OF(given_name)},
    {"familyname", TEXT_OF(family_name)},
    {"lastname", TEXT_OF(family_name)},
    {"surname", TEXT_OF(family_name)},
    {"email", TEXT_OF(email)},
    {"mail", TEXT_OF(email)},
    {"emailaddress", TEXT_OF(email)},
    {"groups", TEXT_OF(groups)},
    {"group", TEXT_OF(groups)},
    {"language", TEXT_OF(language)},
    {"locale", TEXT_OF(language)},
    {"zoneinfo", TEXT_OF(zoneinfo)},
    {"timezone", TEXT_OF(zoneinfo)},
};

enum {
	COLUMN_NAMES = sizeof column_names / sizeof *column_names,
	COLUMN_SHOWN_CAP = 80
};

/* Whether HEADING is NAME; what is between its words does not count. */
static bool
names_column(const char *heading, const char *name)
{
	char plain[32];
	size_t len = 0;

	for (; *heading != '\0'; heading++) {
		if (strchr(" -_", *heading) != NULL)
			continue;
		if (len == sizeof plain - 1)
			return false;
		plain[len++] = *heading;
	}
	plain[len] = '\0';
	return str_equal_nocase(plain, name);
}

/* It may be anyone's word. */
static void
note_column(const char *heading)
{
	char text[COLUMN_SHOWN_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_put_log(&b, heading);
	fprintf(stderr, "latchkey: note: the column '%s' is left out\n", text);
}

/* Which text each column is; NULL: none of ours. */
static void
find_columns(
    const struct csv *c, const struct column_name *of[static CSV_FIELDS_MAX])
{
	for (size_t i = 0; i < c->count; i++) {
		of[i] = NULL;
		for (size_t n = 0; n < COLUMN_NAMES; n++)
			if (names_column(c->field[i], column_names[n].name))
				of[i] = &column_names[n];
		if (of[i] == NULL)
			note_column(c->field[i]);
	}
}

/* Of two columns for the same the one that is not empty. */
static void
set_text(
    struct import_person *p, const struct column_name *of, const char *text)
{
	const char **member = (const char **)(void *)((char *)p + of->at);

	if (**member == '\0')
		*member = text;
}

static bool
has_column(const struct column_name *const *of, size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++)
		if (of[i] != NULL && of[i]->at == at)
			return true;
	return false;
}

bool
import_csv(char *text, size_t len, import_take *take, void *arg,
    char message[static IMPORT_MESSAGE_CAP])
{
	const struct column_name *of[CSV_FIELDS_MAX];
	struct csv c;
	size_t columns;
	enum err e;

	message[0] = '\0';
	csv_begin(&c, text, len);
	if (csv_next(&c) != OK) {
		snprintf(message, IMPORT_MESSAGE_CAP,
		    "the first row must name the columns");
		return false;
	}
	find_columns(&c, of);
	columns = c.count;
	if (!has_column(of, columns, TEXT_OF(name))) {
		snprintf(message, IMPORT_MESSAGE_CAP,
		    "no column is called username; the first row must name "
		    "the columns");
		return false;
	}
	while ((e = csv_next(&c)) != ERR_NOT_FOUND) {
		struct import_person p = import_no_person;

		p.line = c.row_line;
		if (e != OK)
			p.unreadable = "the row is malformed: a quote or a NUL "
				       "where none may be";
		else if (c.count > columns)
			p.unreadable = "the row has more fields than there are "
				       "columns";
		for (size_t i = 0; e == OK && i < c.count && i < columns; i++)
			if (of[i] != NULL)
				set_text(&p, of[i], c.field[i]);
		if (!take(arg, &p))
			return false;
	}
	return true;
}
