/*
 * A token, or one made of the lines of the input: header, claims, signature.
 * Refused, it leaves nothing; read, with the key its header has or without, it
 * says the same.
 */
#include "jose/jwt.h"

#include "base/buf.h"
#include "fuzz.h"

#include <string.h>

static void
parse_both_ways(const char *text)
{
	static struct jwt plain, with_key;
	struct public_key k;
	enum err e = jwt_parse(&plain, text);
	enum err with = jwt_parse_with_key(&with_key, &k, text);

	PROMISE(e == OK || e == ERR_INVALID_TOKEN);
	PROMISE(e == OK || (plain.claims.tree == NULL && plain.sig_len == 0));
	PROMISE(with == OK || (with_key.claims.tree == NULL && k.len == 0));
	PROMISE(with != OK || e == OK);
	if (e == OK) {
		PROMISE(plain.alg < JWA_COUNT);
		PROMISE(strlen(plain.kid) < KID_CAP);
		PROMISE(jwt_verify_hs256(&plain, "0123456789abcdef0123456789"
						 "abcdef") != OK);
	}
	if (with == OK) {
		PROMISE(public_key_fits(k.alg, k.len));
		PROMISE(with_key.alg == plain.alg);
		PROMISE(jwt_verify(&with_key, &k) != ERR_UNSUPPORTED);
	}
	jwt_wipe(&plain);
	jwt_wipe(&with_key);
}

/* The next line of what is left, as base64url. */
static void
put_line(struct buf *b, const char **rest)
{
	size_t len = strcspn(*rest, "\n");

	buf_put_base64url(b, *rest, len);
	*rest += len + ((*rest)[len] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char text[JWT_CAP], token[2 * JWT_CAP];
	const char *rest = text;
	struct buf b;

	if (len >= sizeof text)
		return 0;
	memcpy(text, bytes, len);
	text[len] = '\0';
	parse_both_ways(text);

	buf_init(&b, token, sizeof token);
	put_line(&b, &rest);
	buf_putc(&b, '.');
	put_line(&b, &rest);
	buf_putc(&b, '.');
	put_line(&b, &rest);
	if (buf_ok(&b))
		parse_both_ways(token);
	return 0;
}
