#include "base/message.h"

#include "base/str.h"

#include <string.h>

enum { KEY_CAP = 128 };

const char *
message_text(const struct catalogue *c, const char *key)
{
	const struct message_keys *keys = c->keys;
	size_t low = 0, high = keys->count;

	while (low < high) {
		size_t i = low + (high - low) / 2;
		int order = strcmp(key, keys->text + keys->at[i]);

		if (order == 0)
			return c->text + c->at[i];
		if (order < 0)
			high = i;
		else
			low = i + 1;
	}
	return NULL;
}

const char *
message_part(const struct catalogue *c, const char *group, const char *name,
    const char *part)
{
	char key[KEY_CAP];
	struct buf b;

	buf_init(&b, key, sizeof key);
	buf_puts(&b, group);
	buf_putc(&b, '.');
	buf_puts(&b, name);
	if (part != NULL) {
		buf_putc(&b, '.');
		buf_puts(&b, part);
	}
	return buf_ok(&b) ? message_text(c, key) : NULL;
}

const char *
message_of_english(
    const struct catalogue *c, const char *group, const char *english)
{
	const struct catalogue *first = catalogues;
	const size_t len = strlen(group);

	for (size_t i = 0; i < c->keys->count; i++) {
		const char *key = c->keys->text + c->keys->at[i];

		if (str_starts(key, group) && key[len] == '.' &&
		    str_equal(first->text + first->at[i], english))
			return c->text + c->at[i];
	}
	return NULL;
}

bool
message_next(const char **text, struct message_piece *piece)
{
	const char *rest = *text, *close;

	if (*rest == '\0')
		return false;
	piece->plain = rest;
	piece->len = strcspn(rest, "{");
	piece->place[0] = '\0';
	rest += piece->len;
	close = strchr(rest, '}');
	/* The places of what is compiled in are short. */
	if (close != NULL && str_copy_n(piece->place, sizeof piece->place,
				 rest + 1, (size_t)(close - rest - 1)) == OK)
		rest = close + 1;
	else
		rest += strlen(rest);
	*text = rest;
	return true;
}

void
message_fill(struct buf *out, const struct catalogue *c, const char *key,
    const struct message_place *places)
{
	const char *text = message_text(c, key);
	struct message_piece piece;

	if (text == NULL)
		out->failed = true;
	while (text != NULL && message_next(&text, &piece)) {
		buf_put(out, piece.plain, piece.len);
		for (const struct message_place *p = places; p->name != NULL;
		     p++)
			if (str_equal(p->name, piece.place))
				buf_puts(out, p->value);
	}
}

void
message_put(struct buf *out, const struct catalogue *c, const char *key,
    const char *place, const char *value)
{
	message_fill(out, c, key,
	    (const struct message_place[]){{place, value}, {NULL, NULL}});
}

static const char *
polish_plural(int64_t n)
{
	int64_t tens = n % 100 / 10, ones = n % 10;

	if (n == 1)
		return "one";
	return ones >= 2 && ones <= 4 && tens != 1 ? "few" : "many";
}

static const char *
arabic_plural(int64_t n)
{
	static const char *const first[] = {"zero", "one", "two"};
	int64_t rest = n % 100;

	if (n >= 0 && n <= 2)
		return first[n];
	if (rest >= 3 && rest <= 10)
		return "few";
	return rest >= 11 ? "many" : "other";
}

static const char *
no_plural(int64_t n)
{
	(void)n;
	return "other";
}

static const char *
french_plural(int64_t n)
{
	return n == 0 || n == 1 ? "one" : "other";
}

static const char *
english_plural(int64_t n)
{
	return n == 1 ? "one" : "other";
}

static const struct {
	const char *language;
	const char *(*form)(int64_t n);
} plurals[] = {
    {"ar", arabic_plural},
    {"fr", french_plural},
    {"ja", no_plural},
    {"pl", polish_plural},
    {"pt", french_plural},
    {"zh-Hans", no_plural},
};

/* Millions, which French and its sisters count in a form of their own, are not
 * counted here. */
const char *
message_plural(const char *language, int64_t n)
{
	for (size_t i = 0; i < sizeof plurals / sizeof *plurals; i++)
		if (str_equal(plurals[i].language, language))
			return plurals[i].form(n);
	return english_plural(n);
}

void
message_put_count(
    struct buf *out, const struct catalogue *c, const char *key, int64_t n)
{
	char number[24], form_key[KEY_CAP];
	struct buf b;

	buf_init(&b, number, sizeof number);
	buf_put_int(&b, n);
	buf_init(&b, form_key, sizeof form_key);
	buf_printf(&b, "%s[%s]", key, message_plural(c->language, n));
	message_put(out, c, buf_ok(&b) ? form_key : key, "n", number);
}
