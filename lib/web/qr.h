/*
 * A text as a QR code, for telephones: an inline drawing, which needs no
 * permission of the Content-Security-Policy. libqrencode makes it, loaded when
 * the first one is drawn.
 */
#ifndef LK_WEB_QR_H
#define LK_WEB_QR_H

#include "base/buf.h"

#include <stdbool.h>

enum { QR_CAP = 24576 };

/* Appends TEXT as an <svg> of fixed colours, so that it can be read in the dark
 * as well. False, and OUT is as it was: libqrencode cannot be loaded, or TEXT
 * is too long. */
bool qr_put_svg(struct buf *out, const char *text) MUST_CHECK;

#endif
