#include "domain/client_metadata.h"

#include "base/json.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/clients.h"

#include <stdlib.h>
#include <string.h>

enum { METADATA_WORDS_MAX = 32 };

/* --- a reader each: NULL, or what is wrong -------------------------------- */

static const char expected_string[] = "expected a string";
static const char expected_list[] = "expected a list of strings";

/* VALUE is a string that fits in CAP bytes, without a NUL (which jansson
 * refuses). */
static const char *
read_string(char *text, size_t cap, const json_t *value)
{
	if (!json_is_string(value))
		return expected_string;
	return str_copy(text, cap, json_string_value(value)) == OK
		   ? NULL
		   : "the value is too long";
}

static const char *
stranger_uri_refusal(const char *uri)
{
	const char *message = uri_refusal(uri);

	if (message == NULL && !uri_is_https(uri) && !uri_is_loopback(uri))
		message = "expected https, or http on a loopback address or "
			  "localhost";
	return message;
}

static const char *
read_uri_list(char list[static URI_LIST_CAP], const json_t *value)
{
	const char *uri, *message;

	if (!json_is_array(value))
		return expected_list;
	if (json_array_size(value) > CLIENT_METADATA_URIS_MAX)
		return "at most 16 URIs can be registered";
	for (size_t i = 0; i < json_array_size(value); i++) {
		uri = json_string_value(json_array_get(value, i));
		if (uri == NULL)
			return expected_list;
		message = stranger_uri_refusal(uri);
		if (message != NULL)
			return message;
		if (words_add(list, URI_LIST_CAP, uri) != OK)
			return "the URIs are too long";
	}
	return NULL;
}

static const char *
read_redirect_uris(struct client_metadata *m, const json_t *value)
{
	return read_uri_list(m->client.redirect_uris, value);
}

static const char *
read_post_logout_uris(struct client_metadata *m, const json_t *value)
{
	return read_uri_list(m->client.post_logout_redirect_uris, value);
}

static const char *
read_client_name(struct client_metadata *m, const json_t *value)
{
	const char *message =
	    json_is_string(value)
		? client_metadata_name_refusal(json_string_value(value))
		: expected_string;

	if (message == NULL)
		message =
		    read_string(m->client.name, sizeof m->client.name, value);
	if (message == NULL)
		str_trim(m->client.name);
	return message;
}

/* Whether VALUE is a list of strings, and not too many. */
static bool
is_string_list(const json_t *value)
{
	if (!json_is_array(value) ||
	    json_array_size(value) > METADATA_WORDS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return true;
}

static const char *
read_grant_types(struct client_metadata *m, const json_t *value)
{
	unsigned grants = 0;

	if (!is_string_list(value))
		return expected_list;
	for (size_t i = 0; i < json_array_size(value); i++)
		grants |= grant_from_name(
		    json_string_value(json_array_get(value, i)));
	m->client.grants = grants & STRANGER_GRANTS;
	return grants & GRANT_AUTHORIZATION_CODE
		   ? NULL
		   : "expected authorization_code, with or without "
		     "refresh_token";
}

static const char *
read_response_types(struct client_metadata *m, const json_t *value)
{
	(void)m;
	if (!is_string_list(value))
		return expected_list;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (str_equal(
			json_string_value(json_array_get(value, i)), "code"))
			return NULL;
	return "expected code";
}

static const char *
read_auth_method(struct client_metadata *m, const json_t *value)
{
	const char *name = json_string_value(value);

	if (name == NULL)
		return expected_string;
	m->secret_in_form = str_equal(name, "client_secret_post");
	m->client.auth_method = m->secret_in_form ? AUTH_CLIENT_SECRET
						  : auth_method_from_name(name);
	if (m->client.auth_method == AUTH_CLIENT_SECRET ||
	    m->client.auth_method == AUTH_NONE ||
	    m->client.auth_method == AUTH_PRIVATE_KEY_JWT)
		return NULL;
	return "expected none, client_secret_basic, client_secret_post or "
	       "private_key_jwt";
}

static const char *
read_auth_alg(struct client_metadata *m, const json_t *value)
{
	const char *name = json_string_value(value);

	if (name == NULL)
		return expected_string;
	m->client.auth_alg = auth_alg_from_name(name);
	if (m->client.auth_alg >= AUTH_ALG_COUNT ||
	    m->client.auth_alg == AUTH_ALG_ANY ||
	    m->client.auth_alg == auth_alg_of(JWA_HS256))
		return "expected EdDSA, ES256, RS256 or PS256";
	return NULL;
}

static const char *
read_id_token_alg(struct client_metadata *m, const json_t *value)
{
	const char *name = json_string_value(value);

	if (name == NULL)
		return expected_string;
	m->client.alg = jwa_issued_from_name(name);
	m->alg_was_said = true;
	if (m->client.alg == JWA_EDDSA || m->client.alg == JWA_RS256)
		return NULL;
	return "expected EdDSA or RS256";
}

/* Scopes that strangers cannot have are left out, and the answer says so. */
static const char *
read_scope(struct client_metadata *m, const json_t *value)
{
	const char *scope = json_string_value(value);

	if (scope == NULL)
		return expected_string;
	return scope_intersect(m->client.scope, scope, CLIENT_METADATA_SCOPE) ==
		       OK
		   ? NULL
		   : "expected words of printable ASCII, with spaces between "
		     "them";
}

static const char *
read_client_uri(struct client_metadata *m, const json_t *value)
{
	const char *uri = json_string_value(value);
	const char *message =
	    uri != NULL ? client_link_refusal(uri) : expected_string;

	return message != NULL
		   ? message
		   : read_string(m->client.link, sizeof m->client.link, value);
}

/* An address that we would send a request to. */
static const char *
read_https_uri(char uri[static URI_CAP], const json_t *value)
{
	const char *message = read_string(uri, URI_CAP, value);

	if (message == NULL && uri[0] != '\0')
		message = uri_web_refusal(uri);
	if (message == NULL && uri[0] != '\0' && !uri_is_https(uri))
		message = "expected https";
	return message;
}

static const char *
read_backchannel_uri(struct client_metadata *m, const json_t *value)
{
	return read_https_uri(m->client.backchannel_logout_uri, value);
}

static const char *
read_jwks_uri(struct client_metadata *m, const json_t *value)
{
	return read_https_uri(m->jwks_uri, value);
}

static const char *
jwks_message(enum err e)
{
	switch (e) {
	case OK:
		return NULL;
	case ERR_FORBIDDEN:
		return "there is a private key in it: make another one, and "
		       "send the public half";
	case ERR_UNSUPPORTED:
		return "no key in it can be used here: expected Ed25519, P-256 "
		       "or RSA of 2048 to 4096 bits, for signatures";
	case ERR_NO_SPACE:
		return "it has too many keys";
	default:
		return "expected a JWK set (RFC 7517 5)";
	}
}

static const char *
read_jwks(struct client_metadata *m, const json_t *value)
{
	char *text;
	enum err e;

	if (!json_is_object(value))
		return jwks_message(ERR_SYNTAX);
	text = json_dumps(value, JSON_COMPACT);
	if (text == NULL)
		return jwks_message(ERR_NO_SPACE);
	e = client_jwks_read(m->client.jwks, text, strlen(text));
	free(text);
	return jwks_message(e);
}

/* RFC 9449 5.2 */
static const char *
read_require_dpop(struct client_metadata *m, const json_t *value)
{
	m->client.require_dpop = json_is_true(value);
	return json_is_boolean(value) ? NULL : "expected true or false";
}

/* RFC 9126 6 */
static const char *
read_require_par(struct client_metadata *m, const json_t *value)
{
	m->client.require_par = json_is_true(value);
	return json_is_boolean(value) ? NULL : "expected true or false";
}

/* RFC 9101 10.5 */
static const char *
read_require_jar(struct client_metadata *m, const json_t *value)
{
	m->client.require_jar = json_is_true(value);
	return json_is_boolean(value) ? NULL : "expected true or false";
}

static const char *
read_client_id(struct client_metadata *m, const json_t *value)
{
	return read_string(m->client_id, sizeof m->client_id, value);
}

static const char *
read_client_secret(struct client_metadata *m, const json_t *value)
{
	return read_string(m->client_secret, sizeof m->client_secret, value);
}

static const struct {
	const char *name;
	const char *(*read)(struct client_metadata *m, const json_t *value);
} members[] = {
    {"redirect_uris", read_redirect_uris}, /* the first: its own error */
    {"client_name", read_client_name},
    {"client_uri", read_client_uri},
    {"grant_types", read_grant_types},
    {"response_types", read_response_types},
    {"token_endpoint_auth_method", read_auth_method},
    {"token_endpoint_auth_signing_alg", read_auth_alg},
    {"jwks", read_jwks},
    {"jwks_uri", read_jwks_uri},
    {"scope", read_scope},
    {"id_token_signed_response_alg", read_id_token_alg},
    {"post_logout_redirect_uris", read_post_logout_uris},
    {"backchannel_logout_uri", read_backchannel_uri},
    {"dpop_bound_access_tokens", read_require_dpop},
    {"require_pushed_authorization_requests", read_require_par},
    {"require_signed_request_object", read_require_jar},
    {"client_id", read_client_id},
    {"client_secret", read_client_secret},
};

/* --- the whole ------------------------------------------------------------ */

static enum err
metadata_refused(
    struct metadata_fault *f, const char *member, const char *message)
{
	*f = (struct metadata_fault){member, message};
	return member != NULL && str_equal(member, members[0].name)
		   ? ERR_INVALID_REDIRECT_URI
		   : ERR_INVALID_CLIENT_METADATA;
}

/* null is as good as not there (RFC 7592 2.2). */
static enum err
read_metadata_members(
    struct client_metadata *m, const json_t *object, struct metadata_fault *f)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const json_t *value = json_object_get(object, members[i].name);
		const char *message;

		if (value == NULL || json_is_null(value))
			continue;
		message = members[i].read(m, value);
		if (message != NULL)
			return metadata_refused(f, members[i].name, message);
	}
	if (m->client.redirect_uris[0] == '\0')
		return metadata_refused(
		    f, members[0].name, "expected one URI or more");
	return OK;
}

/* The keys go with private_key_jwt, and with it alone. */
static enum err
settle_keys(struct client_metadata *m, struct metadata_fault *f)
{
	struct client *c = &m->client;
	const char *message;

	if (c->jwks[0] != '\0' && m->jwks_uri[0] != '\0')
		return metadata_refused(
		    f, "jwks_uri", "expected jwks or jwks_uri, not both");
	if (c->auth_method != AUTH_PRIVATE_KEY_JWT) {
		c->jwks[0] = m->jwks_uri[0] = '\0';
		c->auth_alg = AUTH_ALG_ANY;
		if (c->require_jar)
			return metadata_refused(f,
			    "require_signed_request_object",
			    "goes with private_key_jwt: the keys are the same");
		return OK;
	}
	if (c->jwks[0] == '\0' && m->jwks_uri[0] == '\0')
		return metadata_refused(
		    f, "jwks", "private_key_jwt needs jwks or jwks_uri");
	message = client_jwks_refusal(c);
	return message == NULL
		   ? OK
		   : metadata_refused(f, "token_endpoint_auth_signing_alg",
			 "none of the keys is for it");
}

static enum err
settle_document(
    struct client_metadata *m, const json_t *object, struct metadata_fault *f)
{
	if (m->client.auth_method == AUTH_CLIENT_SECRET)
		return metadata_refused(f, "token_endpoint_auth_method",
		    "a document is public: expected none or private_key_jwt");
	if (json_object_get(object, "client_secret") != NULL ||
	    json_object_get(object, "client_secret_expires_at") != NULL)
		return metadata_refused(f, "client_secret",
		    "a document is public: no secret in it");
	if (m->client_id[0] == '\0')
		return metadata_refused(
		    f, "client_id", "expected the address of the document");
	return OK;
}

/* What follows from what was said, and from what was not. */
static enum err
settle_rest(struct client_metadata *m, struct metadata_fault *f)
{
	struct client *c = &m->client;
	const char *cursor = c->redirect_uris;
	char uri[URI_CAP], place[ORIGIN_CAP] = "";
	const char *message;

	if (c->scope[0] == '\0')
		memcpy(c->scope, CLIENT_METADATA_SCOPE,
		    sizeof CLIENT_METADATA_SCOPE);
	if (!(c->grants & GRANT_REFRESH_TOKEN))
		words_remove(c->scope, "offline_access");
	if (c->name[0] == '\0' && words_next(&cursor, uri, sizeof uri) &&
	    uri_place(place, uri) == OK)
		str_cut(c->name, sizeof c->name, place);
	memcpy(c->jwks_uri, m->jwks_uri, sizeof c->jwks_uri);
	message = client_refusal(c);
	return message == NULL ? OK : metadata_refused(f, NULL, message);
}

static enum err
read_metadata_object(struct client_metadata *m, const json_t *object,
    enum metadata_source source, struct metadata_fault *f)
{
	enum err e = read_metadata_members(m, object, f);

	if (e == OK)
		e = settle_keys(m, f);
	if (e == OK && source == METADATA_DOCUMENT)
		e = settle_document(m, object, f);
	return e == OK ? settle_rest(m, f) : e;
}

enum err
client_metadata_read(struct client_metadata *m, const char *text, size_t len,
    enum metadata_source source, enum jwa default_alg, struct metadata_fault *f)
{
	json_t *object = NULL;
	enum err e;

	memset(m, 0, sizeof *m);
	*f = (struct metadata_fault){NULL, NULL};
	client_begin(&m->client, default_alg, source == METADATA_DOCUMENT);
	if (m->client.alg == JWA_HS256) /* of two that know each other */
		m->client.alg = JWA_EDDSA;
	m->client.grants = GRANT_AUTHORIZATION_CODE;
	if (len <= CLIENT_METADATA_MAX)
		object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(object))
		e = read_metadata_object(m, object, source, f);
	else
		e = metadata_refused(f, NULL,
		    "expected a JSON object of at most 16 KiB, in which no "
		    "name is twice");
	json_decref(object);
	if (e != OK)
		client_metadata_wipe(m);
	return e;
}

void
client_metadata_wipe(struct client_metadata *m)
{
	secret_wipe(m, sizeof *m);
}
