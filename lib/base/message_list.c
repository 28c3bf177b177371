#include "base/message_list.h"

#include "base/str.h"

/* FIRST and LAST in their places of the text KEY. */
static void
join(struct buf *out, const struct catalogue *c, const char *key,
    const char *first, const char *last)
{
	const char *text = message_text(c, key);
	struct message_piece piece;

	if (text == NULL)
		out->failed = true;
	while (text != NULL && message_next(&text, &piece)) {
		buf_put(out, piece.plain, piece.len);
		if (str_equal(piece.place, "first"))
			buf_puts(out, first);
		else if (str_equal(piece.place, "last"))
			buf_puts(out, last);
	}
}

void
message_put_list(struct buf *out, const struct catalogue *c,
    const char *const *items, size_t count)
{
	char text[2][MESSAGE_LIST_CAP];
	const char *so_far = count > 0 ? items[0] : "";

	for (size_t i = 1; i < count; i++) {
		struct buf b;

		buf_init(&b, text[i % 2], MESSAGE_LIST_CAP);
		join(&b, c, i + 1 < count ? "list.more" : "list.two", so_far,
		    items[i]);
		if (!buf_ok(&b))
			out->failed = true;
		so_far = text[i % 2];
	}
	buf_puts(out, so_far);
}
