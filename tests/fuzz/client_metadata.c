/* What an app says of itself is refused, with what is wrong, or it is a client
 * that has nothing but what strangers may have. */
#include "domain/client_metadata.h"

#include "base/str.h"
#include "fuzz.h"

#include <string.h>

static void
promise_uris(const char *list)
{
	char uri[URI_CAP];

	while (words_next(&list, uri, sizeof uri)) {
		PROMISE(uri_refusal(uri) == NULL);
		PROMISE(uri_is_https(uri) || uri_is_loopback(uri));
	}
	PROMISE(*list == '\0');
}

static void
promise_stranger(const struct client_metadata *m)
{
	const struct client *c = &m->client;

	PROMISE(c->redirect_uris[0] != '\0');
	promise_uris(c->redirect_uris);
	promise_uris(c->post_logout_redirect_uris);
	PROMISE(c->name[0] != '\0');
	PROMISE(client_metadata_name_refusal(c->name) == NULL);
	PROMISE(words_subset(c->scope, CLIENT_METADATA_SCOPE));
	PROMISE((c->grants & ~(unsigned)(GRANT_AUTHORIZATION_CODE |
					 GRANT_REFRESH_TOKEN)) == 0);
	PROMISE(!c->trusted && !c->no_pkce && !c->introspect_any);
	PROMISE(c->groups[0] == '\0' && c->audience[0] == '\0' &&
		c->resources[0] == '\0');
	PROMISE(c->alg != JWA_HS256);
	PROMISE((c->auth_method == AUTH_PRIVATE_KEY_JWT) ==
		(c->jwks[0] != '\0' || m->jwks_uri[0] != '\0'));
	PROMISE(client_refusal(c) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct client_metadata m;
	struct metadata_fault f;
	enum metadata_source source = len > 0 && bytes[0] == ' '
					  ? METADATA_DOCUMENT
					  : METADATA_REGISTRATION;
	enum err e = client_metadata_read(
	    &m, (const char *)bytes, len, source, JWA_HS256, &f);

	PROMISE((e == OK) == (f.message == NULL));
	if (e != OK) {
		PROMISE(e == ERR_INVALID_REDIRECT_URI ||
			e == ERR_INVALID_CLIENT_METADATA);
		PROMISE(m.client.redirect_uris[0] == '\0');
		return 0;
	}
	promise_stranger(&m);
	PROMISE(source == METADATA_REGISTRATION ||
		(m.client.auth_method != AUTH_CLIENT_SECRET &&
		    m.client_id[0] != '\0'));
	client_metadata_wipe(&m);
	return 0;
}
