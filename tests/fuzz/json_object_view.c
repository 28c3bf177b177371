/* Any text is read, or refused, as jansson does it; so is each member. */
#include "base/json_object_view.h"

#include "base/str.h"
#include "fuzz.h"

#include <string.h>

enum { TEXT_CAP = 4096 };

static bool
has_word(const json_t *value, const char *word)
{
	if (json_is_string(value))
		return str_equal(json_string_value(value), word);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (has_word(json_array_get(value, i), word) &&
		    json_is_string(json_array_get(value, i)))
			return true;
	return false;
}

static void
compare_member(
    const struct json_object_view *m, const char *name, const json_t *value)
{
	const char *str = json_object_view_str(m, name);

	PROMISE(json_object_view_has(m, name));
	PROMISE((str != NULL) == json_is_string(value));
	PROMISE(str == NULL || str_equal(str, json_string_value(value)));
	PROMISE(json_object_view_int(m, name, -7) ==
		(json_is_integer(value) ? json_integer_value(value) : -7));
	PROMISE((json_object_view_object(m, name) != NULL) ==
		json_is_object(value));
	PROMISE(json_object_view_names(m, name, "a") == has_word(value, "a"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct json_object_view m;
	char text[TEXT_CAP];
	json_t *tree, *value;
	const char *name;
	enum err e;

	if (len > sizeof text)
		return 0;
	memcpy(text, bytes, len);
	tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	e = json_object_view_read(&m, text, len);
	PROMISE((e == OK) == json_is_object(tree));
	if (e == OK && m.tree == NULL)
		PROMISE(m.count == json_object_size(tree));
	json_object_foreach(tree, name, value) compare_member(&m, name, value);
	json_object_view_free(&m);
	json_decref(tree);
	return 0;
}
