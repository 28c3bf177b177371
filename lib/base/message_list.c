#include "base/message_list.h"

void
message_put_list(struct buf *out, const struct catalogue *c,
    const char *const *items, size_t count)
{
	char text[2][MESSAGE_LIST_CAP];
	const char *so_far = count > 0 ? items[0] : "";

	for (size_t i = 1; i < count; i++) {
		struct buf b;

		buf_init(&b, text[i % 2], MESSAGE_LIST_CAP);
		message_fill(&b, c, i + 1 < count ? "list.more" : "list.two",
		    (const struct message_place[]){
			{"first", so_far}, {"last", items[i]}, {NULL, NULL}});
		if (!buf_ok(&b))
			out->failed = true;
		so_far = text[i % 2];
	}
	buf_puts(out, so_far);
}
