/* A set of keys is refused whole, or each of its keys is one: written as a JWK
 * it is read as the same key again. */
#include "jose/jwk.h"

#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct jwk_set set;
	struct public_key again;
	json_t *jwk;
	enum err e = jwk_set_read(&set, (const char *)bytes, len);

	PROMISE((e == OK) == (set.count > 0));
	PROMISE(set.count <= JWK_SET_MAX);
	for (size_t i = 0; i < set.count; i++) {
		PROMISE(public_key_fits(set.keys[i].alg, set.keys[i].len));
		jwk = public_key_jwk(&set.keys[i]);
		PROMISE(jwk_read(&again, jwk) == OK);
		PROMISE(memcmp(&again, &set.keys[i], sizeof again) == 0);
		json_decref(jwk);
	}
	return 0;
}
