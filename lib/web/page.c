#include "web/page.h"

#include "base/log.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/uri.h"
#include "web/colour.h"
#include "web/reader.h"

#include <sodium.h>
#include <string.h>

#define PAGE_SCRIPT "script"
#define PAGE_CHOOSER "chooser"

enum {
	FORM_ACTION_CAP = 1024,
	TEMPLATE_NAME_CAP = 32,
	STYLE_CAP = 65536,
	ABOUT_CAP = 201
};

/* The hash of a text that each page has, as CSP writes it. It takes
 * longer than the rest of a page, so that of the text before is kept, and told
 * by SUM: the text is ours, and a wrong hash would only block it. */
struct source_hash {
	size_t len;
	uint64_t sum;
	char text[sodium_base64_ENCODED_LEN(
	    crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
};

static uint64_t
sum_of(const char *s, size_t len)
{
	uint64_t sum = len, word;

	for (; len >= sizeof word; s += sizeof word, len -= sizeof word) {
		memcpy(&word, s, sizeof word);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 32;
	}
	while (len-- > 0)
		sum = (sum ^ (uint8_t)s[len]) * 0x9e3779b97f4a7c15;
	return sum;
}

/* The stylesheet is part of the page, and so is a script, where there is one.
 * Its hash allows it, and no other. */
static void
put_hash_source(struct buf *b, const char *directive, const char *source,
    struct source_hash *kept)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	size_t len = strlen(source);
	uint64_t sum = sum_of(source, len);

	if (kept->len != len || kept->sum != sum || len == 0) {
		crypto_hash_sha256(hash, (const uint8_t *)source, len);
		sodium_bin2base64(kept->text, sizeof kept->text, hash,
		    sizeof hash, sodium_base64_VARIANT_ORIGINAL);
		kept->len = len;
		kept->sum = sum;
	}
	buf_printf(b, "; %s 'sha256-%s'", directive, kept->text);
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

	/* An app may have more redirect URIs than a header holds. Then none is
	 * named: a blocked way back would stop without a message. */
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

/* A page whose frames do not fit has none that load: it is told so in time. */
static void
put_frames(struct buf *b, const char *uris)
{
	char sources[FORM_ACTION_CAP] = "";

	if (uris != NULL && add_sources(sources, sizeof sources, uris, false) &&
	    sources[0] != '\0')
		buf_printf(b, "; frame-src %s", sources);
}

static void
set_csp(struct response *r, const struct page *p, const char *style,
    const char *script, const struct client *client)
{
	static _Thread_local struct source_hash of_style, of_script;
	struct buf b;

	buf_init(&b, r->csp_text, sizeof r->csp_text);
	buf_printf(&b,
	    "default-src 'none'; frame-ancestors %s; "
	    "base-uri 'none'; img-src 'self'",
	    p->framed_by != NULL ? p->framed_by : "'none'");
	put_hash_source(&b, "style-src", style, &of_style);
	if (script[0] != '\0')
		put_hash_source(&b, "script-src", script, &of_script);
	put_form_action(&b, client);
	put_frames(&b, p->frames);
	if (!buf_ok(&b))
		return;
	r->csp = r->csp_text;
	r->may_be_framed = p->framed_by != NULL;
}

static void
put_sheet(struct buf *b, const struct page *p, const char *name)
{
	const char *sheet = templates_text(p->templates, name);

	if (sheet != NULL)
		buf_puts(b, sheet);
}

/* The sheet of all pages, that of the provider's own, and its colour. */
static const char *
make_style(char style[static STYLE_CAP], const struct page *p)
{
	struct buf b;

	buf_init(&b, style, STYLE_CAP);
	put_sheet(&b, p, "style.css");
	if (!p->elsewhere)
		put_sheet(&b, p, "pages.css");
	if (p->conf->accent_color >= 0)
		colour_put_style(&b, (uint32_t)p->conf->accent_color);
	if (buf_ok(&b))
		return style;
	/* Own templates may be so long. */
	return templates_text(p->templates, "style.css");
}

/* Our pictures have an address at our own origin only. */
static void
put_pictures(struct json_build *data, const struct page *p)
{
	bool has_logo = p->conf->logo[0] != '\0' && !p->elsewhere;
	char url[ISSUER_CAP + 16] = "";
	struct buf b;

	buf_init(&b, url, sizeof url);
	if (!p->elsewhere)
		buf_printf(&b, "%s%s", conf_issuer_path(p->conf),
		    has_logo ? "/logo" : "/favicon.svg");
	json_put_str(data, "favicon", url);
	json_put_str(data, "logo", has_logo ? url : "");
}

static void
put_contact(struct json_build *data, const struct conf *conf)
{
	char url[CONTACT_CAP + 16] = "";
	struct buf b;

	buf_init(&b, url, sizeof url);
	if (conf->contact_is_mail)
		buf_printf(&b, "mailto:%s", conf->contact);
	else if (client_link_refusal(conf->contact) == NULL)
		buf_puts(&b, conf->contact);
	json_put_str(data, "contact", conf->contact);
	json_put_str(data, "contact_url", url);
}

/* "login.html" has the title "login.title". */
static void
put_title(
    struct json_build *data, const struct catalogue *c, const char *template)
{
	char page[TEMPLATE_NAME_CAP];

	if (data->object != NULL &&
	    json_object_get(data->object, "title") != NULL)
		return;
	if (str_copy_n(page, sizeof page, template, strcspn(template, ".")) ==
	    OK)
		json_put_str(
		    data, "title", message_part(c, page, "title", NULL));
	else
		data->failed = true;
}

void
page_offer_languages(
    struct json_build *data, const struct page *p, const char *request)
{
	struct json_build chooser;

	if (p->elsewhere || p->account_chose)
		return;
	json_begin(&chooser);
	json_put_str(&chooser, "language_name", p->catalogue->name);
	json_put_str(&chooser, "kept", request);
	reader_put_languages(&chooser, p->catalogue);
	json_put(data, PAGE_CHOOSER, json_finish(&chooser));
}

/* The script that DATA asks for, if it does. */
static const char *
add_script(struct json_build *data, const struct page *p)
{
	const char *name =
	    json_string_value(json_object_get(data->object, PAGE_SCRIPT));
	const char *text =
	    name != NULL ? templates_text(p->templates, name) : NULL;

	if (text == NULL)
		text = "";
	json_put(data, PAGE_SCRIPT, json_string_nocheck(text));
	return text;
}

void
page_want_script(struct json_build *data, const char *name)
{
	json_put_str(data, PAGE_SCRIPT, name);
}

void
page_render(struct response *r, const struct page *p, const char *name,
    struct json_build *data, const struct client *client)
{
	char text[STYLE_CAP];
	const char *style = make_style(text, p);
	const char *script = add_script(data, p);
	json_t *object;

	json_put(data, "style", json_string_nocheck(style));
	put_pictures(data, p);
	put_contact(data, p->conf);
	json_put_str(data, "provider_name", p->conf->provider_name);
	json_put_str(data, "language", p->catalogue->language);
	json_put_str(
	    data, "direction", p->catalogue->right_to_left ? "rtl" : "ltr");
	if (data->object != NULL &&
	    json_object_get(data->object, PAGE_CHOOSER) == NULL)
		json_put_bool(data, PAGE_CHOOSER, false);
	put_title(data, p->catalogue, name);
	object = json_finish(data);
	if (object == NULL || template_render(&r->body, p->templates,
				  p->catalogue, name, object) != OK)
		r->failed = true;
	json_decref(object);
	set_csp(r, p, style, script, client);
}

const char *
page_reason(const struct page *p, enum reason reason, const char *part)
{
	const char *word = reason_word(reason);

	return word != NULL ? message_part(p->catalogue, "reason", word, part)
			    : NULL;
}

/* PART of the text for REASON, else for E, else for any error. */
static const char *
error_text(const struct page *p, enum err e, enum reason reason,
    const char *part, const char *any)
{
	const char *text = page_reason(p, reason, part);

	if (text == NULL)
		text = message_part(p->catalogue, "error", err_name(e), part);
	return text != NULL ? text : message_text(p->catalogue, any);
}

/* What the page of an error says. */
struct error_words {
	const char *heading, *message;
	const char *about;      /* what came, behind the message; or NULL */
	const char *word;       /* the reason's, or NULL */
	const char *url, *text; /* of a link; url "": none */
};

static void
show_error(
    struct response *r, const struct page *p, const struct error_words *w)
{
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "title", w->heading);
	json_put_str(&b, "heading", w->heading);
	json_put_str(&b, "message", w->message);
	json_put_str(&b, "about", w->about != NULL ? w->about : "");
	json_put_str(&b, "reason", w->word != NULL ? w->word : "");
	json_put_str(&b, "link_url", w->url);
	json_put_str(&b, "link_text", w->text);
	if (p->by_get)
		page_offer_languages(&b, p, "");
	page_render(r, p, "error.html", &b, NULL);
}

/* What is told of E. */
static struct error_words
error_words(const struct page *p, enum err e, enum reason reason)
{
	return (struct error_words){
	    .heading = error_text(p, e, reason, "title", "error.title"),
	    .message = error_text(p, e, reason, NULL,
		err_is_fault(e) ? "error.fault" : "error.request"),
	    .word = reason_word(reason),
	    .url = "",
	    .text = ""};
}

void
page_error_link(struct response *r, const struct page *p, enum err e,
    enum reason reason, const char *url, const char *text)
{
	struct error_words w = error_words(p, e, reason);

	w.url = url;
	w.text = text;
	response_begin(r, err_status(e));
	show_error(r, p, &w);
}

void
page_error_about(struct response *r, const struct page *p, enum err e,
    enum reason reason, const char *about)
{
	struct error_words w = error_words(p, e, reason);
	char cut[ABOUT_CAP];

	str_cut(cut, sizeof cut, about);
	w.about = cut;
	response_begin(r, err_status(e));
	show_error(r, p, &w);
}

void
page_error(
    struct response *r, const struct page *p, enum err e, enum reason reason)
{
	const char *path = conf_issuer_path(p->conf);
	char url[ISSUER_CAP + 16] = "";
	struct buf b;

	buf_init(&b, url, sizeof url);
	if (e == ERR_NO_SUCH_PAGE && !p->elsewhere)
		buf_printf(
		    &b, "%s%s", path, path[0] != '\0' ? "/account" : "/");
	page_error_link(
	    r, p, e, reason, url, message_text(p->catalogue, "account.home"));
}

void
page_unavailable(struct response *r, const struct page *p)
{
	show_error(r, p,
	    &(struct error_words){.heading = message_text(p->catalogue,
				      "error.temporarily_unavailable.title"),
		.message = message_text(p->catalogue, "unavailable"),
		.url = "",
		.text = ""});
}
