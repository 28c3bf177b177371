/*
 * Records as JSON, by the table of their fields: for lists, and to write a
 * record down and read it back. Members stand in the order of the table. What
 * is bytes is base64url, except for UUIDs; times are Unix seconds.
 */
#ifndef LK_STORE_RECORD_JSON_H
#define LK_STORE_RECORD_JSON_H

#include "store/record_type.h"

#include <jansson.h>
#include <stdbool.h>

/* Sets in OBJECT what a list may show of RECORD, which is no secret; with
 * WHOLE, all its fields. A member that is there keeps its place. False: no
 * memory, or a text that is not UTF-8. */
bool record_show(json_t *object, const struct record_type *type,
    const void *record, bool whole) MUST_CHECK;

/* Reads RECORD back from an object with each of its fields and nothing else.
 * ERR_SYNTAX: a member is missing, unknown, of another type or too long, or
 * they make no sense together; RECORD is then zeroes. */
enum err record_from_json(const struct record_type *type, void *record,
    const json_t *object) MUST_CHECK;

/* The same for one field. What is read of it sets the members of RECORD that it
 * has, and is ERR_SYNTAX for a value of another type, or out of its bounds. */
json_t *record_field_to_json(
    const struct record_field *f, const void *record) MUST_CHECK;
enum err record_field_from_json(
    const struct record_field *f, void *record, const json_t *value) MUST_CHECK;

#endif
