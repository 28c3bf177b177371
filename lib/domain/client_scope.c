#include "domain/client_scope.h"

#include "base/buf.h"
#include "base/language.h"
#include "base/str.h"

#include <string.h>

enum { ROW_NAME_CAP = SCOPE_WORD_CAP + 32 };

/* The language in "SCOPE[LANGUAGE]", which is taken off; NULL: there is none in
 * NAME. */
static const char *
split_language(char *name)
{
	size_t len = strlen(name);
	char *open = strrchr(name, '[');

	if (open == NULL || name[len - 1] != ']')
		return NULL;
	name[len - 1] = '\0';
	*open = '\0';
	return open + 1;
}

const char *
client_scope_text_refusal(const char *row)
{
	const char *equals = strchr(row, '='), *language;
	char name[ROW_NAME_CAP];
	size_t len;

	if (equals == NULL ||
	    str_copy_n(name, sizeof name, row, (size_t)(equals - row)) != OK)
		return "give SCOPE=TEXT, or SCOPE[LANGUAGE]=TEXT";
	language = split_language(name);
	if (language != NULL && language_find(language) == NULL)
		return "there is no such language; give SCOPE=TEXT, or "
		       "SCOPE[LANGUAGE]=TEXT";
	if (!scope_word_valid(name))
		return "a scope is one word of printable ASCII";
	if (scope_is_known(name))
		return "this scope has a text of its own, in every language";
	len = strlen(equals + 1);
	if (len == 0 || len >= SCOPE_TEXT_CAP ||
	    !str_is_utf8(equals + 1, len) || str_has_control(equals + 1))
		return "a text has 1 to 160 bytes of UTF-8, on one line";
	return NULL;
}

enum err
client_scope_text_add(struct client *c, const char *row)
{
	return rows_add(c->scope_texts, sizeof c->scope_texts, row);
}

/* The text of the row that is called NAME. */
static bool
find_scope_row(
    char text[static SCOPE_TEXT_CAP], const char *rows, const char *name)
{
	size_t len = strlen(name), row_len;

	for (; *rows != '\0'; rows += row_len + (rows[row_len] == '\n')) {
		row_len = strcspn(rows, "\n");
		if (row_len > len && strncmp(rows, name, len) == 0 &&
		    rows[len] == '=')
			return str_copy_n(text, SCOPE_TEXT_CAP, rows + len + 1,
				   row_len - len - 1) == OK;
	}
	return false;
}

bool
client_scope_text(char text[static SCOPE_TEXT_CAP], const char *rows,
    const char *scope, const char *language)
{
	char name[ROW_NAME_CAP];
	struct buf b;

	buf_init(&b, name, sizeof name);
	buf_printf(&b, "%s[%s]", scope, language);
	return (buf_ok(&b) && find_scope_row(text, rows, name)) ||
	       find_scope_row(text, rows, scope);
}
