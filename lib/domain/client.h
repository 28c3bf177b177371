/*
 * Clients: the apps. (RFC 6749 2; the names of RFC 7591 where it has one.)
 */
#ifndef LK_DOMAIN_CLIENT_H
#define LK_DOMAIN_CLIENT_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/client_certificate.h"
#include "domain/icon.h"
#include "domain/keyring.h"
#include "domain/resource.h"
#include "domain/scope.h"
#include "domain/uri.h"
#include "domain/user.h"
#include "jose/jwa.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	CLIENT_ID_CAP = 129,
	CLIENT_NAME_CAP = 129,
	CLIENT_SECRET_CAP = 257,
	CLIENT_SECRET_MIN = 32, /* characters, for one given by hand */
	URI_LIST_CAP = 8192,
	SCOPE_TEXTS_CAP = 1024,
	OWN_CLAIMS_CAP = 1024,
	EXCHANGE_FOR_CAP = 1032, /* eight client_ids */
	CLIENT_JWKS_CAP = 3072   /* six keys of RSA with 2048 bits */
};

enum grant_type {
	GRANT_AUTHORIZATION_CODE = 1 << 0,
	GRANT_REFRESH_TOKEN = 1 << 1,
	GRANT_CLIENT_CREDENTIALS = 1 << 2,
	GRANT_DEVICE_CODE = 1 << 3,
	GRANT_TOKEN_EXCHANGE = 1 << 4
};

/* All that one may have that no administrator answers for. */
enum { STRANGER_GRANTS = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN };

/* What a used refresh token is that is presented again when it can be no late
 * arrival any more, while its successor is unused (domain/family.h). */
enum retry {
	RETRY_DEFAULT, /* as latchkey.conf has it */
	RETRY_INSTEAD, /* it gets another successor */
	RETRY_THEFT,
	RETRY_COUNT
};

/* How a client proves to be itself: token_endpoint_auth_method (RFC 7591 2). A
 * secret may come in either of its two ways. */
enum auth_method {
	AUTH_CLIENT_SECRET,
	AUTH_NONE, /* a public client, which cannot */
	AUTH_PRIVATE_KEY_JWT,
	AUTH_CLIENT_SECRET_JWT,
	AUTH_TLS_CLIENT,  /* a certificate of an authority (RFC 8705 2.1) */
	AUTH_SELF_SIGNED, /* a certificate that is registered (2.2) */
	AUTH_METHOD_COUNT
};

/* Whose word there is for what a client says of itself. */
enum client_source {
	CLIENT_OF_ADMINISTRATOR, /* registered by one, or vouched for */
	CLIENT_OF_REGISTRATION,  /* registered itself (RFC 7591) */
	CLIENT_OF_DOCUMENT,      /* its client_id is where it says it */
	CLIENT_SOURCE_COUNT
};

/* What a client signs its assertions with: any algorithm that one of its keys
 * is for, or one (auth_alg_of). */
enum { AUTH_ALG_ANY, AUTH_ALG_COUNT = 1 + JWA_COUNT };

struct client {
	char client_id[CLIENT_ID_CAP];
	char name[CLIENT_NAME_CAP];       /* for people; never "" */
	char redirect_uris[URI_LIST_CAP]; /* word list */
	char post_logout_redirect_uris[URI_LIST_CAP];
	char scope[SCOPE_CAP];             /* what it may ask for */
	char scope_texts[SCOPE_TEXTS_CAP]; /* lines: domain/client_scope.h */
	char claims[OWN_CLAIMS_CAP];       /* lines: domain/own_claim.h */
	char groups[GROUPS_CAP];       /* names: these people only; "": all */
	char audience[RESOURCES_CAP];  /* word list: what its access tokens may
					  be for, the first if it asks for none;
					  "": the issuer */
	char resources[RESOURCES_CAP]; /* word list: what `aud` calls it where
					  it is an API */
	/* Word list of client_ids: the APIs that it may ask tokens for on a
	 * person's behalf (domain/exchange.h). */
	char exchange_for[EXCHANGE_FOR_CAP];
	enum jwa alg;
	unsigned grants; /* bits of enum grant_type */
	enum auth_method auth_method;
	unsigned auth_alg;      /* of assertions by a key */
	bool auth_aud_endpoint; /* they may name the token endpoint */
	bool require_dpop;      /* no tokens without a proof (RFC 9449 5.2) */
	char jwks[CLIENT_JWKS_CAP]; /* its public keys (RFC 7517 5); "": none */
	bool trusted;               /* no consent page */
	bool require_factor;        /* of everyone who signs in to it */
	bool no_pkce;               /* confidential clients only */
	bool cookie_refresh;        /* the refresh token lives in a cookie */
	bool introspect_any;        /* may ask about every access token */
	enum retry refresh_retry;
	bool require_par; /* takes no request that was not pushed (RFC 9126) */
	bool require_jar; /* nor one that it did not sign (RFC 9101) */
	bool is_site;     /* the gate's (domain/site.h), and only its */
	uint8_t secret_hash[HASH_LEN + SEAL_OVERHEAD]; /* sealed */
	char hs256_secret[BASE64URL_CAP(CLIENT_SECRET_CAP + SEAL_OVERHEAD)];
	/* sealed; "" unless client_keeps_secret */
	int64_t created_at, changed_at;
	char link[URI_CAP];      /* where people open it; "": nowhere */
	char icon[ICON_TAG_CAP]; /* of its icon (domain/icon.h); "": none */
	/* Where it is told that a session has ended (Back-Channel Logout 1.0
	 * 2.2, Front-Channel Logout 1.0 2); "": nowhere. */
	char backchannel_logout_uri[URI_CAP];
	char frontchannel_logout_uri[URI_CAP];
	char jwks_uri[URI_CAP]; /* where it keeps its public keys, in place of
				 * jwks (domain/client_keys.h); "": nowhere */
	bool certificate_bound; /* its tokens, to its certificate (RFC 8705
				 * 3) */
	/* What a certificate of an authority calls it; "": nothing. */
	enum certificate_name tls_name_kind;
	char tls_name[DISTINGUISHED_NAME_CAP];
	/* Its own (domain/client_certificate.h); "": none. */
	char certificates[CLIENT_CERTIFICATES_CAP];
	enum client_source source;
	/* Of the token by which it changes its own registration (RFC 7592), in
	 * base64url; "": there is none. */
	char registration_hash[BASE64URL_CAP(HASH_LEN)];
	int64_t unused_until; /* then it is removed, unless a person has allowed
			       * it before; 0: it stays */
	int64_t used_until;   /* of one that a person has allowed: the same,
			       * unless it is used before (domain/stranger.h) */
};

extern const struct record_type client_record;

/* Word for one bit of enum grant_type ("authorization_code"), and back (0:
 * none). */
const char *grant_type_name(enum grant_type g);
unsigned grant_from_name(const char *name);

/* "client_secret_basic", "none", "private_key_jwt", "client_secret_jwt",
 * "tls_client_auth", "self_signed_tls_client_auth", and back
 * (AUTH_METHOD_COUNT: none of these). */
enum auth_method auth_method_from_name(const char *name);
const char *auth_method_name(enum auth_method m);

/* "any" or the algorithm's name, and back (AUTH_ALG_COUNT: neither). */
unsigned auth_alg_of(enum jwa alg);
const char *auth_alg_name(unsigned auth_alg);
unsigned auth_alg_from_name(const char *name);

/* "administrator", "registration", "document". */
const char *client_source_name(enum client_source source);

/* "default", "instead", "theft", and back (RETRY_COUNT: none of these). */
const char *retry_name(enum retry r);
enum retry retry_from_name(const char *name);

/* Each: NULL if it may be one, else what is wrong, for people. */
/* [A-Za-z0-9._~:/-]+, and not in the form of a UUID */
const char *client_id_refusal(const char *s);
const char *client_secret_refusal(const char *s);
/* An address to open in a browser, http or https; "" is none. */
const char *client_link_refusal(const char *s);
/* Addresses that an app is told of a logout at; "" is none. */
const char *client_backchannel_refusal(const char *s);
const char *client_frontchannel_refusal(const char *s);
/* The address of its public keys: https; "" is none. */
const char *client_jwks_uri_refusal(const char *s);
/* Whether the client cannot authenticate (RFC 6749 2.1). */
bool client_is_public(const struct client *c);
/* Whether it authenticates by a certificate. */
bool client_has_certificate(const struct client *c);

/* Whether no administrator answers for the client: people are always asked, and
 * told so, and what it names is on the internet alone. */
bool client_is_stranger(const struct client *c);

/* NULL, or what does not go with whose word there is for C; a part of
 * client_refusal. */
const char *client_stranger_refusal(const struct client *c);

/* Whether the client as a whole makes sense: a public one has no secret, no
 * HS256, no client_credentials; code needs a redirect_uri, ... */
const char *client_refusal(const struct client *c);

/*
 * Whether URI is byte-equal to a registered redirect URI, or, for a public
 * client, differs from a registered http loopback one in its port only (RFC
 * 8252 7.3; OAuth 2.1 4.1.3). A confidential client is a server, which knows
 * its port.
 */
bool client_has_redirect_uri(const struct client *c, const char *uri);
bool client_has_post_logout_uri(const struct client *c, const char *uri);

/* Whether the client's identity cannot be told from its redirect URI: public,
 * and the URI is loopback or of a private scheme (OAuth 2.1 7.3.1). */
bool client_is_impersonable(const struct client *c, const char *redirect_uri);

/* Whether one of the client's redirect URIs has ORIGIN. */
bool client_has_origin(const struct client *c, const char *origin);

/* Whether the person may use the app: the client names no groups, or one of
 * theirs. */
bool client_admits(const struct client *c, const struct user *u);

/* NULL, or what is wrong with what the client exchanges tokens for. */
const char *client_exchange_refusal(const struct client *c);

/* Whether access tokens for the list AUD are for the API that C is: it has one
 * of its addresses, or its client_id. */
bool client_is_audience(const struct client *c, const char *aud);

/* Whether the client may learn what an access token of OWNER's for the list AUD
 * says: it is its own, or for an API that the client is, or it may ask about
 * all. */
bool client_may_introspect(
    const struct client *c, const char *owner, const char *aud);

/*
 * The public keys of the JWK set TEXT, and nothing else that is in it, as a
 * client's. ERR_FORBIDDEN: it has a private key; ERR_UNSUPPORTED: no key in it
 * can verify here; ERR_NO_SPACE: too many; ERR_SYNTAX: it is no set.
 */
enum err client_jwks_read(
    char jwks[static CLIENT_JWKS_CAP], const char *text, size_t len) MUST_CHECK;

/* NULL, or why the client's keys do not go with the algorithm that it is to
 * sign with. */
const char *client_jwks_refusal(const struct client *c);

/* NULL, or what of the client does not go with a certificate, or without
 * one. */
const char *client_tls_refusal(const struct client *c);

/* Whether the secret itself is kept, and not only its hash: both sides sign
 * with it. */
bool client_keeps_secret(const struct client *c);

/* Makes a new secret, [A-Za-z0-9_-] only, 256 bits; the caller wipes it. */
void client_secret_make(char secret[static CLIENT_SECRET_CAP]);

/* Keeps SECRET: its hash, sealed, and if client_keeps_secret itself as well. */
enum err client_secret_set(
    struct client *c, const char *secret, const struct keyring *k) MUST_CHECK;

/* OK or ERR_INVALID_CLIENT; constant time. */
enum err client_secret_verify(const struct client *c, const char *secret,
    const struct keyring *k) MUST_CHECK;

/* The secret that is kept, as the key of a MAC; the caller wipes. */
enum err client_secret_open(char secret[static CLIENT_SECRET_CAP],
    const struct client *c, const struct keyring *k) MUST_CHECK;

/* OK, ERR_NOT_FOUND (C zeroed); a bad record fails the transaction. */
enum err client_get(
    struct store_txn *t, const char *client_id, struct client *c) MUST_CHECK;

/* Puts a new client (ERR_EXISTS) or a changed one (ERR_NOT_FOUND); keeps the
 * indexes of origins and resources, and the algorithms in use. */
enum err client_add(
    struct store_txn *t, struct client *c, int64_t now) MUST_CHECK;
enum err client_put(
    struct store_txn *t, struct client *c, int64_t now) MUST_CHECK;

/* Puts C, which is of another store and not here, with the times that it has.
 * After all of them client_count_algs. */
enum err client_restore(struct store_txn *t, const struct client *c) MUST_CHECK;
void client_count_algs(struct store_txn *t);

/* Removes the record and its indexes alone; a client is removed with what is
 * its own by remove_client (domain/removal.h). */
enum err client_drop(struct store_txn *t, const char *client_id) MUST_CHECK;

/* Calls VISIT with each client, by client_id, until it returns false. */
void client_each(struct store_txn *t, record_visit *visit, void *arg);

/* Whether any client's redirect URIs have ORIGIN (for CORS, where a preflight
 * does not say which client asks). */
bool client_origin_known(struct store_txn *t, const char *origin);

/* The algorithms registered clients use: bits 1 << enum jwa. 0: no client. */
unsigned client_algs(struct store_txn *t);

#endif
