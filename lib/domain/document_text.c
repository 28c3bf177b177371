#include "domain/document_text.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/document_url.h"

#include <stdlib.h>
#include <string.h>

static enum err
document_wrong(
    struct metadata_fault *f, const char *member, const char *message)
{
	*f = (struct metadata_fault){member, message};
	return ERR_INVALID_CLIENT_METADATA;
}

/* Without a name metadata has the place of the first redirect URI. */
static bool
has_own_name(const struct client *c, const char *host)
{
	const char *cursor = c->redirect_uris;
	char uri[URI_CAP], place[ORIGIN_CAP] = "";

	if (words_next(&cursor, uri, sizeof uri) && uri_place(place, uri) != OK)
		place[0] = '\0';
	return c->name[0] != '\0' && !str_equal(c->name, host) &&
	       !str_equal(c->name, place);
}

/* The host goes before the name: it is what is known. */
static void
name_client(struct client *c, const char *url)
{
	char host[ORIGIN_CAP], name[CLIENT_NAME_CAP];
	struct buf b;

	document_url_host(host, url);
	buf_init(&b, name, sizeof name);
	buf_puts(&b, host);
	if (has_own_name(c, host))
		buf_printf(&b, " (%s)", c->name);
	str_cut(c->name, sizeof c->name, buf_ok(&b) ? name : host);
}

/* What is sent there is had by the document's own site, or by a program on the
 * person's own computer. */
static bool
is_own_address(const char *uri, const char *url)
{
	char origin[ORIGIN_CAP], own[ORIGIN_CAP];

	return uri_is_loopback(uri) ||
	       (uri_origin(own, url) == OK && uri_origin(origin, uri) == OK &&
		   str_equal(origin, own));
}

static void
keep_own_addresses(char list[static URI_LIST_CAP], const char *url)
{
	char all[URI_LIST_CAP], uri[URI_CAP];
	const char *cursor = all;

	memcpy(all, list, sizeof all);
	list[0] = '\0';
	while (words_next(&cursor, uri, sizeof uri))
		if (is_own_address(uri, url) &&
		    words_add(list, URI_LIST_CAP, uri) != OK)
			return; /* a part of ALL fits */
}

/* The client that M describes, at URL. */
static enum err
take_metadata(struct client *c, const struct client_metadata *m,
    const char *url, enum jwa default_alg, struct metadata_fault *f)
{
	const char *message;

	if (!str_equal(m->client_id, url))
		return document_wrong(
		    f, "client_id", "expected the address of the document");
	*c = m->client;
	c->source = CLIENT_OF_DOCUMENT;
	if (str_copy(c->client_id, sizeof c->client_id, url) != OK ||
	    str_copy(c->jwks_uri, sizeof c->jwks_uri, m->jwks_uri) != OK)
		return document_wrong(f, NULL, "expected shorter addresses");
	if (c->jwks_uri[0] != '\0' && !is_own_address(c->jwks_uri, url))
		return document_wrong(
		    f, "jwks_uri", "expected the document's own site");
	/* An algorithm of its own would add a key to the JWKS, which some apps
	 * cannot read. */
	c->alg = default_alg == JWA_HS256 ? JWA_EDDSA : default_alg;
	c->backchannel_logout_uri[0] = '\0';
	name_client(c, url);
	keep_own_addresses(c->redirect_uris, url);
	keep_own_addresses(c->post_logout_redirect_uris, url);
	if (c->redirect_uris[0] == '\0')
		return document_wrong(f, "redirect_uris",
		    "expected the document's own site, or a loopback address");
	message = client_refusal(c);
	return message == NULL ? OK : document_wrong(f, NULL, message);
}

enum err
document_text_read(struct client *c, const char *url, const char *text,
    size_t len, enum jwa default_alg, struct metadata_fault *f)
{
	struct client_metadata *m = malloc(sizeof *m);
	enum err e;

	if (m == NULL)
		return ERR_NO_MEMORY;
	e = client_metadata_read(
	    m, text, len, METADATA_DOCUMENT, default_alg, f);
	e = e == OK ? take_metadata(c, m, url, default_alg, f)
		    : ERR_INVALID_CLIENT_METADATA;
	client_metadata_wipe(m);
	free(m);
	return e;
}
