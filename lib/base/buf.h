/*
 * Text built in the caller's storage. The first append that does not fit is
 * remembered and all later ones do nothing, so building is straight-line and
 * buf_ok() is asked once, at the end. The text is always NUL-terminated.
 */
#ifndef LK_BASE_BUF_H
#define LK_BASE_BUF_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *text; /* borrowed from the caller of buf_init */
	size_t len; /* bytes, without the NUL */
	size_t cap; /* storage, NUL included */
	bool failed;
};

/* Starts an empty text in TEXT, which has room for CAP bytes, CAP > 0. */
void buf_init(struct buf *b, char *text, size_t cap);

/* Whether every append so far fitted. */
bool buf_ok(const struct buf *b) MUST_CHECK;

/* Appends one byte, a C string, LEN bytes, formatted text, a decimal. */
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *s);
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_put_int(struct buf *b, int64_t n);
/* "40 days", to the nearest; below two of them "600 seconds". */
void buf_put_span(struct buf *b, int64_t seconds);

/* One function a context: what S means there, it means literally.
 * url_arg  percent-encodes all but RFC 3986 unreserved characters
 * html     escapes & < > " ' for text and quoted attributes
 * log      escapes control characters, quotes and bytes over 126 as \xHH */
void buf_put_url_arg(struct buf *b, const char *s);
void buf_put_html(struct buf *b, const char *s);
void buf_put_html_n(struct buf *b, const char *s, size_t len);
void buf_put_log(struct buf *b, const char *s);

/* Appends BYTES as base64url without padding (RFC 4648 5, RFC 7515 2). */
void buf_put_base64url(struct buf *b, const void *bytes, size_t len);

/* Empties the text; buf_wipe also zeroes the whole storage. */
void buf_reset(struct buf *b);
void buf_wipe(struct buf *b);

#endif
