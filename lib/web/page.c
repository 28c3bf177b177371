#include "web/page.h"

#include "base/log.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/uri.h"

#include <sodium.h>
#include <string.h>

enum { FORM_ACTION_CAP = 1024 };

/* The stylesheet stands in the page; its hash lets it in, and no other. */
static void
put_style_source(struct buf *b, const char *style)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(
	    crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	crypto_hash_sha256(hash, (const uint8_t *)style, strlen(style));
	sodium_bin2base64(text, sizeof text, hash, sizeof hash,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_printf(b, "; style-src 'sha256-%s'", text);
}

/* CSP's word for where a URI leads. */
static bool
uri_source(char source[static ORIGIN_CAP], const char *uri, bool any_port)
{
	/* It has none for an IPv6 address. */
	if (str_starts(uri, "http://["))
		return str_copy(source, ORIGIN_CAP, "http:") == OK;
	if (any_port && uri_is_loopback(uri)) {
		struct buf b;

		buf_init(&b, source, ORIGIN_CAP);
		buf_puts(&b, "http://");
		buf_put(&b, uri + b.len, strcspn(uri + b.len, ":/?"));
		buf_puts(&b, ":*");
		return buf_ok(&b);
	}
	if (uri_origin(source, uri) == OK)
		return true;
	return uri_place(source, uri) == OK;
}

/* False if they do not fit. With ANY_PORT the app may be at any port of a
 * loopback address (RFC 8252 7.3). */
static bool
add_sources(char *sources, size_t cap, const char *uris, bool any_port)
{
	char word[URI_CAP], source[ORIGIN_CAP];

	while (words_next(&uris, word, sizeof word))
		if (!uri_source(source, word, any_port) ||
		    words_add(sources, cap, source) != OK)
			return false;
	return true;
}

static void
put_form_action(struct buf *b, const struct client *client)
{
	char sources[FORM_ACTION_CAP] = "";

	/* Of an app at more places than a header holds none is named: blocked,
	 * the way back would be a dead end without a word. */
	if (client != NULL &&
	    !(add_sources(sources, sizeof sources, client->redirect_uris,
		  client_is_public(client)) &&
		add_sources(sources, sizeof sources,
		    client->post_logout_redirect_uris, false)))
		return;
	buf_puts(b, "; form-action 'self'");
	if (sources[0] != '\0')
		buf_printf(b, " %s", sources);
}

static void
set_csp(struct response *r, const char *style, const struct client *client)
{
	struct buf b;

	buf_init(&b, r->csp_text, sizeof r->csp_text);
	buf_puts(&b, "default-src 'none'; frame-ancestors 'none'; "
		     "base-uri 'none'");
	put_style_source(&b, style);
	put_form_action(&b, client);
	if (buf_ok(&b))
		r->csp = r->csp_text;
}

void
page_render(struct response *r, const struct page *p, const char *name,
    struct json_build *data, const struct client *client)
{
	const char *style = templates_text(p->templates, "style.css");
	json_t *object;

	if (style == NULL)
		style = "";
	json_put_str(data, "style", style);
	json_put_str(data, "site_name", p->conf->site_name);
	object = json_finish(data);
	if (object == NULL ||
	    template_render(&r->body, p->templates, name, object) != OK)
		r->failed = true;
	json_decref(object);
	set_csp(r, style, client);
}

static const struct {
	enum reason reason;
	const char *message;
} messages[] = {
    {REASON_CLIENT_ID_MISSING,
	"The app that sent you here did not say which app it is. Go back to "
	"it and try again."},
    {REASON_CLIENT_ID_UNKNOWN,
	"The app that sent you here is not registered here. Go back to it; "
	"if that does not help, tell the person who looks after it."},
    {REASON_REDIRECT_URI_MISSING,
	"The app that sent you here did not say where to send you back. Tell "
	"the person who looks after it."},
    {REASON_REDIRECT_URI_UNREGISTERED,
	"The app that sent you here wants to send you to an address that is "
	"not registered for it. For your safety this stops here. Tell the "
	"person who looks after the app."},
    {REASON_POST_LOGOUT_REDIRECT_URI_UNREGISTERED,
	"The app wants to send you to an address that is not registered for "
	"it. Nothing was changed. Sign out here, or go back to the app."},
    {REASON_REQUEST_UNREADABLE,
	"Your browser sent something that cannot be read. Delete the cookies "
	"of this site and try again."},
    {REASON_BODY_UNREADABLE,
	"The form that was sent cannot be read. Go back, load the page again "
	"and try again."},
    {REASON_REQUEST_LOST,
	"The form that was sent is not complete. Go back to the app and start "
	"again."},
    {REASON_FORM_TOKEN,
	"This page was open for too long, or your browser does not accept "
	"cookies. Go back to the app and start again."},
};

static const struct {
	enum err err;
	const char *heading, *message;
} fallbacks[] = {
    {ERR_NO_SUCH_PAGE, "Page not found", "There is nothing at this address."},
    {ERR_METHOD_NOT_ALLOWED, "That does not work here",
	"This address does not accept this kind of request."},
    {ERR_CONTENT_TOO_LARGE, "Too much data",
	"More data was sent than is accepted. Go back and try again."},
    {ERR_TEMPORARILY_UNAVAILABLE, "Just a moment",
	"The service is busy. Try again in a minute."},
    {ERR_FORBIDDEN, "Please start again", "Go back and try again."},
};

void
page_error(
    struct response *r, const struct page *p, enum err e, enum reason reason)
{
	page_error_link(r, p, e, reason, "", "");
}

void
page_error_link(struct response *r, const struct page *p, enum err e,
    enum reason reason, const char *url, const char *text)
{
	const char *heading = "Something went wrong";
	const char *message =
	    "The request of the app that sent you here is not "
	    "valid. Go back to it and try again.";
	const char *word = reason_word(reason);
	struct json_build b;

	if (err_is_fault(e)) {
		message = "This is a fault of the sign-in service, and nothing "
			  "was lost. Try again in a minute.";
	}
	for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
		if (fallbacks[i].err == e) {
			heading = fallbacks[i].heading;
			message = fallbacks[i].message;
		}
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
		if (messages[i].reason == reason)
			message = messages[i].message;
	response_begin(r, err_status(e));
	json_begin(&b);
	json_put_str(&b, "title", heading);
	json_put_str(&b, "heading", heading);
	json_put_str(&b, "message", message);
	json_put_str(&b, "reason", word != NULL ? word : "");
	json_put_str(&b, "link_url", url);
	json_put_str(&b, "link_text", text);
	page_render(r, p, "error.html", &b, NULL);
}
