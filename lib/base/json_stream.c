#include "base/json_stream.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

void
json_stream_begin(struct json_stream *s, const char *text, size_t len)
{
	*s = (struct json_stream){.text = text, .len = len};
}

static size_t
line_at(const struct json_stream *s, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += s->text[i] == '\n';
	return line;
}

static enum err
stream_fault(struct json_stream *s, size_t more_lines, const char *what)
{
	snprintf(s->fault, sizeof s->fault, "line %zu: %s",
	    line_at(s, s->at) + more_lines, what);
	return ERR_SYNTAX;
}

/* The next byte that is no blank; '\0' at the end. */
static char
next_byte(struct json_stream *s)
{
	while (s->at < s->len && strchr(" \t\r\n", s->text[s->at]) != NULL &&
	       s->text[s->at] != '\0')
		s->at++;
	return s->at < s->len ? s->text[s->at] : '\0';
}

enum err
json_stream_enter(struct json_stream *s, char open)
{
	if (next_byte(s) != open)
		return stream_fault(s, 0,
		    open == '[' ? "an array, [...], is expected here"
				: "an object, {...}, is expected here");
	s->at++;
	s->more = false;
	return OK;
}

/* Past the comma before the next item, or past CLOSE: ERR_NOT_FOUND. */
static enum err
next_in(struct json_stream *s, char close)
{
	char byte = next_byte(s);

	if (byte == close) {
		s->at++;
		s->more = true; /* of what it is in */
		return ERR_NOT_FOUND;
	}
	if (s->more && byte != ',')
		return stream_fault(s, 0,
		    byte == '\0' ? "the text ends early"
				 : "a comma is expected here");
	if (s->more)
		s->at++;
	s->more = true;
	return OK;
}

enum err
json_stream_item(struct json_stream *s)
{
	return next_in(s, ']');
}

enum err
json_stream_member(struct json_stream *s, char name[static JSON_NAME_CAP])
{
	json_t *value;
	enum err e = next_in(s, '}');

	name[0] = '\0';
	if (e != OK)
		return e;
	if (next_byte(s) != '"')
		return stream_fault(
		    s, 0, "the name of a member is expected here");
	e = json_stream_take(s, &value);
	if (e != OK)
		return e;
	e = str_copy(name, JSON_NAME_CAP, json_string_value(value));
	json_decref(value);
	if (e != OK)
		return stream_fault(s, 0, "the name of a member is too long");
	if (next_byte(s) != ':')
		return stream_fault(s, 0, "a colon is expected here");
	s->at++;
	return OK;
}

enum err
json_stream_take(struct json_stream *s, json_t **value)
{
	json_error_t error;
	size_t left;

	*value = NULL;
	if (next_byte(s) == '\0')
		return stream_fault(s, 0, "the text ends early");
	left = s->len - s->at;
	*value = json_loadb(s->text + s->at,
	    left < JSON_VALUE_MAX ? left : JSON_VALUE_MAX,
	    JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES,
	    &error);
	if (*value == NULL) {
		/* It quotes what is near, which may be a secret. */
		char *near = strstr(error.text, " near '");

		if (near != NULL)
			*near = '\0';
		return stream_fault(s,
		    error.line > 0 ? (size_t)error.line - 1 : 0,
		    left > JSON_VALUE_MAX &&
			    json_error_code(&error) ==
				json_error_premature_end_of_input
			? "the value is too long"
			: error.text);
	}
	s->at += (size_t)error.position;
	return OK;
}

enum err
json_stream_end(struct json_stream *s)
{
	next_byte(s);
	return s->at == s->len
		   ? OK
		   : stream_fault(s, 0, "there is more than one JSON value");
}
