#include "base/json.h"

#include "base/str.h"

enum { WORD_CAP = 2048 };

void
json_begin(struct json_build *b)
{
	b->object = json_object();
	b->failed = b->object == NULL;
}

void
json_put(struct json_build *b, const char *key, json_t *value)
{
	if (json_object_set_new(b->object, key, value) != 0)
		b->failed = true;
}

void
json_put_str(struct json_build *b, const char *key, const char *value)
{
	json_put(b, key, json_string(value));
}

void
json_put_int(struct json_build *b, const char *key, int64_t value)
{
	json_put(b, key, json_integer(value));
}

void
json_put_bool(struct json_build *b, const char *key, bool value)
{
	json_put(b, key, json_boolean(value));
}

json_t *
json_words(const char *words)
{
	json_t *array = json_array();
	char word[WORD_CAP];

	while (words_next(&words, word, sizeof word))
		if (json_array_append_new(array, json_string(word)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

void
json_put_words(struct json_build *b, const char *key, const char *words)
{
	json_put(b, key, json_words(words));
}

json_t *
json_finish(struct json_build *b)
{
	json_t *object = b->object;

	b->object = NULL;
	if (!b->failed)
		return object;
	json_decref(object);
	return NULL;
}

static int
append(const char *bytes, size_t len, void *arg)
{
	struct buf *b = arg;

	buf_put(b, bytes, len);
	return b->failed ? -1 : 0;
}

void
json_write(struct buf *b, const json_t *v)
{
	if (json_dump_callback(v, append, b, JSON_COMPACT) != 0)
		b->failed = true;
}
