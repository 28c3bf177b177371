/* A document is refused, or is a client that strangers may have, at the address
 * where it was read. */
#include "domain/document_text.h"

#include "base/str.h"
#include "domain/document_url.h"
#include "fuzz.h"

#include <string.h>

#define AT "https://app.example.org/c"

static bool
is_bounded(const char *list)
{
	char uri[URI_CAP], origin[ORIGIN_CAP];

	while (words_next(&list, uri, sizeof uri))
		if (!uri_is_loopback(uri) &&
		    (uri_origin(origin, uri) != OK ||
			!str_equal(origin, "https://app.example.org")))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct client c;
	struct metadata_fault f = {NULL, NULL};
	enum err e =
	    document_text_read(&c, AT, (const char *)bytes, len, JWA_EDDSA, &f);

	if (e != OK) {
		PROMISE(e == ERR_INVALID_CLIENT_METADATA && f.message != NULL);
		return 0;
	}
	PROMISE(str_equal(c.client_id, AT) && document_url_refusal(AT) == NULL);
	PROMISE(c.source == CLIENT_OF_DOCUMENT && !c.trusted && !c.no_pkce);
	PROMISE(client_refusal(&c) == NULL);
	PROMISE(str_starts(c.name, "app.example.org"));
	PROMISE(c.redirect_uris[0] != '\0' && is_bounded(c.redirect_uris));
	PROMISE(is_bounded(c.post_logout_redirect_uris));
	PROMISE(is_bounded(c.jwks_uri));
	PROMISE(c.backchannel_logout_uri[0] == '\0');
	return 0;
}
