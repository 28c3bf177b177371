#include "protocol/client_signature.h"

#include "jose/jwk.h"
#include "protocol/key_fetch.h"

#include <string.h>

bool
client_signs(const struct client *c)
{
	return c->jwks[0] != '\0' || c->jwks_uri[0] != '\0';
}

/* Whether C may sign with J's algorithm, if one of its keys is for it. */
static bool
may_have_algorithm(const struct jwt *j, const struct client *c)
{
	return j->alg != JWA_HS256 && (c->auth_alg == AUTH_ALG_ANY ||
					  c->auth_alg == auth_alg_of(j->alg));
}

static enum err
check_by_keys(const struct jwt *j, const struct client *c, const char *jwks)
{
	struct jwk_set keys;

	if (jwk_set_read_form(&keys, jwks, strlen(jwks)) != OK)
		return ERR_INVALID_TOKEN;
	jwk_set_limit(&keys, j->alg, c->auth_alg != AUTH_ALG_ANY);
	if (keys.count == 0)
		return ERR_UNSUPPORTED;
	return jwt_verify_by_set(j, &keys) == OK ? OK : ERR_INVALID_TOKEN;
}

/* By the keys at the client's own address. One that none of them verifies may
 * be of a key that is newer than what is kept. */
static enum err
check_by_fetched_keys(const struct provider *p, const struct jwt *j,
    const struct client *c, int64_t now)
{
	struct client_keys kept;
	enum err e = key_fetch_kept(p, c, now, &kept);

	if (e != OK)
		return e;
	e = check_by_keys(j, c, kept.jwks);
	if (e != OK && key_fetch_newer(p, c, now, &kept) == OK)
		e = check_by_keys(j, c, kept.jwks);
	return e != OK && kept.jwks[0] == '\0' ? ERR_NOT_FOUND : e;
}

enum err
client_signature_check(const struct provider *p, const struct jwt *j,
    const struct client *c, int64_t now)
{
	if (!may_have_algorithm(j, c))
		return ERR_UNSUPPORTED;
	return c->jwks_uri[0] != '\0' ? check_by_fetched_keys(p, j, c, now)
				      : check_by_keys(j, c, c->jwks);
}
