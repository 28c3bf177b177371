#include "store/record_json.h"

#include "base/base64.h"
#include "base/names.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>

enum { ITEM_CAP = 2049 };

/* The next line of a list, as words_next. */
static bool
lines_next(const char **cursor, char *line, size_t cap)
{
	size_t len = strcspn(*cursor, "\n");

	if (len == 0 || str_copy_n(line, cap, *cursor, len) != OK)
		return false;
	*cursor += len;
	*cursor += **cursor == '\n';
	return true;
}

/* How the kinds of lists are taken apart and put together. */
static const struct list_form {
	bool (*next)(const char **cursor, char *item, size_t cap);
	char between;
} list_forms[] = {
    [FIELD_WORDS] = {words_next, ' '},
    [FIELD_NAMES] = {names_next, ','},
    [FIELD_LINES] = {lines_next, '\n'},
};

static bool
is_list(const struct record_field *f)
{
	return f->kind == FIELD_WORDS || f->kind == FIELD_NAMES ||
	       f->kind == FIELD_LINES;
}

/* --- to JSON ------------------------------------------------------------- */

static json_t *
bytes_to_json(const uint8_t *bytes, size_t len)
{
	size_t cap = BASE64URL_CAP(len);
	char *text = malloc(cap);
	json_t *value;

	if (text == NULL)
		return NULL;
	base64url_encode(text, cap, bytes, len);
	value = json_string(text);
	secret_wipe(text, cap);
	free(text);
	return value;
}

static json_t *
list_to_json(const struct record_field *f, const char *list)
{
	json_t *items = json_array();
	char item[ITEM_CAP];
	bool ok = items != NULL;

	while (ok && list_forms[f->kind].next(&list, item, sizeof item))
		ok = json_array_append_new(items, json_string(item)) == 0;
	if (ok && *list == '\0')
		return items;
	json_decref(items);
	return NULL;
}

static json_t *
bits_to_json(const struct record_field *f, unsigned bits)
{
	json_t *words = json_array();

	for (unsigned bit = 1; bit <= f->bound; bit <<= 1)
		if ((bits & bit) != 0)
			json_array_append_new(words, json_string(f->word(bit)));
	return words;
}

static json_t *
number_to_json(const struct record_field *f, const uint8_t *member)
{
	uint64_t number;
	unsigned n;

	if (f->kind == FIELD_NUMBER || f->kind == FIELD_TIME) {
		memcpy(&number, member, sizeof number);
		return json_integer((json_int_t)number);
	}
	memcpy(&n, member, sizeof n);
	if (f->kind == FIELD_COUNT)
		return json_integer(n);
	return f->kind == FIELD_BITS ? bits_to_json(f, n)
				     : json_string(f->word(n));
}

json_t *
record_field_to_json(const struct record_field *f, const void *record)
{
	const uint8_t *member = (const uint8_t *)record + f->at;
	char uuid[UUID_CAP];
	size_t len = f->size;

	if (is_list(f))
		return list_to_json(f, (const char *)member);
	switch (f->kind) {
	case FIELD_TEXT:
		return json_string((const char *)member);
	case FIELD_UUID:
		uuid_encode(uuid, member);
		return json_string(uuid);
	case FIELD_BLOB:
		memcpy(&len, (const uint8_t *)record + f->len_at, sizeof len);
		return bytes_to_json(member, len);
	case FIELD_BYTES:
		return bytes_to_json(member, len);
	case FIELD_BOOL:
		return json_boolean(*member);
	case FIELD_UNLESS:
		return json_boolean(!*member);
	default:
		return number_to_json(f, member);
	}
}

bool
record_show(json_t *object, const struct record_type *type, const void *record,
    bool whole)
{
	const struct record_field *end = type->fields + type->count;

	for (const struct record_field *f = type->fields; f < end; f++) {
		bool shown = f->role == FIELD_KEY || f->role == FIELD_SHOWN;

		if (f->name != NULL && (shown || whole) &&
		    json_object_set_new(
			object, f->name, record_field_to_json(f, record)) != 0)
			return false;
	}
	return true;
}

/* --- from JSON ----------------------------------------------------------- */

static enum err
list_from_json(const struct record_field *f, char *list, const json_t *value)
{
	char between[] = {list_forms[f->kind].between, '\0'};
	const char *rest = list;
	char item[ITEM_CAP];
	size_t len = 0, i;
	json_t *v;

	json_array_foreach((json_t *)(uintptr_t)value, i, v)
	{
		const char *s = json_string_value(v);

		if (s == NULL || *s == '\0' || strstr(s, between) != NULL ||
		    f->size - len < strlen(s) + (i > 0) + 1)
			return ERR_SYNTAX;
		if (i > 0)
			list[len++] = between[0];
		memcpy(list + len, s, strlen(s) + 1);
		len += strlen(s);
	}
	while (list_forms[f->kind].next(&rest, item, sizeof item))
		;
	return json_is_array(value) && *rest == '\0' ? OK : ERR_SYNTAX;
}

static enum err
word_from_json(
    const struct record_field *f, uint8_t *member, const json_t *value)
{
	const char *s = json_string_value(value);

	for (unsigned n = 0; s != NULL && n < f->bound; n++)
		if (str_equal(f->word(n), s)) {
			memcpy(member, &n, sizeof n);
			return OK;
		}
	return ERR_SYNTAX;
}

static unsigned
bit_of_word(const struct record_field *f, const char *s)
{
	for (unsigned bit = 1; s != NULL && bit <= f->bound; bit <<= 1)
		if (str_equal(f->word(bit), s))
			return bit;
	return 0;
}

static enum err
bits_from_json(
    const struct record_field *f, uint8_t *member, const json_t *value)
{
	unsigned bits = 0, bit = 1;
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)value, i, v)
	{
		bit = bit_of_word(f, json_string_value(v));
		if (bit == 0)
			return ERR_SYNTAX;
		bits |= bit;
	}
	memcpy(member, &bits, sizeof bits);
	return json_is_array(value) ? OK : ERR_SYNTAX;
}

static enum err
number_from_json(
    const struct record_field *f, uint8_t *member, const json_t *value)
{
	const json_int_t max =
	    f->kind == FIELD_COUNT ? UINT32_MAX : ((json_int_t)1 << 40) - 1;
	json_int_t n = json_integer_value(value);
	uint32_t count = (uint32_t)n;

	if (!json_is_integer(value) || n < 0 || n > max)
		return ERR_SYNTAX;
	if (f->kind == FIELD_COUNT)
		memcpy(member, &count, sizeof count);
	else
		memcpy(member, &n, sizeof n);
	return OK;
}

static enum err
bool_from_json(
    const struct record_field *f, uint8_t *member, const json_t *value)
{
	bool is = json_is_true(value) == (f->kind == FIELD_BOOL);

	memcpy(member, &is, sizeof is);
	return json_is_boolean(value) ? OK : ERR_SYNTAX;
}

static enum err
blob_from_json(const struct record_field *f, uint8_t *record, const char *text)
{
	size_t len;
	enum err e =
	    base64url_decode(record + f->at, f->size, &len, text, strlen(text));

	if (e == OK)
		memcpy(record + f->len_at, &len, sizeof len);
	return e;
}

static enum err
string_from_json(
    const struct record_field *f, uint8_t *record, const json_t *value)
{
	const char *text = json_string_value(value);
	uint8_t *member = record + f->at;

	if (text == NULL)
		return ERR_SYNTAX;
	switch (f->kind) {
	case FIELD_TEXT:
		return str_copy((char *)member, f->size, text);
	case FIELD_UUID:
		return uuid_decode(member, text);
	case FIELD_BLOB:
		return blob_from_json(f, record, text);
	default:
		return base64url_decode_exact(member, f->size, text);
	}
}

enum err
record_field_from_json(
    const struct record_field *f, void *record, const json_t *value)
{
	uint8_t *member = (uint8_t *)record + f->at;

	switch (f->kind) {
	case FIELD_WORDS:
	case FIELD_NAMES:
	case FIELD_LINES:
		return list_from_json(f, (char *)member, value);
	case FIELD_WORD:
		return word_from_json(f, member, value);
	case FIELD_BITS:
		return bits_from_json(f, member, value);
	case FIELD_BOOL:
	case FIELD_UNLESS:
		return bool_from_json(f, member, value);
	case FIELD_COUNT:
	case FIELD_NUMBER:
	case FIELD_TIME:
		return number_from_json(f, member, value);
	default:
		return string_from_json(f, record, value);
	}
}

enum err
record_from_json(
    const struct record_type *type, void *record, const json_t *object)
{
	const struct record_field *end = type->fields + type->count;
	size_t count = 0;
	enum err e = OK;

	memset(record, 0, type->size);
	for (const struct record_field *f = type->fields; f < end; f++)
		if (f->name != NULL && e == OK) {
			e = record_field_from_json(
			    f, record, json_object_get(object, f->name));
			count++;
		}
	if (e == OK && type->finish != NULL)
		e = type->finish(record);
	if (e == OK && json_object_size(object) == count)
		return OK;
	secret_wipe(record, type->size);
	return ERR_SYNTAX;
}
