#include "domain/archive_text.h"

#include "base/str.h"

#include <string.h>

/* What the header of a tar file can have, and every record of ours. */
#define MADE_AT_MAX (((int64_t)1 << 33) - 1)

static const char first_line[] = "latchkey backup, format ";

void
archive_put_head(struct buf *b, const struct archive_head *head)
{
	buf_puts(b, first_line);
	buf_put_int(b, ARCHIVE_FORMAT);
	buf_printf(
	    b, "\nversion %s\nissuer %s\ntime ", head->version, head->issuer);
	buf_put_int(b, head->made_at);
	buf_printf(b, "\nkeys %s\n", head->has_keys ? "yes" : "no");
}

/* Takes the line "NAME VALUE" off TEXT. */
static enum err
take_head_line(char *value, size_t cap, const char **text, const char *end,
    const char *name)
{
	const char *at = *text, *newline;
	size_t len = strlen(name);

	if ((size_t)(end - at) < len || memcmp(at, name, len) != 0)
		return ERR_CORRUPT;
	at += len;
	newline = memchr(at, '\n', (size_t)(end - at));
	if (newline == NULL ||
	    str_copy_n(value, cap, at, (size_t)(newline - at)) != OK)
		return ERR_CORRUPT;
	*text = newline + 1;
	return OK;
}

enum err
archive_get_head(struct archive_head *head, const char *text, size_t len)
{
	const char *end = text + len;
	char format[16], time[24], keys[8];
	int64_t number;

	*head = (struct archive_head){.made_at = 0};
	if (take_head_line(format, sizeof format, &text, end, first_line) !=
		OK ||
	    str_to_int64(format, 1, INT64_MAX, &number) != OK ||
	    take_head_line(head->version, sizeof head->version, &text, end,
		"version ") != OK)
		return ERR_CORRUPT;
	if (number > ARCHIVE_FORMAT)
		return ERR_VERSION;
	if (take_head_line(head->issuer, sizeof head->issuer, &text, end,
		"issuer ") != OK ||
	    !issuer_valid(head->issuer) ||
	    take_head_line(time, sizeof time, &text, end, "time ") != OK ||
	    str_to_int64(time, 0, MADE_AT_MAX, &head->made_at) != OK ||
	    take_head_line(keys, sizeof keys, &text, end, "keys ") != OK ||
	    text != end)
		return ERR_CORRUPT;
	head->has_keys = str_equal(keys, "yes");
	return head->has_keys || str_equal(keys, "no") ? OK : ERR_CORRUPT;
}

void
archive_put_sum(struct buf *b, const char *name, uint64_t size,
    const uint8_t hash[static HASH_LEN])
{
	static const char digits[] = "0123456789abcdef";

	buf_printf(b, "BLAKE2b-256%s (%s) = ",
	    size > ARCHIVE_PIECE ? " of pieces of 16 MiB" : "", name);
	for (size_t i = 0; i < HASH_LEN; i++) {
		buf_putc(b, digits[hash[i] >> 4]);
		buf_putc(b, digits[hash[i] & 15]);
	}
	buf_putc(b, '\n');
}

bool
archive_has_sum(const struct buf *sums, const char *name)
{
	char text[TAR_NAME_CAP + 2];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_printf(&b, "(%s)", name);
	return strstr(sums->text, text) != NULL;
}
