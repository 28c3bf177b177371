/* What an authenticator sends is refused with a reason, or it is within its
 * bounds. The first byte says what the rest is. */
#include "protocol/webauthn.h"

#include "fuzz.h"

#define ISSUER "https://id.example.org/idp"

static void
fuzz_registration(const struct webauthn_bytes *b)
{
	struct webauthn_registration r;
	enum reason reason = REASON_NONE;
	enum err e = webauthn_register(&r, b, ISSUER, &reason);

	PROMISE((e == OK) == (reason == REASON_NONE));
	if (e != OK)
		return;
	PROMISE(r.id_len > 0 && r.id_len <= PASSKEY_ID_MAX);
	PROMISE(public_key_fits(r.key.alg, r.key.len));
	PROMISE(r.flags & PASSKEY_PRESENT);
}

static void
fuzz_assertion(const struct webauthn_bytes *b)
{
	const struct public_key key = {.alg = JWA_EDDSA, .len = 32};
	const struct webauthn_client_data d = {{0}, {0}};
	struct webauthn_assertion a;
	enum reason reason = REASON_NONE;

	/* The key of zeroes verifies nothing. */
	PROMISE(webauthn_verify(&a, &key, &d, b, b, ISSUER, &reason) != OK);
	PROMISE(reason != REASON_NONE);
}

static void
fuzz_client_data(const struct webauthn_bytes *b)
{
	struct webauthn_client_data d;
	enum reason reason = REASON_NONE;
	enum err e =
	    webauthn_client_data_read(&d, b, "webauthn.get", ISSUER, &reason);

	PROMISE((e == OK) == (reason == REASON_NONE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct webauthn_bytes b;

	if (len == 0)
		return 0;
	b = (struct webauthn_bytes){bytes + 1, len - 1};
	if (bytes[0] == 0)
		fuzz_registration(&b);
	else if (bytes[0] == 1)
		fuzz_assertion(&b);
	else
		fuzz_client_data(&b);
	return 0;
}
