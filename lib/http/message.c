#include "http/message.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_CAP = 128 };

static int
compare_keys(const void *key, const void *message)
{
	return strcmp(key, ((const struct message *)message)->key);
}

const char *
message_text(const struct catalogue *c, const char *key)
{
	const struct message *m = bsearch(
	    key, c->messages, c->count, sizeof *c->messages, compare_keys);

	return m != NULL ? m->text : NULL;
}

const char *
message_part(const struct catalogue *c, const char *group, const char *name,
    const char *part)
{
	char key[KEY_CAP];
	struct buf b;

	buf_init(&b, key, sizeof key);
	buf_printf(&b, "%s.%s", group, name);
	if (part != NULL)
		buf_printf(&b, ".%s", part);
	return buf_ok(&b) ? message_text(c, key) : NULL;
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
message_put(struct buf *out, const struct catalogue *c, const char *key,
    const char *place, const char *value)
{
	const char *text = message_text(c, key);
	struct message_piece piece;

	if (text == NULL)
		out->failed = true;
	while (text != NULL && message_next(&text, &piece)) {
		buf_put(out, piece.plain, piece.len);
		if (str_equal(piece.place, place))
			buf_puts(out, value);
	}
}

/* Of languages that have one and many, as English. */
static const char *
plural_form(int64_t n)
{
	return n == 1 ? "one" : "other";
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
	buf_printf(&b, "%s[%s]", key, plural_form(n));
	message_put(out, c, buf_ok(&b) ? form_key : key, "n", number);
}
