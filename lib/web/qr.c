#include "web/qr.h"

#ifndef LK_STATIC

#include "base/library.h"

#include <pthread.h>
#include <qrencode.h>

enum { QUIET = 4 /* modules of white around it, as readers expect */ };

static struct libqrencode {
	__typeof__(QRcode_encodeString8bit) *encode;
	__typeof__(QRcode_free) *free;
	bool complete;
} libqrencode;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load_libqrencode(void)
{
	struct libqrencode *l = &libqrencode;
	void *library = library_open("libqrencode.so.4");

	l->complete =
	    library != NULL &&
	    library_find(library, "QRcode_encodeString8bit", &l->encode) &&
	    library_find(library, "QRcode_free", &l->free);
}

/* The dark modules of a row, as rectangles: each run of them is one. */
static void
put_qr_row(struct buf *out, const unsigned char *row, int width, int y)
{
	for (int x = 0, end; x < width; x = end + 1) {
		for (end = x; end < width && (row[end] & 1); end++)
			continue;
		if (end > x)
			buf_printf(out, "M%d %dh%dv1h-%dz", x + QUIET,
			    y + QUIET, end - x, end - x);
	}
}

static void
put_svg(struct buf *out, const QRcode *code)
{
	int side = code->width + 2 * QUIET;

	buf_printf(out,
	    "<svg class=\"qr\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">"
	    "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
	    "<path fill=\"#000\" d=\"",
	    side, side, side, side, side);
	for (int y = 0; y < code->width; y++)
		put_qr_row(out, code->data + y * code->width, code->width, y);
	buf_puts(out, "\"/></svg>");
}

bool
qr_put_svg(struct buf *out, const char *text)
{
	QRcode *code;

	if (pthread_once(&once, load_libqrencode) != 0 || !libqrencode.complete)
		return false;
	code = libqrencode.encode(text, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return false;
	put_svg(out, code);
	libqrencode.free(code);
	return true;
}

#else /* LK_STATIC: there is no archive of it */

bool
qr_put_svg(struct buf *out, const char *text)
{
	(void)out;
	(void)text;
	return false;
}

#endif
