/* A long JSON text is read a value at a time, and no more than there is. */
#include "base/json_stream.h"

#include "base/str.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* All of TEXT, an object of arrays, as "name:count ..."; or what is wrong. */
static const char *
read_all(const char *text)
{
	static char told[1024];
	static struct json_stream s;
	char name[JSON_NAME_CAP];
	json_t *value;
	size_t count;
	enum err e;

	told[0] = '\0';
	json_stream_begin(&s, text, strlen(text));
	e = json_stream_enter(&s, '{');
	while (e == OK && (e = json_stream_member(&s, name)) == OK) {
		count = 0;
		e = json_stream_enter(&s, '[');
		while (e == OK && (e = json_stream_item(&s)) == OK) {
			e = json_stream_take(&s, &value);
			json_decref(value);
			count++;
		}
		snprintf(told + strlen(told), 128, "%s:%zu ", name, count);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	if (e == ERR_NOT_FOUND)
		e = json_stream_end(&s);
	return e == OK ? told : s.fault;
}

static void
right(void)
{
	CHECK(str_equal(read_all("{}"), ""), "json_stream: an empty object");
	CHECK(str_equal(read_all("{\"a\":[],\"b\":[1]}\n"), "a:0 b:1 "),
	    "json_stream: members, and what is in them");
	CHECK(str_equal(read_all(" {\n\t\"a\" : [ 12 , \"x\" ,{\"c\":[1,2]},"
				 "[[]], null,true ] } \r\n"),
		  "a:6 "),
	    "json_stream: values of every kind, and blanks");
}

static void
wrong(void)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
	    {"", "line 1: an object, {...}, is expected here"},
	    {"[]", "line 1: an object, {...}, is expected here"},
	    {"{\"a\":1}", "line 1: an array, [...], is expected here"},
	    {"{\"a\":[1]", "line 1: the text ends early"},
	    {"{\"a\":[1\n", "line 2: the text ends early"},
	    {"{\"a\":[1 2]}", "line 1: a comma is expected here"},
	    {"{\"a\":[1,]}", "line 1: unexpected token"},
	    {"{\"a\":[,1]}", "line 1: unexpected token"},
	    {"{\"a\":[1],}", "line 1: the name of a member is expected here"},
	    {"{a:[1]}", "line 1: the name of a member is expected here"},
	    {"{\"a\" [1]}", "line 1: a colon is expected here"},
	    {"{\"a\":[1]}{}", "line 1: there is more than one JSON value"},
	    {"{\"a\":[\n\n{\"b\":1,\n\"b\":2}]}",
		"line 4: duplicate object key"},
	    {"{\"a\":[\"secret\" \"\\u0000\"]}",
		"line 1: a comma is expected here"},
	    {"{\"a\":[\"\\u0000\"]}",
		"line 1: \\u0000 is not allowed without JSON_ALLOW_NUL"},
	    {"{\"a\":[\"\xff\"]}", "line 1: unable to decode byte 0xff"},
	    {"{\"a\":[\"it is a secret", "line 1: premature end of input"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(str_equal(read_all(rows[i].text), rows[i].fault),
		    rows[i].fault);
}

static void
bounds(void)
{
	size_t len = JSON_VALUE_MAX + 64;
	char *text = malloc(len + 1);

	if (text == NULL)
		exit(1);
	memset(text, 'x', len);
	memcpy(text, "{\"a\":[\"", 7);
	memcpy(text + len - 3, "\"]}", 4);
	CHECK(str_equal(read_all(text), "line 1: the value is too long"),
	    "json_stream: a value has a longest length");
	memcpy(text + JSON_VALUE_MAX - 64, "\"]}", 4);
	CHECK(str_equal(read_all(text), "a:1 "),
	    "json_stream: one that is almost as long is read");
	memset(text, 'n', 100);
	memcpy(text, "{\"", 2);
	memcpy(text + 100, "\":[]}", 6);
	CHECK(str_equal(
		  read_all(text), "line 1: the name of a member is too long"),
	    "json_stream: so has the name of a member");
	free(text);
}

int
main(void)
{
	right();
	wrong();
	bounds();
	return check_done();
}
