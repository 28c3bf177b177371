#include "base/members.h"

#include "base/json.h"

#include <string.h>

enum { DIGITS_MAX = 18 }; /* of an integer: always fits */

/* What is left to read. */
struct cursor {
	char *at;
	const char *end;
};

static bool
take(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool
take_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool
take_str(struct cursor *c, char **str, size_t *len)
{
	if (!take(c, '"'))
		return false;
	*str = c->at;
	*len = json_plain_span(c->at, (size_t)(c->end - c->at));
	c->at += *len;
	return take(c, '"');
}

/* Of digits alone, without a sign, and without a zero before others. */
static bool
take_int(struct cursor *c, int64_t *number)
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

static bool
take_words(struct cursor *c)
{
	char *str;
	size_t len;

	if (!take(c, '['))
		return false;
	if (take(c, ']'))
		return true;
	do
		if (!take_str(c, &str, &len))
			return false;
	while (take(c, ','));
	return take(c, ']');
}

/* Its first character says what a value is, if it is one. */
static bool
take_value(struct cursor *c, struct member *m)
{
	switch (c->at < c->end ? *c->at : '\0') {
	case '"':
		m->kind = MEMBER_STR;
		return take_str(c, &m->str, &m->str_len);
	case '[':
		m->kind = MEMBER_OTHER;
		return take_words(c);
	case 't':
		m->kind = MEMBER_OTHER;
		return take_word(c, "true");
	case 'f':
		m->kind = MEMBER_OTHER;
		return take_word(c, "false");
	case 'n':
		m->kind = MEMBER_OTHER;
		return take_word(c, "null");
	default:
		m->kind = MEMBER_INT;
		return take_int(c, &m->number);
	}
}

static const struct member *
find(const struct members *m, const char *name, size_t len)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].name_len == len &&
		    memcmp(m->list[i].name, name, len) == 0)
			return &m->list[i];
	return NULL;
}

static bool
take_member(struct cursor *c, struct members *m)
{
	struct member *next = &m->list[m->count];
	char *name;

	if (m->count == MEMBERS_MAX || !take_str(c, &name, &next->name_len) ||
	    !take(c, ':') || !take_value(c, next) ||
	    find(m, name, next->name_len) != NULL)
		return false;
	next->name = name;
	m->count++;
	return true;
}

/* The short way. False, with the text as it was, where it is not enough. */
static bool
read_plain(struct members *m, char *text, size_t len)
{
	struct cursor c = {text, text + len};

	if (!take(&c, '{'))
		return false;
	if (!take(&c, '}')) {
		do
			if (!take_member(&c, m))
				return false;
		while (take(&c, ','));
		if (!take(&c, '}'))
			return false;
	}
	if (c.at != c.end)
		return false;
	/* Over their closing quotes. */
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].kind == MEMBER_STR)
			m->list[i].str[m->list[i].str_len] = '\0';
	return true;
}

enum err
members_read(struct members *m, char *text, size_t len)
{
	m->tree = NULL;
	m->count = 0;
	if (read_plain(m, text, len))
		return OK;
	m->count = 0;
	m->tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(m->tree))
		return OK;
	members_free(m);
	return ERR_SYNTAX;
}

void
members_free(struct members *m)
{
	json_decref(m->tree);
	m->tree = NULL;
	m->count = 0;
}

bool
members_has(const struct members *m, const char *name)
{
	return m->tree != NULL ? json_object_get(m->tree, name) != NULL
			       : find(m, name, strlen(name)) != NULL;
}

const char *
members_str(const struct members *m, const char *name)
{
	const struct member *found;

	if (m->tree != NULL)
		return json_string_value(json_object_get(m->tree, name));
	found = find(m, name, strlen(name));
	return found != NULL && found->kind == MEMBER_STR ? found->str : NULL;
}

int64_t
members_int(const struct members *m, const char *name, int64_t fallback)
{
	const struct member *found;
	const json_t *value;

	if (m->tree != NULL) {
		value = json_object_get(m->tree, name);
		return json_is_integer(value) ? json_integer_value(value)
					      : fallback;
	}
	found = find(m, name, strlen(name));
	return found != NULL && found->kind == MEMBER_INT ? found->number
							  : fallback;
}

const json_t *
members_object(const struct members *m, const char *name)
{
	const json_t *value = json_object_get(m->tree, name);

	return json_is_object(value) ? value : NULL;
}
