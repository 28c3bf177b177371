#include "base/json.h"

#include "base/names.h"
#include "base/str.h"

#include <string.h>

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
json_put_bool(struct json_build *b, const char *key, bool value)
{
	json_put(b, key, json_boolean(value));
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
append_member(const char *bytes, size_t len, void *arg)
{
	struct buf *b = arg;

	buf_put(b, bytes, len);
	return b->failed ? -1 : 0;
}

void
json_write(struct buf *b, const json_t *v)
{
	if (json_dump_callback(
		v, append_member, b, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		b->failed = true;
}

/* --- as text ------------------------------------------------------------- */

/* Whether the eight bytes at S are ASCII that needs no escape: a high bit shows
 * where one is over 126, below a space, a quote or a backslash. */
static bool
is_plain8(const char *s)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t c;

	memcpy(&c, s, sizeof c);
	return ((c | (c + each) | (c - each * ' ') | ((c ^ each * '"') - each) |
		    ((c ^ each * '\\') - each)) &
		   each * 0x80) == 0;
}

size_t
json_plain_span(const char *s, size_t len)
{
	size_t i = 0;

	while (len - i >= 8 && is_plain8(s + i))
		i += 8;
	for (; i < len; i++)
		if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\')
			break;
	return i;
}

/* Nearly all is plain; the rest is jansson's. */
static void
put_string(struct buf *b, const char *s)
{
	size_t len = strlen(s);
	json_t *value;

	if (json_plain_span(s, len) == len) {
		buf_putc(b, '"');
		buf_put(b, s, len);
		buf_putc(b, '"');
		return;
	}
	value = json_string(s);
	json_write(b, value);
	json_decref(value);
}

static void
put_key(struct json_text *t, const char *key)
{
	buf_puts(t->out, t->more ? ",\"" : "\"");
	buf_puts(t->out, key);
	buf_puts(t->out, "\":");
	t->more = true;
}

void
json_text_begin(struct json_text *t, struct buf *out)
{
	*t = (struct json_text){.out = out};
	buf_putc(out, '{');
}

void
json_text_begin_in(
    struct json_text *inner, struct json_text *t, const char *key)
{
	put_key(t, key);
	json_text_begin(inner, t->out);
}

void
json_text_str(struct json_text *t, const char *key, const char *value)
{
	put_key(t, key);
	put_string(t->out, value);
}

void
json_text_int(struct json_text *t, const char *key, int64_t value)
{
	put_key(t, key);
	buf_put_int(t->out, value);
}

void
json_text_bool(struct json_text *t, const char *key, bool value)
{
	put_key(t, key);
	buf_puts(t->out, value ? "true" : "false");
}

static void
put_list(struct json_text *t, const char *key, const char *list,
    bool (*next)(const char **cursor, char *item, size_t cap))
{
	const char *separator = "";
	char item[WORD_CAP];

	put_key(t, key);
	buf_putc(t->out, '[');
	for (; next(&list, item, sizeof item); separator = ",") {
		buf_puts(t->out, separator);
		put_string(t->out, item);
	}
	buf_putc(t->out, ']');
}

void
json_text_words(struct json_text *t, const char *key, const char *words)
{
	put_list(t, key, words, words_next);
}

void
json_text_names(struct json_text *t, const char *key, const char *names)
{
	put_list(t, key, names, names_next);
}

void
json_text_word_or_words(struct json_text *t, const char *key, const char *words)
{
	if (words_count(words) == 1)
		json_text_str(t, key, words);
	else
		json_text_words(t, key, words);
}

void
json_text_object(
    struct json_text *t, const char *key, const char *name, const char *value)
{
	struct json_text inner;

	put_key(t, key);
	json_text_begin(&inner, t->out);
	json_text_str(&inner, name, value);
	json_text_end(&inner);
}

void
json_text_raw(struct json_text *t, const char *key, const char *value)
{
	put_key(t, key);
	buf_puts(t->out, value);
}

void
json_text_end(struct json_text *t)
{
	buf_putc(t->out, '}');
}
