#include "web/picture.h"

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "domain/icon.h"

#include <string.h>

/* As an image a picture runs nothing. Opened by itself it would be a page of
 * this origin: without scripts, without anything loaded, and of no origin. */
static const char picture_csp[] =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; sandbox";

static const char favicon[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 40\">"
    "<rect width=\"40\" height=\"40\" rx=\"11\" fill=\"#0b6156\"/>"
    "<g transform=\"rotate(-45 20 20)\" fill=\"none\" stroke=\"#f3c567\" "
    "stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\">"
    "<circle cx=\"12.5\" cy=\"20\" r=\"5.5\"/>"
    "<path d=\"M18 20h15.5M32 20v5M26.5 20v3.5\"/></g></svg>\n";

static void
answer_picture(struct response *r, enum icon_kind kind, const void *bytes,
    size_t len, const char *cache)
{
	r->content_type = icon_type(kind);
	r->csp = picture_csp;
	r->cache = cache;
	buf_put(&r->body, bytes, len);
}

static void
refuse_picture(struct call *c, enum err e)
{
	call_log_refusal(c, e, REASON_NONE, NULL);
	page_error(&c->response, &c->page, e, REASON_NONE);
}

struct icon_search {
	const char *client_id;
	struct icon icon;
};

static enum err
find_icon_step(struct store_txn *t, void *arg)
{
	struct icon_search *s = arg;

	return icon_get(t, s->client_id, &s->icon);
}

void
picture_icon(struct call *c)
{
	struct icon_search s = {.client_id = c->path + strlen(PICTURE_ICONS)};
	const char *asked = form_get(&c->request.query, "v");
	char tag[ICON_TAG_CAP];
	enum err e = store_read(c->provider->store, find_icon_step, &s);

	if (e != OK) {
		refuse_picture(c, e == ERR_NOT_FOUND ? ERR_NO_SUCH_PAGE : e);
		return;
	}
	icon_tag(tag, s.icon.bytes, s.icon.len);
	/* An address with its tag is never another picture's. */
	answer_picture(&c->response, icon_kind(s.icon.bytes, s.icon.len),
	    s.icon.bytes, s.icon.len,
	    asked != NULL && str_equal(asked, tag)
		? "public, max-age=31536000, immutable"
		: "no-cache");
}

void
picture_logo(struct call *c)
{
	const struct conf *conf = &c->provider->conf;
	char path[CONF_PATH_CAP + LOGO_CAP];
	const char *why = NULL;
	struct icon icon;
	enum err e = conf->logo[0] != '\0'
			 ? file_path(path, sizeof path, conf->dir, conf->logo)
			 : ERR_NOT_FOUND;

	if (e == OK) {
		why = icon_read(&icon, path);
		if (why != NULL)
			log_fault(
			    "logo_unusable", "file", path, "why", why, NULL);
	}
	if (e != OK || why != NULL)
		refuse_picture(c, ERR_NO_SUCH_PAGE);
	else
		answer_picture(&c->response, icon_kind(icon.bytes, icon.len),
		    icon.bytes, icon.len, "public, max-age=3600");
}

void
picture_favicon(struct call *c)
{
	answer_picture(&c->response, ICON_SVG, favicon, sizeof favicon - 1,
	    "public, max-age=86400");
}

void
picture_favicon_ico(struct call *c)
{
	answer_picture(&c->response, ICON_PNG, favicon_png, favicon_png_len,
	    "public, max-age=86400");
}

void
picture_put_icon_url(struct buf *b, const struct conf *conf,
    const char *client_id, const char *tag)
{
	buf_printf(b, "%s" PICTURE_ICONS, conf_issuer_path(conf));
	buf_put_url_arg(b, client_id);
	buf_printf(b, "?v=%s", tag);
}
