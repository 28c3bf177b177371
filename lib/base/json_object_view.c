#include "base/json_object_view.h"

#include "base/str.h"

#include "base/json.h"

#include <string.h>

enum { DIGITS_MAX = 18 }; /* of an integer: always fits */

/* What is left to read. */
struct cursor {
	char *at;
	const char *end;
};

static bool
plain_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool
plain_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool
plain_str(struct cursor *c, char **str, size_t *len)
{
	if (!plain_char(c, '"'))
		return false;
	*str = c->at;
	*len = json_plain_span(c->at, (size_t)(c->end - c->at));
	c->at += *len;
	return plain_char(c, '"');
}

/* Of digits alone, without a sign, and without a zero before others. */
static bool
plain_int(struct cursor *c, int64_t *number)
{
	const char *first = c->at;

	*number = 0;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		if (c->at - first == DIGITS_MAX)
			return false;
		*number = *number * 10 + (*c->at - '0');
	}
	return c->at > first && (*first != '0' || c->at == first + 1);
}

/* LIST is what is between the brackets. */
static bool
plain_words(struct cursor *c, char **list, size_t *list_len)
{
	char *str;
	size_t len;

	if (!plain_char(c, '['))
		return false;
	*list = c->at;
	*list_len = 0;
	if (plain_char(c, ']'))
		return true;
	do
		if (!plain_str(c, &str, &len))
			return false;
	while (plain_char(c, ','));
	*list_len = (size_t)(c->at - *list);
	return plain_char(c, ']');
}

/* Its first character says what a value is, if it is one. */
static bool
plain_value(struct cursor *c, struct json_member *m)
{
	switch (c->at < c->end ? *c->at : '\0') {
	case '"':
		m->kind = JSON_MEMBER_STR;
		return plain_str(c, &m->str, &m->str_len);
	case '[':
		m->kind = JSON_MEMBER_LIST;
		return plain_words(c, &m->str, &m->str_len);
	case 't':
		m->kind = JSON_MEMBER_OTHER;
		return plain_word(c, "true");
	case 'f':
		m->kind = JSON_MEMBER_FALSE;
		return plain_word(c, "false");
	case 'n':
		m->kind = JSON_MEMBER_OTHER;
		return plain_word(c, "null");
	default:
		m->kind = JSON_MEMBER_INT;
		return plain_int(c, &m->number);
	}
}

static const struct json_member *
find_member(const struct json_object_view *m, const char *name, size_t len)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].name_len == len &&
		    memcmp(m->list[i].name, name, len) == 0)
			return &m->list[i];
	return NULL;
}

static bool
plain_member(struct cursor *c, struct json_object_view *m)
{
	struct json_member *next = &m->list[m->count];
	char *name;

	if (m->count == JSON_OBJECT_VIEW_MAX ||
	    !plain_str(c, &name, &next->name_len) || !plain_char(c, ':') ||
	    !plain_value(c, next) ||
	    find_member(m, name, next->name_len) != NULL)
		return false;
	next->name = name;
	m->count++;
	return true;
}

/* The short way. False, with the text as it was, where it is not enough. */
static bool
read_plain(struct json_object_view *m, char *text, size_t len)
{
	struct cursor c = {text, text + len};

	if (!plain_char(&c, '{'))
		return false;
	if (!plain_char(&c, '}')) {
		do
			if (!plain_member(&c, m))
				return false;
		while (plain_char(&c, ','));
		if (!plain_char(&c, '}'))
			return false;
	}
	if (c.at != c.end)
		return false;
	/* Over their closing quotes. */
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].kind == JSON_MEMBER_STR)
			m->list[i].str[m->list[i].str_len] = '\0';
	return true;
}

enum err
json_object_view_read(struct json_object_view *m, char *text, size_t len)
{
	m->tree = NULL;
	m->count = 0;
	if (read_plain(m, text, len))
		return OK;
	m->count = 0;
	m->tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(m->tree))
		return OK;
	json_object_view_free(m);
	return ERR_SYNTAX;
}

void
json_object_view_free(struct json_object_view *m)
{
	json_decref(m->tree);
	m->tree = NULL;
	m->count = 0;
}

bool
json_object_view_has(const struct json_object_view *m, const char *name)
{
	return m->tree != NULL ? json_object_get(m->tree, name) != NULL
			       : find_member(m, name, strlen(name)) != NULL;
}

const char *
json_object_view_str(const struct json_object_view *m, const char *name)
{
	const struct json_member *found;

	if (m->tree != NULL)
		return json_string_value(json_object_get(m->tree, name));
	found = find_member(m, name, strlen(name));
	return found != NULL && found->kind == JSON_MEMBER_STR ? found->str
							       : NULL;
}

int64_t
json_object_view_int(
    const struct json_object_view *m, const char *name, int64_t fallback)
{
	const struct json_member *found;
	const json_t *value;

	if (m->tree != NULL) {
		value = json_object_get(m->tree, name);
		return json_is_integer(value) ? json_integer_value(value)
					      : fallback;
	}
	found = find_member(m, name, strlen(name));
	return found != NULL && found->kind == JSON_MEMBER_INT ? found->number
							       : fallback;
}

enum err
json_object_view_number(
    const struct json_object_view *m, const char *name, int64_t *number)
{
	const double most = 1e15; /* all below are exact */
	const json_t *value = json_object_get(m->tree, name);
	double real = json_real_value(value);

	*number = 0;
	if (!json_object_view_has(m, name))
		return ERR_NOT_FOUND;
	if (!json_is_real(value)) {
		*number = json_object_view_int(m, name, INT64_MIN);
		return *number != INT64_MIN ? OK : ERR_SYNTAX;
	}
	if (real <= -most || real >= most)
		return ERR_SYNTAX;
	*number = (int64_t)real;
	return OK;
}

/* Of the words of a list that was read the short way. */
static bool
list_has_word(const struct json_member *list, const char *word)
{
	struct cursor c = {list->str, list->str + list->str_len};
	char *str;
	size_t len;

	while (plain_str(&c, &str, &len)) {
		if (len == strlen(word) && memcmp(str, word, len) == 0)
			return true;
		plain_char(&c, ',');
	}
	return false;
}

bool
json_object_view_names(
    const struct json_object_view *m, const char *name, const char *word)
{
	const json_t *list = json_object_get(m->tree, name);
	const char *str = json_object_view_str(m, name);
	const struct json_member *found;

	if (str != NULL)
		return strcmp(str, word) == 0;
	found = find_member(m, name, strlen(name));
	if (found != NULL && found->kind == JSON_MEMBER_LIST)
		return list_has_word(found, word);
	for (size_t i = 0; i < json_array_size(list); i++) {
		str = json_string_value(json_array_get(list, i));
		if (str != NULL && strcmp(str, word) == 0)
			return true;
	}
	return false;
}

static enum err
add_words_of_tree(char *list, size_t cap, const json_t *array)
{
	const char *str;
	enum err e = json_is_array(array) ? OK : ERR_NOT_FOUND;

	for (size_t i = 0; i < json_array_size(array) && e == OK; i++) {
		str = json_string_value(json_array_get(array, i));
		e = str != NULL ? words_add(list, cap, str) : ERR_NOT_FOUND;
	}
	return e;
}

static enum err
add_plain_words(char *list, size_t cap, const struct json_member *member)
{
	struct cursor c = {member->str, member->str + member->str_len};
	enum err e = OK;
	char *str, after;
	size_t len;

	while (e == OK && plain_str(&c, &str, &len)) {
		after = str[len];
		str[len] = '\0';
		e = words_add(list, cap, str);
		str[len] = after;
		plain_char(&c, ',');
	}
	return e;
}

enum err
json_object_view_words(
    char *list, size_t cap, const struct json_object_view *m, const char *name)
{
	const char *str = json_object_view_str(m, name);
	const struct json_member *found;
	enum err e;

	list[0] = '\0';
	if (str != NULL)
		return words_add(list, cap, str);
	if (m->tree != NULL) {
		e = add_words_of_tree(
		    list, cap, json_object_get(m->tree, name));
	} else {
		found = find_member(m, name, strlen(name));
		e = found != NULL && found->kind == JSON_MEMBER_LIST
			? add_plain_words(list, cap, found)
			: ERR_NOT_FOUND;
	}
	if (e != OK)
		list[0] = '\0';
	return e;
}

bool
json_object_view_is_false(const struct json_object_view *m, const char *name)
{
	const struct json_member *found;

	if (m->tree != NULL)
		return json_is_false(json_object_get(m->tree, name));
	found = find_member(m, name, strlen(name));
	return found != NULL && found->kind == JSON_MEMBER_FALSE;
}

const json_t *
json_object_view_object(const struct json_object_view *m, const char *name)
{
	const json_t *value = json_object_get(m->tree, name);

	return json_is_object(value) ? value : NULL;
}
