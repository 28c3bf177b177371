#include "domain/client.h"

#include "base/json.h"
#include "jose/jwk.h"

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
