/*
 * A long JSON text, read a part at a time: objects and arrays are entered, and
 * what is in them is taken value by value. So a text of any length costs the
 * memory of its longest value. Members come in the order of the text.
 */
#ifndef LK_BASE_JSON_STREAM_H
#define LK_BASE_JSON_STREAM_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	JSON_VALUE_MAX = 1 << 18, /* bytes of one value */
	JSON_NAME_CAP = 64,       /* of a member */
	JSON_FAULT_CAP = 256
};

struct json_stream {
	const char *text; /* borrowed */
	size_t len, at;
	bool more; /* an item was taken: a comma or the end is due */
	char fault[JSON_FAULT_CAP]; /* what is wrong, with its line */
};

void json_stream_begin(struct json_stream *s, const char *text, size_t len);

/* Each: ERR_SYNTAX, with the fault told. */

/* Enters an object (OPEN is '{') or an array ('['). */
enum err json_stream_enter(struct json_stream *s, char open) MUST_CHECK;

/* The name of the next member of the object that was entered; its value is to
 * be taken or entered. ERR_NOT_FOUND: there is none, the object is left. */
enum err json_stream_member(
    struct json_stream *s, char name[static JSON_NAME_CAP]) MUST_CHECK;

/* The same for the next item of an array. */
enum err json_stream_item(struct json_stream *s) MUST_CHECK;

/* Takes the value that is next, the caller's to json_decref. A member twice in
 * an object of it is a fault. */
enum err json_stream_take(struct json_stream *s, json_t **value) MUST_CHECK;

/* Nothing but blanks is left. */
enum err json_stream_end(struct json_stream *s) MUST_CHECK;

#endif
