#include "domain/client.h"

#include "base/json.h"
#include "jose/jwk.h"

#include <string.h>

enum err
client_jwks_read(
    char jwks[static CLIENT_JWKS_CAP], const char *text, size_t len)
{
	struct jwk_set set;
	json_t *document, *keys;
	struct buf b;
	enum err e = jwk_set_read(&set, text, len);

	buf_init(&b, jwks, CLIENT_JWKS_CAP);
	if (e != OK)
		return e;
	document = json_pack("{s:[]}", "keys");
	keys = json_object_get(document, "keys");
	for (size_t i = 0; i < set.count; i++)
		if (json_array_append_new(keys, public_key_jwk(&set.keys[i])) !=
		    0)
			e = ERR_NO_MEMORY;
	if (e == OK)
		json_write(&b, document);
	json_decref(document);
	return e == OK && !buf_ok(&b) ? ERR_NO_SPACE : e;
}

const char *
client_jwks_refusal(const struct client *c)
{
	struct jwk_set set;

	if (c->auth_alg == AUTH_ALG_ANY || c->jwks[0] == '\0')
		return NULL;
	if (jwk_set_read(&set, c->jwks, strlen(c->jwks)) != OK)
		return "the client's keys cannot be used here";
	jwk_set_limit(&set, (enum jwa)(c->auth_alg - 1), true);
	return set.count > 0 ? NULL
			     : "none of the client's keys is for --auth-alg";
}
