#include "base/form.h"

#include "base/str.h"

#include <string.h>

/* Decodes LEN bytes in place and ends them with a NUL at or before TEXT[LEN].
 * Raw and encoded NULs fail as UTF-8. */
static enum err
decode_plus_and_percent(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '+')
			text[i] = ' ';
	return str_percent_decode(text, len);
}

enum err
form_decode(char *text)
{
	return decode_plus_and_percent(text, strlen(text));
}

static enum err
add_field(struct form *f, char *text, size_t len)
{
	char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
	char *value = text + len; /* where there is no "=": "" */

	if (f->count == FORM_FIELDS_MAX)
		return ERR_SYNTAX;
	if (equals != NULL)
		value = equals + 1;
	/* The value first: the name's NUL overwrites the "=". */
	if (decode_plus_and_percent(value, (size_t)(text + len - value)) !=
		OK ||
	    decode_plus_and_percent(text, name_len) != OK)
		return ERR_SYNTAX;
	for (size_t i = 0; i < f->count && f->repeated == NULL; i++)
		if (str_equal(f->field[i].name, text) &&
		    !str_equal(text, "resource"))
			f->repeated = text;
	f->field[f->count].name = text;
	f->field[f->count++].value = value;
	return OK;
}

enum err
form_parse(struct form *f, char *text, size_t len)
{
	char *const end = text + len;
	char *next;

	f->count = 0;
	f->repeated = NULL;
	for (; text < end; text = next + 1) {
		next = memchr(text, '&', (size_t)(end - text));
		if (next == NULL)
			next = end;
		if (next > text && add_field(f, text, (size_t)(next - text))) {
			f->count = 0;
			f->repeated = NULL;
			return ERR_SYNTAX;
		}
	}
	return OK;
}

const char *
form_get(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal(f->field[i].name, name))
			return f->field[i].value[0] != '\0' ? f->field[i].value
							    : NULL;
	return NULL;
}

bool
form_has(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal(f->field[i].name, name))
			return true;
	return false;
}

enum err
form_get_all(char *list, size_t cap, const struct form *f, const char *name)
{
	enum err e = OK;

	list[0] = '\0';
	for (size_t i = 0; i < f->count && e == OK; i++)
		if (str_equal(f->field[i].name, name) &&
		    f->field[i].value[0] != '\0')
			e = words_add(list, cap, f->field[i].value);
	return e;
}

void
form_put_field(struct buf *b, const char *name, const char *value)
{
	if (b->len > 0 && b->text[b->len - 1] != '?')
		buf_putc(b, '&');
	buf_put_url_arg(b, name);
	buf_putc(b, '=');
	buf_put_url_arg(b, value);
}

void
form_put(struct buf *b, const struct form *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->field[i].value[0] != '\0')
			form_put_field(b, f->field[i].name, f->field[i].value);
}
