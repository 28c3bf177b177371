/*
 * Pictures: the icons of apps, and our own, which browsers show beside the
 * title. Nothing in one runs, and nothing is loaded for it:
 * it is a picture in a page, and alone it is a page in a sandbox.
 */
#ifndef LK_WEB_PICTURE_H
#define LK_WEB_PICTURE_H

#include "base/buf.h"
#include "domain/client.h"
#include "domain/conf.h"
#include "web/call.h"

#define PICTURE_ICONS "/icon/"

/* The icon of the app that the path names. */
void picture_icon(struct call *c);

/* The file that the settings name. One that cannot be used is logged. */
void picture_logo(struct call *c);

/* Ours. */
void picture_favicon(struct call *c);

/* The same as a PNG, made from the SVG by hand (data/favicon.png): browsers ask
 * for /favicon.ico where no page has told them of another. */
void picture_favicon_ico(struct call *c);
extern const uint8_t favicon_png[];
extern const size_t favicon_png_len;

/* Appends the address of the client's icon, which has one; it changes with
 * the icon. */
void picture_put_icon_url(struct buf *b, const struct conf *conf,
    const char *client_id, const char *tag);

#endif
