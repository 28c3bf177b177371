#include "domain/client.h"

#include "base/str.h"

static const struct {
	enum grant_type grant;
	const char *name;
} grants[] = {
    {GRANT_AUTHORIZATION_CODE, "authorization_code"},
    {GRANT_REFRESH_TOKEN, "refresh_token"},
    {GRANT_CLIENT_CREDENTIALS, "client_credentials"},
    {GRANT_DEVICE_CODE, "urn:ietf:params:oauth:grant-type:device_code"},
    {GRANT_TOKEN_EXCHANGE, "urn:ietf:params:oauth:grant-type:token-exchange"},
};

const char *
grant_type_name(enum grant_type g)
{
	for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
		if (grants[i].grant == g)
			return grants[i].name;
	return "";
}

unsigned
grant_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
		if (str_equal(grants[i].name, name))
			return grants[i].grant;
	return 0;
}

static const char *const auth_methods[AUTH_METHOD_COUNT] = {
    [AUTH_CLIENT_SECRET] = "client_secret_basic",
    [AUTH_NONE] = "none",
    [AUTH_PRIVATE_KEY_JWT] = "private_key_jwt",
    [AUTH_CLIENT_SECRET_JWT] = "client_secret_jwt",
    [AUTH_TLS_CLIENT] = "tls_client_auth",
    [AUTH_SELF_SIGNED] = "self_signed_tls_client_auth",
};

const char *
client_source_name(enum client_source source)
{
	static const char *const sources[CLIENT_SOURCE_COUNT] = {
	    [CLIENT_OF_ADMINISTRATOR] = "administrator",
	    [CLIENT_OF_REGISTRATION] = "registration",
	    [CLIENT_OF_DOCUMENT] = "document",
	};

	return source < CLIENT_SOURCE_COUNT ? sources[source] : "";
}

const char *
auth_method_name(enum auth_method m)
{
	return m < AUTH_METHOD_COUNT ? auth_methods[m] : "";
}

enum auth_method
auth_method_from_name(const char *name)
{
	return (enum auth_method)str_index(
	    auth_methods, AUTH_METHOD_COUNT, name);
}

unsigned
auth_alg_of(enum jwa alg)
{
	return 1 + (unsigned)alg;
}

const char *
auth_alg_name(unsigned auth_alg)
{
	if (auth_alg == AUTH_ALG_ANY)
		return "any";
	return auth_alg < AUTH_ALG_COUNT ? jwa_name((enum jwa)(auth_alg - 1))
					 : "";
}

unsigned
auth_alg_from_name(const char *name)
{
	return str_equal(name, "any") ? AUTH_ALG_ANY
				      : auth_alg_of(jwa_from_name(name));
}

static const char *const retries[RETRY_COUNT] = {
    [RETRY_DEFAULT] = "default",
    [RETRY_INSTEAD] = "instead",
    [RETRY_THEFT] = "theft",
};

const char *
retry_name(enum retry r)
{
	return r < RETRY_COUNT ? retries[r] : "";
}

enum retry
retry_from_name(const char *name)
{
	return (enum retry)str_index(retries, RETRY_COUNT, name);
}
