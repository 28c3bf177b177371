#include "base/mail.h"

#include "base/secret.h"
#include "base/zone.h"

#include <string.h>

enum {
	/* Bytes of one encoded word: of 75 characters at most (RFC 2047 2),
	 * and the first shares its line of 76 with the header's name. */
	WORD_BYTES = 36,
	PLAIN_MAX = 60
};

static void
put_base64(struct buf *b, const char *bytes, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const unsigned char *s = (const unsigned char *)bytes + i;
		size_t n = len - i < 3 ? len - i : 3;
		unsigned three = (unsigned)s[0] << 16;

		if (n > 1)
			three |= (unsigned)s[1] << 8;
		if (n > 2)
			three |= s[2];
		buf_putc(b, letters[three >> 18]);
		buf_putc(b, letters[three >> 12 & 63]);
		buf_putc(b, n > 1 ? letters[three >> 6 & 63] : '=');
		buf_putc(b, n > 2 ? letters[three & 63] : '=');
	}
}

/* How many bytes of S, at most WORD_BYTES, are whole characters. */
static size_t
encoded_len(const char *s, size_t len)
{
	if (len <= WORD_BYTES)
		return len;
	len = WORD_BYTES;
	/* What is not UTF-8 is cut somewhere. */
	for (size_t back = 0; back < 4; back++)
		if (((unsigned char)s[len - back] & 0xc0) != 0x80)
			return len - back;
	return len;
}

static void
put_encoded(struct buf *b, const char *text)
{
	size_t left = strlen(text), len;

	for (; left > 0; text += len, left -= len) {
		len = encoded_len(text, left);
		buf_puts(b, "=?UTF-8?B?");
		put_base64(b, text, len);
		buf_puts(b, left > len ? "?=\n " : "?=");
	}
}

static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789";

/* Text that is what it seems: words of letters and digits, and MARKS. */
static void
put_header_text(struct buf *b, const char *text, const char *marks)
{
	size_t len = 0;

	while (text[len] != '\0' && (strchr(letters_and_digits, text[len]) ||
					strchr(marks, text[len])))
		len++;
	if (text[len] == '\0' && len > 0 && len <= PLAIN_MAX &&
	    text[0] != ' ' && text[len - 1] != ' ')
		buf_puts(b, text);
	else
		put_encoded(b, text);
}

/* Always in English (RFC 5322 3.3). */
static void
put_date(struct buf *b, int64_t t)
{
	static const char *const days[] = {
	    "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct civil_time c;

	zone_civil(&c, NULL, t);
	buf_printf(b, "%s, %02d %s %04lld %02d:%02d:%02d +0000",
	    days[t / 86400 % 7], c.day, months[c.month - 1], (long long)c.year,
	    c.hour, c.minute, c.second);
}

static void
put_message_id(struct buf *b, const char *host)
{
	uint8_t number[16];

	random_bytes(number, sizeof number);
	buf_puts(b, "<");
	buf_put_base64url(b, number, sizeof number);
	buf_printf(b, "@%s>", host);
}

void
mail_put_head(struct buf *b, const struct mail_head *h)
{
	buf_puts(b, "From: ");
	put_header_text(b, h->from_name, " ");
	buf_printf(b, " <%s>\nTo: %s\nSubject: ", h->from, h->to);
	put_header_text(b, h->subject, " .,-:'");
	buf_puts(b, "\nDate: ");
	put_date(b, h->now);
	buf_puts(b, "\nMessage-ID: ");
	put_message_id(b, h->host);
	buf_printf(b,
	    "\nContent-Language: %s\n"
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: 8bit\n\n",
	    h->language);
}
