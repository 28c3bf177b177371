#include "base/buf.h"

#include "base/base64.h"
#include "base/secret.h"

#include <stdio.h>
#include <string.h>

static const char hex[] = "0123456789ABCDEF";

/* Bytes that may still be appended, the NUL's place left out. */
static size_t
room(const struct buf *b)
{
	return b->cap - b->len - 1;
}

void
buf_init(struct buf *b, char *text, size_t cap)
{
	b->text = text;
	b->cap = cap;
	buf_reset(b);
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

void
buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (b->failed || len > room(b)) {
		b->failed = true;
		return;
	}
	if (len > 0)
		memcpy(b->text + b->len, bytes, len);
	b->len += len;
	b->text[b->len] = '\0';
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	if (b->failed)
		return;
	va_start(args, format);
	n = vsnprintf(b->text + b->len, room(b) + 1, format, args);
	va_end(args);
	if (n < 0 || (size_t)n > room(b)) {
		b->text[b->len] = '\0'; /* no half appends */
		b->failed = true;
		return;
	}
	b->len += (size_t)n;
}

void
buf_put_int(struct buf *b, int64_t n)
{
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (n < 0)
		buf_putc(b, '-');
	buf_put(b, digits + at, sizeof digits - at);
}

static bool
unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void
buf_put_url_arg(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		const unsigned char u = (unsigned char)*s;
		const char escape[3] = {'%', hex[u >> 4], hex[u & 15]};

		if (unreserved(*s))
			buf_putc(b, *s);
		else
			buf_put(b, escape, sizeof escape);
	}
}

static const char *
html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
buf_put_html(struct buf *b, const char *s)
{
	buf_put_html_n(b, s, strlen(s));
}

void
buf_put_html_n(struct buf *b, const char *s, size_t len)
{
	while (len > 0) {
		size_t plain = strcspn(s, "&<>\"'");

		if (plain >= len) {
			buf_put(b, s, len);
			return;
		}
		buf_put(b, s, plain);
		buf_puts(b, html_entity(s[plain]));
		s += plain + 1;
		len -= plain + 1;
	}
}

void
buf_put_log(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		const unsigned char u = (unsigned char)*s;
		const char escape[4] = {'\\', 'x', hex[u >> 4], hex[u & 15]};

		/* The backslash too: else an escape could be forged. */
		if (u < ' ' || u > '~' || *s == '"' || *s == '\\')
			buf_put(b, escape, sizeof escape);
		else
			buf_putc(b, *s);
	}
}

void
buf_put_span(struct buf *b, int64_t seconds)
{
	static const int64_t day_s = 86400;
	bool days = seconds >= 2 * day_s;

	buf_put_int(b, days ? (seconds + day_s / 2) / day_s : seconds);
	buf_puts(b, days ? " days" : " seconds");
}

void
buf_put_base64url(struct buf *b, const void *bytes, size_t len)
{
	if (b->failed || len > room(b) || BASE64URL_CAP(len) - 1 > room(b)) {
		b->failed = true;
		return;
	}
	base64url_encode(b->text + b->len, BASE64URL_CAP(len), bytes, len);
	b->len += BASE64URL_CAP(len) - 1;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	b->text[0] = '\0';
}

void
buf_wipe(struct buf *b)
{
	secret_wipe(b->text, b->cap);
	buf_reset(b);
}
