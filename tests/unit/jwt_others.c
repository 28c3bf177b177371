/* Tokens that others signed: client assertions and proofs of possession. */
#include "jose/jwt.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "jose/libcrypto.h"

#include <string.h>

/* RFC 7515 A.3 */
#define A3_KEY                                                                 \
	"{\"kty\":\"EC\",\"crv\":\"P-256\","                                   \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","               \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define A3_TOKEN                                                               \
	"eyJhbGciOiJFUzI1NiJ9."                                                \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"                     \
	"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."                      \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQ" \
	"xfKTUJqPP3-Kg6NU1Q"

/* RFC 9449 4.1 and 6.1 */
#define DPOP_PROOF                                                             \
	"eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwi" \
	"eCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5" \
	"IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNy" \
	"diI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCI" \
	"sImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTY" \
	"yMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiO" \
	"SsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
#define DPOP_THUMBPRINT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

/* Made with another library: a key, and header.payload with its signatures. */
#define PSS_N                                                                  \
	"3yTIhX2hIIzSrme29ZDEmJspflMevTeFFW3Uql9aL9mgALLY8HpcPreCqEDwN9QZH0rq" \
	"cODoOfCz26YWRhBbqNZRVm18ar3WR94Hv4xt_PgynTR1q5TY2OngpbyTtwkKROwwMkqv" \
	"aRilwRbU5cRecAU5etG6Csz6B5icM1nNy8lrU2Qg-QmuPwjEEDIgPcRHbqx8Ad-hZWXl" \
	"JpfHtud6ANvuEheVDj1svmiX4eeLR4u1JgvMaftT0hRoDBHOytximZ68ufn3uRy0afsS" \
	"2FgJjYSRuaYg2gafQ2Mhhx0zlz0EBeSgtYwlbVx71GlZFfVYhWAOZLNprML7avg8u9FN" \
	"wQ"

#define PSS_TEXT "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJhcHAifQ"
#define PSS_SALT_32                                                            \
	"gtPTc-BX4CrY4kQRlTF9weKaB2PHs-pWhF3iFIK5wilLX6ZTfDvcoEasv4wLSu8SV0GU" \
	"5uOtCM-zwS4H19iWX3xMf4CwYcBT63dKfdMauWEBhFythcDXp1FPY3JlIVyUTAayn0-6" \
	"GIVNjP7-fG-ITszQ6DX-mzIXlmpMrDFmajMEBgGAqjOEnjHcDh7RqcJohEGN7Jrz3FN9" \
	"pAFmK4j3r6DM8uRZL71NMZT3fz5-PmtsqNjn0Fk40u2fh6383r-k-Pu8YeQOZazTObqE" \
	"gj2yHgZAyib-upU8h3sDu3YoWEHZrhL0A_fly-43owP0ETENxBA6BMbTLstl_rfM8m2G" \
	"Wg"

#define PSS_SALT_20                                                            \
	"YzM-1nO1DbdC6zTIfMzB3bPnp2hC4vWZogr3Nmg4szm6zGrRQodlzzlBwcPcXjIC-lNA" \
	"2Vp5q5QXqMeIimWAnksOOgQ5WNHe_0VpX1RWE9G9W61U8Uc8wR_enZ2Os6x801ATHryU" \
	"ndNkysuwiDLG_UuS5od0PAVa3egNm40iuV30qlPeF-C2DOVY_2P8zjGEamoVM9GSvh3X" \
	"fNMf2rep-vLwP8nsTVa6sSQcHTO8Sw4JneyYOMwSPTKmnIgCmsFquP7dwK9q0S58rKHg" \
	"Upc3n5sb9gKxXd1ed2XfnfAqFWdY6T15-BNy6sTyTEZGeA2uuH8AAlDoAFLhsQSsrQqP" \
	"ew"

#define PSS_MGF_SHA1                                                           \
	"ibetq-wO-bqlWlg68cUAlP-KMrP8J2rfPEdfrnf5-OJ9fyUJJpqcV9eiFY_TOqfXH6__" \
	"Rd8wcpzeuVSOS_w0u6o9sRQe5kPDY8TY1JdjIdQvxiOj9U4AdVP9seiaOJGi_BWFZntt" \
	"VhiwKwOYQBxFMcNRtzftGByvZIQDS73xD7mJuN_hSbl7Hh0sAEVSL9kSY8t5UCSnlNjx" \
	"87ALsPdzx4YY8TbpaxKHOiPaXVKtRJJFdyZMAAf4o6dnbUotYUrw2p4nPQWn9QIXCNHL" \
	"6VfN7cgVl0zWo2tRTg-IPs2f9LkoQrNJo4oCtztRlCnm143GnFk_U9i87vmxCSqJI5NX" \
	"qA"

#define PSS_PKCS1                                                              \
	"JZjlUDpxt7V-IQaprTKLFN55RelEdRkddRHZeGgqt6rv5k2s9ioAm0CjqImC_ab4Rbcx" \
	"5OU54-C77sio4BMC1xOlocW5_p3YxQBdIBciKbpjCnI3Lq_fsLdHES1dDV14TuQpnl7l" \
	"hcZNPqjRIlAIrcynburWD7gVub8Ft_Rs2w99dXxfqB4WMnGXUqCy_0nPqzSowoCC9uUa" \
	"V0DrxnabgO83EFAlVbh1PQx8r8TEm0pE_4WBy578cJ8AavjPPxq4ZozeePPPWx_RxYp-" \
	"W5E543GuvZbxkftr85pizIBWxGgKYgnBUImVmKk5wVqREu8We0i9UL4dIyEvSR8GYY6e" \
	"Zw"

static bool has_libcrypto;

/* RFC 7515 A.3 */
static void
assertion(void)
{
	json_t *jwk = json_loads(A3_KEY, JSON_REJECT_DUPLICATES, NULL);
	struct public_key k;
	struct jwt j;
	enum err e = jwk_read(&k, jwk);

	json_decref(jwk);
	CHECK(jwt_parse(&j, A3_TOKEN) == OK && j.alg == JWA_ES256,
	    "jwt: RFC 7515 A.3: the token has the form");
	CHECK(jwt_verify_hs256(&j, A3_KEY) == ERR_INVALID_TOKEN,
	    "jwt: a public key is no secret for a token of ES256");
	if (has_libcrypto)
		CHECK(e == OK && jwt_verify(&j, &k) == OK,
		    "jwt: RFC 7515 A.3: it verifies");
	else
		CHECK(e == ERR_UNSUPPORTED,
		    "jwt: RFC 7515 A.3: without libcrypto its key is not read");
	k.alg = JWA_RS256;
	CHECK(jwt_verify(&j, &k) == ERR_INVALID_TOKEN,
	    "jwt: a token of ES256 is not one of an RSA key's");
	jwt_wipe(&j);
}

/* RFC 7518 3.5 */
static void
pss(void)
{
	static const struct {
		const char *token;
		enum err e;
		const char *sentence;
	} tokens[] = {
	    {PSS_TEXT "." PSS_SALT_32, OK, "jwt: a token of PS256 verifies"},
	    {PSS_TEXT "." PSS_SALT_20, ERR_INVALID_TOKEN,
		"jwt: the salt of PS256 is as long as the hash"},
	    {PSS_TEXT "." PSS_MGF_SHA1, ERR_INVALID_TOKEN,
		"jwt: the mask of PS256 is made with SHA-256"},
	    {PSS_TEXT "." PSS_PKCS1, ERR_INVALID_TOKEN,
		"jwt: a signature of RS256 is none of PS256"},
	};
	json_t *jwk = json_pack("{s:s, s:s, s:s, s:s}", "kty", "RSA", "n",
	    PSS_N, "e", "AQAB", "alg", "PS256");
	struct public_key k;
	struct jwt j;
	enum err e = jwk_read(&k, jwk);

	json_decref(jwk);
	CHECK(e == (has_libcrypto ? OK : ERR_UNSUPPORTED),
	    "jwt: a key of PS256 is read with libcrypto");
	for (size_t i = 0; e == OK && i < sizeof tokens / sizeof *tokens; i++) {
		CHECK(jwt_parse(&j, tokens[i].token) == OK &&
			  jwt_verify(&j, &k) == tokens[i].e,
		    tokens[i].sentence);
		jwt_wipe(&j);
	}
	k.alg = JWA_RS256;
	CHECK(jwt_parse(&j, tokens[0].token) == OK &&
		  jwt_verify(&j, &k) == ERR_INVALID_TOKEN,
	    "jwt: a token of PS256 is not one of a key for RS256");
	jwt_wipe(&j);
}

/* RFC 9449 4.1 */
static void
dpop_vector(void)
{
	char thumbprint[THUMBPRINT_CAP];
	struct public_key k;
	struct jwt j;
	enum err e = jwt_parse_with_key(&j, &k, DPOP_PROOF);

	if (!has_libcrypto) {
		CHECK(e == OK && jwt_verify(&j, &k) == ERR_UNSUPPORTED,
		    "jwt: RFC 9449 4.1: without libcrypto it proves nothing");
		jwt_wipe(&j);
		return;
	}
	CHECK(e == OK && str_equal(j.typ, "dpop+jwt") &&
		  str_equal(jwt_str(&j, "htm"), "POST"),
	    "jwt: RFC 9449 4.1: the proof is read");
	CHECK(jwt_verify(&j, &k) == OK, "jwt: RFC 9449 4.1: it verifies");
	CHECK(public_key_thumbprint(thumbprint, &k) == OK &&
		  str_equal(thumbprint, DPOP_THUMBPRINT),
	    "jwt: RFC 9449 6.1: the thumbprint of its key");
	jwt_wipe(&j);
}

/* --- tokens with a header of our choice ----------------------------------- */

static struct private_key *signing;
static char own_jwk[256]; /* of that key */

static bool
make_signing_key(void)
{
	char pem[PRIVATE_KEY_PEM_CAP];
	struct public_key k;
	size_t pem_len, len;
	json_t *jwk;

	if (private_key_make(pem, &pem_len, &k, JWA_EDDSA) != OK ||
	    private_key_load(&signing, &k, pem, pem_len) != OK)
		return false;
	jwk = public_key_jwk(&k);
	len = json_dumpb(jwk, own_jwk, sizeof own_jwk - 1, JSON_COMPACT);
	json_decref(jwk);
	return len > 0 && len < sizeof own_jwk;
}

/* A token of HEADER, without its braces, signed by that key. */
static const char *
sign_with_header(const char *header)
{
	static char text[JWT_CAP];
	char whole[1024];
	uint8_t sig[SIGNATURE_MAX];
	struct buf b, h;
	size_t sig_len;

	buf_init(&h, whole, sizeof whole);
	buf_printf(&h, "{%s}", header);
	buf_init(&b, text, sizeof text);
	buf_put_base64url(&b, h.text, h.len);
	buf_puts(&b, ".e30"); /* {} */
	if (!buf_ok(&h) ||
	    private_key_sign(signing, b.text, b.len, sig, &sig_len) != OK)
		return "";
	buf_putc(&b, '.');
	buf_put_base64url(&b, sig, sig_len);
	return buf_ok(&b) ? text : "";
}

/* Whether a proof of this header, with jwk JWK, proves anything. */
static enum err
prove_with(const char *header, const char *jwk)
{
	char text[512];
	struct public_key k;
	struct buf b;
	struct jwt j;
	enum err e;

	buf_init(&b, text, sizeof text);
	buf_printf(&b, "%s,\"jwk\":%s", header, jwk);
	e = jwt_parse_with_key(&j, &k, sign_with_header(b.text));
	if (e == OK)
		e = jwt_verify(&j, &k);
	jwt_wipe(&j);
	return buf_ok(&b) ? e : ERR_NO_SPACE;
}

static void
proofs(void)
{
	static const char eddsa[] = "\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\"";
	static const struct {
		const char *jwk, *sentence;
	} refused[] = {
	    {"null", "jwt: a proof whose key is null is refused"},
	    {"\"key\"", "jwt: a proof whose key is a string is refused"},
	    {"[]", "jwt: a proof whose key is a list is refused"},
	    {"{}", "jwt: a proof whose key is empty is refused"},
	    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
	     "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"jwt: a proof that another key signed is refused"},
	    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
	     "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":\"AA\"}",
		"jwt: a proof that gives its private key away is refused"},
	    {A3_KEY, "jwt: a proof of EdDSA with a P-256 key is refused"},
	};
	struct public_key k = {.len = 1};
	char twice[sizeof own_jwk + 16];
	struct jwt j;

	CHECK(prove_with(eddsa, own_jwk) == OK,
	    "jwt: a proof that its own key signed is one");
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		CHECK(prove_with(eddsa, refused[i].jwk) == ERR_INVALID_TOKEN,
		    refused[i].sentence);
	CHECK(prove_with("\"alg\":\"Ed25519\"", own_jwk) == OK,
	    "jwt: what others sign may call EdDSA Ed25519 (RFC 9864)");
	CHECK(prove_with("\"alg\":\"ES256\"", own_jwk) == ERR_INVALID_TOKEN,
	    "jwt: a proof of ES256 with an Ed25519 key is refused");
	CHECK(prove_with("\"alg\":\"HS256\"", own_jwk) == ERR_INVALID_TOKEN,
	    "jwt: a proof of HS256 is refused: a public key is no secret");
	CHECK(prove_with("\"alg\":\"none\"", own_jwk) == ERR_INVALID_TOKEN,
	    "jwt: a proof of alg none is refused");
	snprintf(twice, sizeof twice, "%s,\"jwk\":{}", own_jwk);
	CHECK(prove_with(eddsa, twice) == ERR_INVALID_TOKEN,
	    "jwt: a proof with two keys is refused");
	CHECK(jwt_parse_with_key(&j, &k, sign_with_header(eddsa)) ==
		      ERR_INVALID_TOKEN &&
		  k.len == 0 && j.claims.tree == NULL,
	    "jwt: a proof without a key is none");
}

/* What jwk_read asks of a key beside its form is not asked of one that comes
 * with a proof: a verification refuses the same. */
static void
no_points(void)
{
	/* 1 is the point of order 1, for which any signature of it is good. */
	struct public_key k = {.alg = JWA_EDDSA, .len = 32, .bytes = {1}};
	uint8_t sig[64] = {1};

	CHECK(public_key_check(&k) == ERR_SYNTAX &&
		  public_key_verify(&k, "x", 1, sig, sizeof sig) ==
		      ERR_INVALID_TOKEN,
	    "jwt: a key of small order verifies nothing");
	memset(k.bytes, 0xff, 32);
	CHECK(public_key_check(&k) == ERR_SYNTAX &&
		  public_key_verify(&k, "x", 1, sig, sizeof sig) ==
		      ERR_INVALID_TOKEN,
	    "jwt: nor does a point in another spelling");
	memset(k.bytes, 0, sizeof k.bytes);
	k.bytes[0] = 2; /* no y of the curve */
	CHECK(public_key_check(&k) == ERR_SYNTAX &&
		  public_key_verify(&k, "x", 1, sig, sizeof sig) ==
		      ERR_INVALID_TOKEN,
	    "jwt: nor what is no point");
}

/* Keys that a token brings along do not make it good. */
static void
embedded_keys(void)
{
	struct public_key other = *private_key_public(signing);
	char header[512];
	struct jwt j;

	other.bytes[0] ^= 1;
	snprintf(header, sizeof header,
	    "\"alg\":\"EdDSA\",\"jku\":\"https://evil.example\",\"jwk\":%s",
	    own_jwk);
	CHECK(jwt_parse(&j, sign_with_header(header)) == OK &&
		  jwt_verify(&j, private_key_public(signing)) == OK &&
		  jwt_verify(&j, &other) == ERR_INVALID_TOKEN,
	    "jwt: a key in the header verifies nothing (RFC 8725 3.5)");
	jwt_wipe(&j);
}

static enum err
verify_by(const struct jwk_set *set, const char *header)
{
	struct jwt j;
	enum err e = jwt_parse(&j, sign_with_header(header));

	if (e == OK)
		e = jwt_verify_by_set(&j, set);
	jwt_wipe(&j);
	return e;
}

static void
sets(void)
{
	static const char bare[] = "\"alg\":\"EdDSA\"";
	static const char a[] = "\"alg\":\"EdDSA\",\"kid\":\"a\"";
	static const char b[] = "\"alg\":\"EdDSA\",\"kid\":\"b\"";
	struct jwk_set set = {.count = 2};
	struct public_key *other = &set.keys[0], *own = &set.keys[1];

	*own = *other = *private_key_public(signing);
	other->bytes[0] ^= 1;
	memcpy(other->kid, "a", sizeof "a");
	memcpy(own->kid, "b", sizeof "b");
	CHECK(verify_by(&set, b) == OK, "jwt: a set verifies by the named key");
	CHECK(verify_by(&set, a) == ERR_INVALID_TOKEN,
	    "jwt: another key of the set does not do for the named one");
	CHECK(verify_by(&set, bare) == OK,
	    "jwt: without a name each key of the algorithm is tried");
	own->kid[0] = '\0';
	CHECK(verify_by(&set, b) == OK,
	    "jwt: a key without a name may have signed any token");
	set.count = 1;
	CHECK(verify_by(&set, bare) == ERR_INVALID_TOKEN,
	    "jwt: a set without the key verifies nothing");
	set.count = 0;
	CHECK(verify_by(&set, bare) == ERR_INVALID_TOKEN,
	    "jwt: an empty set verifies nothing");
}

int
main(void)
{
	if (secret_init() != OK || !make_signing_key())
		return 1;
	has_libcrypto = libcrypto_available() == OK;
	assertion();
	pss();
	dpop_vector();
	proofs();
	no_points();
	embedded_keys();
	sets();
	private_key_free(&signing);
	return check_done();
}
