/* What an app says of itself (RFC 7591 2), and what strangers cannot have. */
#include "domain/client_metadata.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

#define URIS "\"redirect_uris\":[\"https://app.example.org/cb\"]"
#define X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define KEY "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X "\""
#define BY_KEY URIS ",\"token_endpoint_auth_method\":\"private_key_jwt\""
#define BIDI_NAME URIS ",\"client_name\":\"Photos \\u202egpj.exe\""

static struct client_metadata m;
static struct metadata_fault fault;

static enum err
read_as(enum metadata_source source, const char *members)
{
	char text[20000];

	snprintf(text, sizeof text, "{%s}", members);
	return client_metadata_read(
	    &m, text, strlen(text), source, JWA_RS256, &fault);
}

static enum err
read_registration(const char *members)
{
	return read_as(METADATA_REGISTRATION, members);
}

/* Refused because of MEMBER, which may be NULL. */
static bool
is_refused(const char *members, const char *member)
{
	enum err e = read_registration(members);

	if (e == OK || fault.message == NULL || m.client.name[0] != '\0')
		return false;
	if (member == NULL)
		return fault.member == NULL;
	return fault.member != NULL && str_equal(fault.member, member) &&
	       (e == ERR_INVALID_REDIRECT_URI) ==
		   str_equal(member, "redirect_uris");
}

/* A redirect URI alone. */
static bool
is_uri_refused(const char *uri)
{
	char members[3000];

	snprintf(members, sizeof members, "\"redirect_uris\":[\"%s\"]", uri);
	return is_refused(members, "redirect_uris");
}

static bool
is_uri_taken(const char *uri)
{
	char members[3000];

	snprintf(members, sizeof members, "\"redirect_uris\":[\"%s\"]", uri);
	return read_registration(members) == OK &&
	       str_equal(m.client.redirect_uris, uri);
}

static bool
is_name_refused(const char *name)
{
	char members[1000];

	snprintf(
	    members, sizeof members, "%s,\"client_name\":\"%s\"", URIS, name);
	return is_refused(members, "client_name");
}

static void
names_are_seen(void)
{
	CHECK(is_name_refused("\\u00a0") &&
		  is_name_refused("\\u3000 \\u2003") &&
		  is_name_refused("\\u2800") && is_name_refused("\\u3164") &&
		  is_name_refused("\\u115f") && is_name_refused("\\uffa0") &&
		  is_name_refused("\\u200d") && is_name_refused("\\ufe0f"),
	    "a name of blanks of any kind is none");
	CHECK(is_name_refused("Cla\\u034fude") &&
		  is_name_refused("Cla\\u180bude") &&
		  is_name_refused("Cla\\u17b4ude"),
	    "nor has one characters that no one sees");
	CHECK(is_name_refused("a\\u0301\\u0302\\u0303") &&
		  is_name_refused("a\\u20dd\\u20dd\\u20dd"),
	    "a pile of accents would cover the lines around it");
	CHECK(!is_name_refused("Vie\\u0323\\u0302t a\\u0301a\\u0301 "
			       "\\u0646\\u0645\\u06cc\\u200c\\u0634 "
			       "\\u2764\\ufe0f"),
	    "accents as languages have them, joiners and pictures stay");
}

static void
little_is_needed(void)
{
	CHECK(read_registration(URIS) == OK &&
		  m.client.auth_method == AUTH_CLIENT_SECRET,
	    "who says nothing of it gets a secret (RFC 7591 2)");
	CHECK(m.client.grants == GRANT_AUTHORIZATION_CODE,
	    "and the grant authorization_code alone");
	CHECK(str_equal(m.client.name, "app.example.org"),
	    "one without a name is called by its host");
	CHECK(str_equal(m.client.scope, "openid profile email") &&
		  m.client.alg == JWA_RS256 && !m.alg_was_said,
	    "the scopes are those of strangers, the algorithm is the default");
}

static void
what_mcp_clients_send(void)
{
	CHECK(
	    read_registration(
		"\"client_name\":\"Claude Code (photos)\","
		"\"redirect_uris\":[\"http://localhost:3118/callback\"],"
		"\"grant_types\":[\"authorization_code\",\"refresh_token\"],"
		"\"response_types\":[\"code\"],\"contacts\":[],"
		"\"logo_uri\":7,\"software_statement\":\"x\","
		"\"token_endpoint_auth_method\":\"none\","
		"\"client_uri\":\"\",\"scope\":\"openid groups mcp:tools\"") ==
		    OK &&
		client_is_public(&m.client) &&
		m.client.grants ==
		    (GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN),
	    "a public client with refresh tokens is one");
	CHECK(str_equal(m.client.scope, "openid"),
	    "scopes that strangers cannot have are left out");
	CHECK(read_registration(
		  URIS ",\"grant_types\":[\"authorization_code\",\"implicit\","
		       "\"client_credentials\",\"refresh_token\"],"
		       "\"trusted\":true,\"client_name\":null") == OK &&
		  m.client.grants ==
		      (GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN) &&
		  !m.client.trusted,
	    "so are grants, and what is not known");
	CHECK(str_equal(m.client.scope, CLIENT_METADATA_SCOPE),
	    "offline_access goes with the grant refresh_token");
}

static void
addresses(void)
{
	char uri[1100] = "https://app.example.org/";

	CHECK(is_uri_taken("https://app.example.org/cb?a=b") &&
		  is_uri_taken("http://127.0.0.1/cb") &&
		  is_uri_taken("http://[::1]:7777/cb") &&
		  is_uri_taken("http://localhost:3118/callback"),
	    "https and loopback are redirect URIs");
	CHECK(is_uri_refused("http://app.example.org/cb") &&
		  is_uri_refused("http://192.168.1.2/cb") &&
		  is_uri_refused("http://localhost.example.org/cb"),
	    "http elsewhere is none");
	CHECK(is_uri_refused("javascript:alert(1)") &&
		  is_uri_refused("data:text/html,x") &&
		  is_uri_refused("com.example.app:/cb") &&
		  is_uri_refused("app.immich:///oauth-callback"),
	    "other schemes are none: any app can take a private one");
	CHECK(is_uri_refused("https://app.example.org/cb#x") &&
		  is_uri_refused("https://*.example.org/cb") &&
		  is_uri_refused("https://app.example.org@evil.example/cb") &&
		  is_uri_refused("https://app.example.org:70000/cb") &&
		  is_uri_refused("https://app.example.org/a b") &&
		  is_uri_refused("https://app.example.org\\\\@evil.example") &&
		  is_uri_refused("//app.example.org/cb") && is_uri_refused(""),
	    "no fragment, no wildcard, no user name, no blank");
	memset(uri + strlen(uri), 'a', sizeof uri - 1 - strlen(uri));
	CHECK(is_uri_refused(uri), "nor one of more than 1024 characters");
	CHECK(is_refused("", "redirect_uris") &&
		  is_refused("\"redirect_uris\":[]", "redirect_uris") &&
		  is_refused("\"redirect_uris\":null", "redirect_uris") &&
		  is_refused("\"redirect_uris\":\"https://a.example/\"",
		      "redirect_uris") &&
		  is_refused("\"redirect_uris\":[7]", "redirect_uris"),
	    "there is one at least, in a list of strings");
	CHECK(is_refused(URIS ",\"post_logout_redirect_uris\":"
			      "[\"http://app.example.org/\"]",
		  "post_logout_redirect_uris"),
	    "what is there after a logout is of the same kinds");
	CHECK(is_refused(URIS ",\"backchannel_logout_uri\":"
			      "\"http://app.example.org/out\"",
		  "backchannel_logout_uri") &&
		  is_refused(URIS ",\"client_uri\":\"javascript:alert(1)\"",
		      "client_uri"),
	    "logouts are told over https, and a link is to the web");
}

static void
too_many_addresses(void)
{
	char text[8000] = "{\"redirect_uris\":[";

	for (int i = 0; i < 17; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
		    "%s\"https://a%d.example/\"", i > 0 ? "," : "", i);
	strcat(text, "]}");
	CHECK(
	    client_metadata_read(&m, text, strlen(text), METADATA_REGISTRATION,
		JWA_RS256, &fault) == ERR_INVALID_REDIRECT_URI,
	    "there are 16 redirect URIs at most");
}

static void
names(void)
{
	CHECK(read_registration(URIS
		  ",\"client_name\":\" Fotos f\\u00fcr \\u4f60 \"") == OK &&
		  str_equal(m.client.name, "Fotos f\xc3\xbcr \xe4\xbd\xa0"),
	    "a name is in any script");
	CHECK(
	    is_refused(BIDI_NAME, "client_name") &&
		is_refused(
		    URIS ",\"client_name\":\"a\\u0007b\"", "client_name") &&
		is_refused(
		    URIS ",\"client_name\":\"a\\u200bb\"", "client_name") &&
		is_refused(
		    URIS ",\"client_name\":\"a\\u0085b\"", "client_name") &&
		is_refused(URIS ",\"client_name\":\"\\u3164\"", "client_name"),
	    "without what turns or hides the text around it");
	CHECK(is_refused(URIS ",\"client_name\":7", "client_name") &&
		  is_refused(URIS ",\"client_name\":\""
				  "0123456789012345678901234567890123456789"
				  "0123456789012345678901234567890123456789"
				  "0123456789012345678901234567890123456789"
				  "012345678\"",
		      "client_name"),
	    "and has at most 128 bytes");
}

static void
ways_to_authenticate(void)
{
	CHECK(read_registration(URIS
		  ",\"token_endpoint_auth_method\":\"client_secret_post\"") ==
		      OK &&
		  m.client.auth_method == AUTH_CLIENT_SECRET &&
		  m.secret_in_form,
	    "client_secret_post is a secret");
	CHECK(read_registration(BY_KEY ",\"jwks\":{\"keys\":[{" KEY "}]}") ==
		      OK &&
		  m.client.jwks[0] != '\0',
	    "private_key_jwt comes with its keys");
	CHECK(read_registration(BY_KEY
		  ",\"jwks_uri\":\"https://app.example.org/keys\"") == OK &&
		  str_equal(m.jwks_uri, "https://app.example.org/keys"),
	    "or with their address");
	CHECK(is_refused(BY_KEY, "jwks") &&
		  is_refused(BY_KEY ",\"jwks_uri\":\"https://a.example/\","
				    "\"jwks\":{\"keys\":[{" KEY "}]}",
		      "jwks_uri"),
	    "with one of both (RFC 7591 2)");
	CHECK(is_refused(BY_KEY ",\"jwks\":{\"keys\":[{" KEY ",\"d\":\"" X
				"\"}]}",
		  "jwks") &&
		  is_refused(BY_KEY ",\"jwks\":{\"keys\":[]}", "jwks") &&
		  is_refused(BY_KEY ",\"jwks\":[]", "jwks"),
	    "a private key is refused, and no key");
	CHECK(is_refused(
		  BY_KEY ",\"jwks_uri\":\"http://a.example/\"", "jwks_uri") &&
		  is_refused(BY_KEY ",\"jwks_uri\":\"file:///etc/passwd\"",
		      "jwks_uri"),
	    "keys are fetched over https");
	CHECK(is_refused(BY_KEY ",\"token_endpoint_auth_signing_alg\":"
				"\"ES256\",\"jwks\":{\"keys\":[{" KEY "}]}",
		  "token_endpoint_auth_signing_alg") &&
		  is_refused(BY_KEY ",\"token_endpoint_auth_signing_alg\":"
				    "\"none\",\"jwks\":{\"keys\":[{" KEY "}]}",
		      "token_endpoint_auth_signing_alg"),
	    "the algorithm is one of a key's");
	CHECK(is_refused(URIS ",\"token_endpoint_auth_method\":"
			      "\"client_secret_jwt\"",
		  "token_endpoint_auth_method") &&
		  is_refused(URIS ",\"token_endpoint_auth_method\":\"\"",
		      "token_endpoint_auth_method"),
	    "other ways are refused");
}

static void
documents(void)
{
	CHECK(read_as(METADATA_DOCUMENT,
		  URIS ",\"client_id\":\"https://app.example.org/id\"") == OK &&
		  client_is_public(&m.client) &&
		  str_equal(m.client_id, "https://app.example.org/id"),
	    "a document that says nothing of it is of a public client");
	CHECK(read_as(METADATA_DOCUMENT, URIS) == ERR_INVALID_CLIENT_METADATA &&
		  str_equal(fault.member, "client_id"),
	    "it names its client_id");
	CHECK(read_as(METADATA_DOCUMENT, URIS
		  ",\"client_id\":\"https://app.example.org/id\","
		  "\"client_secret\":\"x\"") == ERR_INVALID_CLIENT_METADATA &&
		  read_as(METADATA_DOCUMENT, URIS
		      ",\"client_id\":\"https://app.example.org/id\","
		      "\"token_endpoint_auth_method\":"
		      "\"client_secret_post\"") == ERR_INVALID_CLIENT_METADATA,
	    "and has no secret");
}

static void
no_metadata(void)
{
	static char long_text[CLIENT_METADATA_MAX + 2];

	CHECK(is_refused("\"redirect_uris\"", NULL) &&
		  is_refused(URIS "," URIS, NULL),
	    "broken JSON is refused, and a name that is there twice");
	CHECK(client_metadata_read(&m, "[]", 2, METADATA_REGISTRATION,
		  JWA_RS256, &fault) == ERR_INVALID_CLIENT_METADATA &&
		  client_metadata_read(&m, "", 0, METADATA_REGISTRATION,
		      JWA_RS256, &fault) == ERR_INVALID_CLIENT_METADATA,
	    "so is what is no object");
	memset(long_text, ' ', sizeof long_text - 1);
	memcpy(long_text, "{" URIS "}", strlen("{" URIS "}"));
	CHECK(client_metadata_read(&m, long_text, CLIENT_METADATA_MAX,
		  METADATA_REGISTRATION, JWA_RS256, &fault) == OK &&
		  client_metadata_read(&m, long_text, CLIENT_METADATA_MAX + 1,
		      METADATA_REGISTRATION, JWA_RS256,
		      &fault) == ERR_INVALID_CLIENT_METADATA,
	    "16 KiB are enough");
	CHECK(is_refused(URIS ",\"grant_types\":[\"client_credentials\"]",
		  "grant_types") &&
		  is_refused(URIS ",\"grant_types\":\"authorization_code\"",
		      "grant_types") &&
		  is_refused(
		      URIS ",\"response_types\":[\"token\"]", "response_types"),
	    "what leaves no way to sign in is refused");
	CHECK(
	    read_registration(URIS ",\"dpop_bound_access_tokens\":true,"
				   "\"require_pushed_authorization_requests\":"
				   "true") == OK &&
		m.client.require_dpop && m.client.require_par &&
		is_refused(URIS ",\"dpop_bound_access_tokens\":\"true\"",
		    "dpop_bound_access_tokens"),
	    "an app can ask for more safety than it needs");
	CHECK(is_refused(URIS ",\"scope\":[\"openid\"]", "scope") &&
		  is_refused(URIS ",\"scope\":\"a\\\"b\"", "scope") &&
		  is_refused(URIS ",\"id_token_signed_response_alg\":\"none\"",
		      "id_token_signed_response_alg") &&
		  is_refused(URIS ",\"id_token_signed_response_alg\":\"HS256\"",
		      "id_token_signed_response_alg"),
	    "a wrong type is refused, and an algorithm that is not for them");
	CHECK(read_registration(URIS ",\"dpop_bound_access_tokens\":true") ==
		      OK &&
		  m.client.require_dpop &&
		  read_registration(
		      URIS ",\"dpop_bound_access_tokens\":false") == OK &&
		  !m.client.require_dpop &&
		  is_refused(URIS ",\"dpop_bound_access_tokens\":\"true\"",
		      "dpop_bound_access_tokens"),
	    "an app may want to be held to its key (RFC 9449 5.2)");
}

int
main(void)
{
	little_is_needed();
	names_are_seen();
	what_mcp_clients_send();
	addresses();
	too_many_addresses();
	names();
	ways_to_authenticate();
	documents();
	no_metadata();
	return check_done();
}
