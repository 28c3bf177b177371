/*
 * Client metadata of strangers: the JSON object in which an app describes
 * itself, where it registers (RFC 7591 2, OpenID Connect Dynamic Client
 * Registration 1.0 2) or in a document of its own (OAuth Client ID Metadata
 * Document). It becomes a client that no one has vouched for, which has what
 * strangers may have and nothing more: no page is skipped for it, PKCE is
 * needed, and its redirect URIs are https or loopback.
 *
 * What is not known here is ignored, as the RFC wants. So are values that a
 * server may replace (grant types, scopes) unless nothing is left that works.
 * logo_uri, tos_uri, policy_uri and contacts are not kept: pages load nothing
 * from strangers.
 */
#ifndef LK_DOMAIN_CLIENT_METADATA_H
#define LK_DOMAIN_CLIENT_METADATA_H

#include "base/err.h"
#include "domain/client.h"
#include "jose/jwa.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	CLIENT_METADATA_MAX = 16384, /* bytes of JSON */
	CLIENT_METADATA_URIS_MAX = 16
};

/* What strangers may ask for; for APIs see domain/api.h. */
#define CLIENT_METADATA_SCOPE "openid profile email offline_access"

/*
 * Where it came from. A document is public: it names no secret and no way to
 * authenticate with one, and a client that says nothing has none. Who
 * registers and says nothing gets a secret (RFC 7591 2). That the `client_id`
 * in a document is its own address is for the caller to compare.
 */
enum metadata_source { METADATA_REGISTRATION, METADATA_DOCUMENT };

struct client_metadata {
	/* Its client_id, times, secret and who it is of are the caller's. */
	struct client client;
	char jwks_uri[URI_CAP]; /* the client's */

	/* What came, for the caller to compare; "": it was not there. */
	char client_id[URI_CAP];
	char client_secret[CLIENT_SECRET_CAP];
	bool secret_in_form; /* client_secret_post was said */
	bool alg_was_said;   /* else client.alg is the default */
};

/* What is wrong, for developers: a member, or NULL for the whole. */
struct metadata_fault {
	const char *member, *message;
};

/*
 * Reads LEN bytes of JSON, in which no name is twice. DEFAULT_ALG signs the ID
 * tokens of a client that names none.
 * ERR_INVALID_REDIRECT_URI, ERR_INVALID_CLIENT_METADATA (RFC 7591 3.2.2): F
 * says what is wrong, and M is all zeroes. The caller wipes M.
 */
enum err client_metadata_read(struct client_metadata *m, const char *text,
    size_t len, enum metadata_source source, enum jwa default_alg,
    struct metadata_fault *f) MUST_CHECK;

/* NULL if NAME may be a stranger's on a page, else why not: no control, no
 * character that turns or hides what is around it. */
const char *client_metadata_name_refusal(const char *name);

void client_metadata_wipe(struct client_metadata *m);

#endif
