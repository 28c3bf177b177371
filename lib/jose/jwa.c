#include "jose/jwa.h"

#include "base/str.h"

static const char *const names[JWA_COUNT] = {
    [JWA_EDDSA] = "EdDSA",
    [JWA_RS256] = "RS256",
    [JWA_HS256] = "HS256",
    [JWA_ES256] = "ES256",
    [JWA_PS256] = "PS256",
};

const char *
jwa_name(enum jwa alg)
{
	return names[alg];
}

enum jwa
jwa_from_name(const char *name)
{
	return (enum jwa)str_index(names, JWA_COUNT, name);
}

enum jwa
jwa_of_others(const char *name)
{
	return str_equal(name, "Ed25519") ? JWA_EDDSA : jwa_from_name(name);
}

enum jwa
jwa_issued_from_name(const char *name)
{
	enum jwa alg = jwa_from_name(name);

	return alg < JWA_ISSUED ? alg : JWA_COUNT;
}
