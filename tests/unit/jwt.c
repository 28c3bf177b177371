/* JWTs: the RFCs' vectors, what we make, and what we must refuse. */
#include "jose/jwt.h"

#include "base/buf.h"
#include "base/secret.h"
#include "check.h"
#include "jose/libcrypto.h"

#include <string.h>

/* RFC 7515 A.1; its key, which happens to have no zero byte, is a C string. */
#define A_PAYLOAD                                                              \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"
#define A1_SIGNED "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." A_PAYLOAD
#define A1_TOKEN A1_SIGNED ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define A1_SECRET                                                              \
	"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4h" \
	"cgUuTwjAzZr1Z9CAow"

/* RFC 7515 A.2 */
#define A2_SIGNED "eyJhbGciOiJSUzI1NiJ9." A_PAYLOAD
#define A2_TOKEN                                                               \
	A2_SIGNED                                                              \
	".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAu" \
	"HIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFd" \
	"iuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eS" \
	"N9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI" \
	"2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7" \
	"7Rw"
#define A2_N                                                                   \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw" \
	"-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b3269" \
	"0r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS" \
	"-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aG" \
	"hyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp" \
	"oQ"

#define SECRET "0123456789abcdef0123456789abcdef"

static void
hs256_vector(void)
{
	char secret[65] = "";
	struct jwt j;

	CHECK(base64url_decode_exact(secret, 64, A1_SECRET) == OK &&
		  jwt_parse(&j, A1_TOKEN) == OK && j.alg == JWA_HS256,
	    "jwt: RFC 7515 A.1: the token has the form");
	CHECK(jwt_verify_hs256(&j, secret) == OK,
	    "jwt: RFC 7515 A.1: it verifies");
	CHECK(strcmp(jwt_str(&j, "iss"), "joe") == 0 &&
		  jwt_int(&j, "exp", 0) == 1300819380 && j.kid[0] == '\0' &&
		  strcmp(j.typ, "jwt") == 0,
	    "jwt: RFC 7515 A.1: its claims are read");
	CHECK(jwt_str(&j, "exp") == NULL && jwt_str(&j, "sub") == NULL,
	    "jwt: a claim that is not there or no string is NULL");
	CHECK(jwt_int(&j, "iss", -1) == -1 && jwt_int(&j, "iat", -1) == -1,
	    "jwt: a claim that is not there or no integer is the fallback");
	secret[0] ^= 1;
	CHECK(jwt_verify_hs256(&j, secret) == ERR_INVALID_TOKEN,
	    "jwt: a token under another secret is refused");
	jwt_wipe(&j);
	CHECK(jwt_str(&j, "iss") == NULL && j.claims_len == 0,
	    "jwt: a wiped token is empty");
}

static void
rs256_vector(void)
{
	struct public_key k = {.alg = JWA_RS256};
	struct jwt j;

	if (base64url_decode(
		k.bytes, sizeof k.bytes, &k.len, A2_N, strlen(A2_N)) != OK ||
	    jwt_parse(&j, A2_TOKEN) != OK) {
		CHECK(0, "jwt: RFC 7515 A.2: the token has the form");
		return;
	}
	if (libcrypto_available() == OK)
		CHECK(
		    jwt_verify(&j, &k) == OK, "jwt: RFC 7515 A.2: it verifies");
	else
		CHECK(jwt_verify(&j, &k) == ERR_UNSUPPORTED,
		    "jwt: RFC 7515 A.2: without libcrypto it is unsupported");
	CHECK(jwt_verify_hs256(&j, A2_N) == ERR_INVALID_TOKEN,
	    "jwt: a public key is not a secret of HS256");
	jwt_wipe(&j);
}

/* --- forms that are refused ----------------------------------------------- */

/* header.payload.signature of the three as they stand */
static const char *
spell(const char *header, const char *payload, const char *sig)
{
	static char text[2 * JWT_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_put_base64url(&b, header, strlen(header));
	buf_putc(&b, '.');
	buf_put_base64url(&b, payload, strlen(payload));
	buf_putc(&b, '.');
	buf_put_base64url(&b, sig, strlen(sig));
	return buf_ok(&b) ? text : "";
}

static bool
parses(const char *text)
{
	struct jwt j;
	bool ok = jwt_parse(&j, text) == OK;

	jwt_wipe(&j);
	return ok;
}

static const struct {
	const char *header, *payload, *sentence;
} refused[] = {
    {"{\"alg\":\"none\"}", "{}", "jwt: alg none is refused (RFC 8725 3.1)"},
    {"{\"alg\":\"None\"}", "{}", "jwt: alg none is refused in any case"},
    {"{\"alg\":\"ES384\"}", "{}", "jwt: an alg that is not ours is refused"},
    {"{\"alg\":\"ed25519\"}", "{}", "jwt: Ed25519 is spelled in one case"},
    {"{\"alg\":\"hs256\"}", "{}", "jwt: an alg is spelled in one case"},
    {"{\"alg\":1}", "{}", "jwt: an alg that is no string is refused"},
    {"{\"alg\":[\"EdDSA\"]}", "{}", "jwt: an alg that is a list is refused"},
    {"{\"alg\":\"EdDSA-and-more\"}", "{}",
	"jwt: an alg that only begins like ours is refused"},
    {"{\"typ\":\"JWT\"}", "{}", "jwt: no alg at all is refused"},
    {"{\"alg\":\"EdDSA\",\"alg\":\"HS256\"}", "{}",
	"jwt: alg twice is refused"},
    {"{\"alg\":\"EdDSA\"}", "{\"sub\":\"a\",\"sub\":\"b\"}",
	"jwt: a claim twice is refused (RFC 7519 4)"},
    {"{\"alg\":\"EdDSA\",\"crit\":[\"exp\"]}", "{}",
	"jwt: crit is refused (RFC 7515 4.1.11)"},
    {"{\"alg\":\"EdDSA\",\"crit\":null}", "{}",
	"jwt: crit is refused with any value"},
    {"{\"alg\":\"EdDSA\",\"b64\":false}", "{}",
	"jwt: b64 is refused (RFC 7797)"},
    {"{\"alg\":\"EdDSA\",\"kid\":7}", "{}",
	"jwt: a kid that is no string is refused"},
    {"{\"alg\":\"EdDSA\",\"kid\":\"\"}", "{}", "jwt: an empty kid is refused"},
    {"{\"alg\":\"EdDSA\",\"kid\":\"" A2_N "\"}", "{}",
	"jwt: a kid too long is refused"},
    {"{\"alg\":\"EdDSA\",\"typ\":\"something-unheard-of-until-now+jwt\"}", "{}",
	"jwt: a typ too long is refused"},
    {"[\"EdDSA\"]", "{}", "jwt: a header that is no object is refused"},
    {"{\"alg\":\"EdDSA\"}", "[]", "jwt: claims that are a list are refused"},
    {"{\"alg\":\"EdDSA\"}", "\"sub\"",
	"jwt: claims that are a string are refused"},
    {"{\"alg\":\"EdDSA\"}", "{} {}",
	"jwt: claims with more behind them are refused"},
    {"{\"alg\":\"EdDSA\"}", "{\"sub\":\"a\\u0000b\"}",
	"jwt: claims with a NUL are refused"},
    {"{\"alg\":\"EdDSA\"}", "{\"sub\":\"\xff\"}",
	"jwt: claims that are not UTF-8 are refused"},
    {"{\"alg\":\"EdDSA\"}", "", "jwt: claims that are not there are refused"},
    {"", "{}", "jwt: a header that is not there is refused"},
};

static void
forms(void)
{
	char text[JWT_CAP + 1];
	struct jwt j;

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		CHECK(
		    !parses(spell(refused[i].header, refused[i].payload, "s")),
		    refused[i].sentence);
	CHECK(jwt_parse(&j,
		  spell("{\"alg\":\"EdDSA\",\"typ\":\"application/AT+JWT\"}",
		      "{}", "s")) == OK &&
		  strcmp(j.typ, "at+jwt") == 0,
	    "jwt: typ is read as a media type (RFC 7515 4.1.9)");
	jwt_wipe(&j);

	CHECK(jwt_parse(&j, spell("{\"alg\":\"EdDSA\"}",
				"{\"aud\":[\"a\",\"b\"]}", "s")) == OK &&
		  jwt_is_for(&j, "b") && !jwt_is_for(&j, "c"),
	    "jwt: aud may be a list (RFC 7519 4.1.3)");
	jwt_wipe(&j);

	CHECK(!parses(""), "jwt: nothing is no token");
	CHECK(!parses(A1_SIGNED), "jwt: two parts are no token");
	CHECK(!parses(A1_TOKEN ".c2ln"), "jwt: four parts are no token");
	CHECK(!parses(A1_TOKEN "="), "jwt: padding is refused in a token");
	CHECK(
	    !parses(A1_TOKEN " "), "jwt: white space after a token is refused");
	CHECK(!parses(" " A1_TOKEN),
	    "jwt: white space before a token is refused");
	CHECK(!parses("."), "jwt: one dot is no token");
	CHECK(!parses(".."), "jwt: two dots are no token");
	memset(text, 'A', sizeof text);
	text[JWT_CAP] = '\0';
	CHECK(!parses(text), "jwt: a token too long is refused");
	memset(text, ' ', sizeof text);
	text[SIGNATURE_MAX + 1] = '\0';
	CHECK(!parses(spell("{\"alg\":\"EdDSA\"}", "{}", text)),
	    "jwt: a signature too long is refused");
	CHECK(jwt_parse(&j, A1_TOKEN ".") != OK && j.claims.tree == NULL,
	    "jwt: what is refused leaves nothing to free");
}

/* --- what we make --------------------------------------------------------- */

static enum err
make(struct private_key **private, struct public_key *k, enum jwa alg)
{
	char pem[PRIVATE_KEY_PEM_CAP];
	size_t pem_len;
	enum err e;

	e = private_key_make(pem, &pem_len, k, alg);
	return e == OK ? private_key_load(private, k, pem, pem_len) : e;
}

static const char header_want[] = "{\"typ\":\"at+jwt\",\"alg\":\"EdDSA\"";

static void
eddsa(const struct private_key *private, const struct buf *claims)
{
	char text[JWT_CAP], head[256];
	struct buf failed = *claims;
	const struct public_key *k = private_key_public(private);
	struct public_key other = *k;
	struct jwt j;
	size_t len;

	CHECK(jwt_sign(text, sizeof text, claims, "at+jwt", private) == OK &&
		  jwt_parse(&j, text) == OK && jwt_verify(&j, k) == OK,
	    "jwt: what we sign verifies");
	CHECK(j.alg == JWA_EDDSA && strcmp(j.kid, k->kid) == 0 &&
		  strcmp(j.typ, "at+jwt") == 0 &&
		  strcmp(jwt_str(&j, "iss"), "https://id.example.org") == 0 &&
		  jwt_int(&j, "exp", 0) == 1700000000 &&
		  j.claims_len == claims->len &&
		  memcmp(j.claims_text, claims->text, claims->len) == 0,
	    "jwt: a token says what we said, and names its key");
	CHECK(base64url_decode(
		  head, sizeof head, &len, text, strcspn(text, ".")) == OK &&
		  len > sizeof header_want &&
		  memcmp(head, header_want, sizeof header_want - 1) == 0,
	    "jwt: the header is typ, alg, kid, without spaces");

	CHECK(jwt_verify_hs256(&j, k->kid) == ERR_INVALID_TOKEN,
	    "jwt: a token of EdDSA is not one of HS256");
	other.alg = JWA_RS256;
	CHECK(jwt_verify(&j, &other) == ERR_INVALID_TOKEN,
	    "jwt: a token of EdDSA is not one of RS256");
	other = *k;
	other.kid[0] = other.kid[0] == 'A' ? 'B' : 'A';
	CHECK(jwt_verify(&j, &other) == ERR_INVALID_TOKEN,
	    "jwt: a token that names another key is refused");
	j.sig_len--;
	CHECK(jwt_verify(&j, k) == ERR_INVALID_TOKEN,
	    "jwt: a signature cut short is refused");
	j.sig_len++;
	j.sig[0] ^= 1;
	CHECK(jwt_verify(&j, k) == ERR_INVALID_TOKEN,
	    "jwt: a signature changed is refused");
	jwt_wipe(&j);

	CHECK(jwt_sign(text, 100, claims, "JWT", private) == ERR_NO_SPACE &&
		  text[0] == '\0',
	    "jwt: a token that does not fit is none");
	failed.failed = true;
	CHECK(jwt_sign(text, sizeof text, &failed, "JWT", private) ==
		      ERR_NO_SPACE &&
		  text[0] == '\0',
	    "jwt: claims that did not fit are not signed");
}

static void
rs256(const struct buf *claims)
{
	char text[JWT_CAP];
	struct private_key *private;
	struct public_key k;
	struct jwt j;

	if (libcrypto_available() != OK)
		return;
	if (make(&private, &k, JWA_RS256) != OK) {
		CHECK(0, "jwt: an RSA key is made");
		return;
	}
	CHECK(jwt_sign(text, sizeof text, claims, "JWT", private) == OK &&
		  jwt_parse(&j, text) == OK && j.alg == JWA_RS256 &&
		  jwt_verify(&j, &k) == OK,
	    "jwt: what we sign with RSA verifies");
	CHECK(strcmp(j.kid, k.kid) == 0,
	    "jwt: a token signed with RSA names its key");
	jwt_wipe(&j);
	private_key_free(&private);
}

static void
hs256(const struct public_key *k, const struct buf *claims)
{
	char text[JWT_CAP];
	struct jwt j;

	CHECK(jwt_sign_hs256(text, sizeof text, claims, "JWT", SECRET) == OK &&
		  jwt_parse(&j, text) == OK &&
		  jwt_verify_hs256(&j, SECRET) == OK,
	    "jwt: what we sign with a secret verifies");
	CHECK(j.kid[0] == '\0' && j.alg == JWA_HS256,
	    "jwt: a token signed with a secret names no key");
	CHECK(jwt_verify(&j, k) == ERR_INVALID_TOKEN,
	    "jwt: a token of HS256 is not one of a public key's");
	CHECK(jwt_verify_hs256(&j, "0123456789abcdef") == ERR_INVALID_TOKEN,
	    "jwt: a secret too short verifies nothing");
	j.sig_len = 0;
	CHECK(jwt_verify_hs256(&j, SECRET) == ERR_INVALID_TOKEN,
	    "jwt: a secret verifies no signature that is not there");
	jwt_wipe(&j);
	CHECK(jwt_sign_hs256(text, sizeof text, claims, "JWT",
		  "0123456789abcdef") == ERR_SYNTAX &&
		  text[0] == '\0',
	    "jwt: a secret too short signs nothing (RFC 7518 3.2)");
}

/* The trick of RFC 8725 2.1: a token MACed with what everybody knows. */
static void
confusion(const struct public_key *k, const struct buf *claims)
{
	char text[JWT_CAP], x[KID_CAP];
	struct jwt j;

	base64url_encode(x, sizeof x, k->bytes, k->len);
	CHECK(jwt_sign_hs256(text, sizeof text, claims, "JWT", x) == OK &&
		  jwt_parse(&j, text) == OK &&
		  jwt_verify(&j, k) == ERR_INVALID_TOKEN,
	    "jwt: a MAC under the public key is no signature");
	jwt_wipe(&j);
}

int
main(void)
{
	struct private_key *private;
	struct public_key k;
	char text[256];
	struct buf claims;

	buf_init(&claims, text, sizeof text);
	buf_puts(&claims, "{\"iss\":\"https://id.example.org\",\"exp\":"
			  "1700000000,\"groups\":[\"gr\xc3\xbc\xc3\x9f\"]}");
	if (secret_init() != OK || !buf_ok(&claims) ||
	    make(&private, &k, JWA_EDDSA) != OK)
		return 1;
	hs256_vector();
	rs256_vector();
	forms();
	eddsa(private, &claims);
	rs256(&claims);
	hs256(&k, &claims);
	confusion(&k, &claims);
	private_key_free(&private);
	return check_done();
}
