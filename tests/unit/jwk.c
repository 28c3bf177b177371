/* JSON Web Keys: the RFCs' vectors, what we publish, and what is no key. */
#include "jose/jwk.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "jose/libcrypto.h"
#include "jose/private_key.h"

#include <string.h>

/* RFC 8037 A.2, A.3 */
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED_THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define ED "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\""

/* RFC 7638 3.1 */
#define RSA_N                                                                  \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1R" \
	"K7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9" \
	"yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZg" \
	"nYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6We" \
	"Zu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDK" \
	"gw"
#define RSA_THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define RSA_BARE "\"kty\":\"RSA\",\"n\":\"" RSA_N "\""
#define RSA RSA_BARE ",\"e\":\"AQAB\""

/* RFC 7517 A.1; made for encryption there. */
#define EC_X "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
#define EC_Y "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
#define EC_BARE "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\""
#define EC EC_BARE ",\"y\":\"" EC_Y "\""

/* RFC 9449 4.1 and 6.1 */
#define DPOP_X "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"
#define DPOP_Y "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
#define DPOP_THUMBPRINT "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

#define RSA_TWICE "{" RSA "},{" RSA ",\"alg\":\"PS256\"}"

#define ZEROES_31 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ZEROES_32 ZEROES_31 "A"

static bool has_libcrypto;

static enum err
read_text(struct public_key *k, const char *text)
{
	json_t *jwk = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	enum err e = jwk_read(k, jwk);

	json_decref(jwk);
	return e;
}

static bool
jwk_is(json_t *jwk, const char *want)
{
	char text[1024];
	size_t len =
	    json_dumpb(jwk, text, sizeof text, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(jwk);
	return len == strlen(want) && memcmp(text, want, len) == 0;
}

/* Reads TEXT, a JWK: its thumbprint, and as it is written again. */
static void
vector(const char *text, enum jwa alg, const char *thumbprint,
    const char *again, const char *sentence)
{
	char got[THUMBPRINT_CAP];
	struct public_key k;

	if (alg != JWA_EDDSA && !has_libcrypto) {
		CHECK(read_text(&k, text) == ERR_UNSUPPORTED, sentence);
		return;
	}
	CHECK(read_text(&k, text) == OK && k.alg == alg &&
		  public_key_thumbprint(got, &k) == OK &&
		  str_equal(got, thumbprint) &&
		  jwk_is(public_key_jwk(&k), again),
	    sentence);
}

static void
vectors(void)
{
	vector("{" ED "}", JWA_EDDSA, ED_THUMBPRINT,
	    "{\"alg\":\"EdDSA\",\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"use\":"
	    "\"sig\",\"x\":\"" ED_X "\"}",
	    "jwk: RFC 8037 A: an Ed25519 key, without a name");
	vector("{" RSA ",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}", JWA_RS256,
	    RSA_THUMBPRINT,
	    "{\"alg\":\"RS256\",\"e\":\"AQAB\",\"kid\":\"2011-04-29\","
	    "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"use\":\"sig\"}",
	    "jwk: RFC 7638 3.1: an RSA key with its name");
	vector("{" RSA ",\"alg\":\"PS256\"}", JWA_PS256, RSA_THUMBPRINT,
	    "{\"alg\":\"PS256\",\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"" RSA_N
	    "\",\"use\":\"sig\"}",
	    "jwk: an RSA key may say that it is for PSS");
	vector("{\"kty\":\"EC\",\"x\":\"" DPOP_X "\",\"y\":\"" DPOP_Y
	       "\",\"crv\":\"P-256\"}",
	    JWA_ES256, DPOP_THUMBPRINT,
	    "{\"alg\":\"ES256\",\"crv\":\"P-256\",\"kty\":\"EC\",\"use\":"
	    "\"sig\",\"x\":\"" DPOP_X "\",\"y\":\"" DPOP_Y "\"}",
	    "jwk: RFC 9449 6.1: a P-256 key");
}

static const struct {
	const char *jwk;
	enum err e;
	const char *sentence;
} cases[] = {
    {"{" ED ",\"use\":\"sig\",\"alg\":\"EdDSA\",\"key_ops\":[\"verify\"],"
     "\"kid\":\"k\",\"x5c\":[\"MII\"],\"other\":{}}",
	OK, "jwk: members that say the same, and unknown ones, do no harm"},
    {"{" ED ",\"key_ops\":[\"sign\",\"verify\"]}", OK,
	"jwk: a key may be for more than verifying"},

    /* given away */
    {"{" ED ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}",
	ERR_FORBIDDEN, "jwk: a private Ed25519 key is refused"},
    {"{" EC ",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}",
	ERR_FORBIDDEN, "jwk: a private P-256 key is refused"},
    {"{" RSA ",\"d\":\"AQ\"}", ERR_FORBIDDEN,
	"jwk: a private RSA key is refused"},
    {"{" RSA ",\"p\":null}", ERR_FORBIDDEN,
	"jwk: one member of a private key is enough, with any value"},
    {"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ\"}",
	ERR_FORBIDDEN, "jwk: a secret is refused"},

    /* kinds */
    {"{\"kty\":\"oct\"}", ERR_UNSUPPORTED, "jwk: kty oct is not ours"},
    {"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
	ERR_UNSUPPORTED, "jwk: P-384 is not ours"},
    {"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y
     "\"}",
	ERR_UNSUPPORTED, "jwk: secp256k1 is not ours"},
    {"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED_X "\"}", ERR_UNSUPPORTED,
	"jwk: X25519 is not for signatures"},
    {"{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", ERR_UNSUPPORTED,
	"jwk: Ed25519 is no curve of EC"},
    {"{\"kty\":\"okp\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}",
	ERR_UNSUPPORTED, "jwk: kty is spelled in one case"},
    {"{\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", ERR_SYNTAX,
	"jwk: no kty at all is refused"},
    {"{\"kty\":[\"OKP\"],\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", ERR_SYNTAX,
	"jwk: a kty that is no string is refused"},
    {"[]", ERR_SYNTAX, "jwk: a list is no key"},
    {"{" ED ",\"x\":\"" ED_X "\"}", ERR_SYNTAX,
	"jwk: a member twice is refused"},

    /* what it is for */
    {"{" ED ",\"use\":\"enc\"}", ERR_UNSUPPORTED,
	"jwk: a key for encryption is not for signatures"},
    {"{" ED ",\"use\":1}", ERR_SYNTAX,
	"jwk: a use that is no string is refused"},
    {"{" ED ",\"alg\":\"RS256\"}", ERR_SYNTAX,
	"jwk: an alg of another kind of key is refused"},
    {"{" ED ",\"alg\":\"HS256\"}", ERR_SYNTAX,
	"jwk: a public key is no secret of HS256"},
    {"{" RSA ",\"alg\":\"PS384\"}", ERR_UNSUPPORTED, "jwk: PS384 is not ours"},
    {"{" RSA ",\"alg\":\"ES256\"}", ERR_SYNTAX,
	"jwk: an RSA key is none of ES256"},
    {"{" ED ",\"alg\":\"PS256\"}", ERR_SYNTAX,
	"jwk: an Ed25519 key is none of PS256"},
    {"{" ED ",\"alg\":\"none\"}", ERR_UNSUPPORTED, "jwk: alg none is not ours"},
    {"{" ED ",\"alg\":\"\"}", ERR_UNSUPPORTED, "jwk: an empty alg is not ours"},
    {"{" ED ",\"alg\":\"Ed25519\"}", OK,
	"jwk: EdDSA may be called Ed25519 (RFC 9864)"},
    {"{" RSA ",\"alg\":\"Ed25519\"}", ERR_SYNTAX,
	"jwk: an RSA key is none of Ed25519"},
    {"{" ED ",\"alg\":7}", ERR_SYNTAX,
	"jwk: an alg that is no string is refused"},
    {"{" ED ",\"key_ops\":[\"encrypt\"]}", ERR_UNSUPPORTED,
	"jwk: a key that may not verify is not for signatures"},
    {"{" ED ",\"use\":\"sig\",\"key_ops\":[\"wrapKey\"]}", ERR_SYNTAX,
	"jwk: use and key_ops that contradict each other are refused"},
    {"{" ED ",\"key_ops\":[\"verify\",\"verify\"]}", ERR_SYNTAX,
	"jwk: an operation twice is refused (RFC 7517 4.3)"},
    {"{" ED ",\"key_ops\":\"verify\"}", ERR_SYNTAX,
	"jwk: key_ops that are no list are refused"},
    {"{" ED ",\"key_ops\":[1]}", ERR_SYNTAX,
	"jwk: an operation that is no string is refused"},
    {"{" ED ",\"key_ops\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
     "\"verify\"]}",
	ERR_SYNTAX, "jwk: more operations than there are, are refused"},
    {"{" ED ",\"kid\":\"\"}", ERR_SYNTAX, "jwk: an empty kid is refused"},
    {"{" ED ",\"kid\":7}", ERR_SYNTAX,
	"jwk: a kid that is no string is refused"},
    {"{" ED ",\"kid\":\"" RSA_N "\"}", ERR_SYNTAX,
	"jwk: a kid too long is refused"},

    /* Ed25519 */
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", ERR_SYNTAX,
	"jwk: no x is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "=\"}", ERR_SYNTAX,
	"jwk: padding is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
     "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp\"}",
	ERR_SYNTAX, "jwk: bits behind the last byte are refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
     "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}",
	ERR_SYNTAX, "jwk: an x cut short is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ZEROES_32 "\"}",
	ERR_SYNTAX, "jwk: an Ed25519 point of small order is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
     "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	ERR_SYNTAX, "jwk: the neutral point of Ed25519 is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
     "\"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	ERR_SYNTAX, "jwk: what is off Ed25519's curve is refused"},
    {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
     "\"8P_______________________________________38\"}",
	ERR_SYNTAX, "jwk: an Ed25519 point spelled over the prime is refused"},

    /* RSA */
    {"{" RSA_BARE "}", ERR_SYNTAX, "jwk: no e is refused"},
    {"{" RSA_BARE ",\"e\":\"\"}", ERR_SYNTAX, "jwk: an empty e is refused"},
    {"{" RSA_BARE ",\"e\":65537}", ERR_SYNTAX,
	"jwk: an e that is a number is refused"},
    {"{" RSA_BARE ",\"e\":\"AAEAAQ\"}", ERR_SYNTAX,
	"jwk: an e with a leading zero is refused"},
    {"{" RSA_BARE ",\"e\":\"AQAA\"}", ERR_SYNTAX, "jwk: an even e is refused"},
    {"{" RSA_BARE ",\"e\":\"AQ\"}", ERR_UNSUPPORTED,
	"jwk: an e of 1 is not ours"},
    {"{" RSA_BARE ",\"e\":\"Aw\"}", ERR_UNSUPPORTED,
	"jwk: an e of 3 is not ours"},
    {"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"\"}", ERR_SYNTAX,
	"jwk: an empty n is refused"},
    {"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AA" RSA_N "\"}", ERR_SYNTAX,
	"jwk: an n with a leading zero is refused"},
    {"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":"
     "\"yJTrM67v93VYsSfynrbHly_tji4wRzEy_yQNrfAsKKGirVfd-yjgC4uPqbAtOYu1cGXjg"
     "u_k4VggdrXoL7SIIJA8OSoE-9B6PMo5kPwZOMDufqd1-po11zLCOzQnCryWTN_7JZSBfVdf"
     "poR7wW9LS0FGv4J8rnEKbfIvHgQAvWs\"}",
	ERR_UNSUPPORTED, "jwk: an RSA key of 1024 bits is not ours"},
    {"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N RSA_N RSA_N "\"}",
	ERR_UNSUPPORTED, "jwk: an RSA key of more than 4096 bits is not ours"},
};

/* P-256: what is not on the curve can be told with libcrypto only. */
static const struct {
	const char *jwk;
	bool spelled; /* as points are */
	const char *sentence;
} bad_points[] = {
    {"{" EC_BARE "}", false, "jwk: no y is refused"},
    {"{" EC_BARE ",\"y\":\"" EC_X "\"}", true,
	"jwk: what is off P-256's curve is refused"},
    {"{" EC_BARE ",\"y\":\"" ZEROES_32 "\"}", true, "jwk: a y of 0 is refused"},
    {"{" EC_BARE ",\"y\":\"AA" EC_Y "\"}", false,
	"jwk: a coordinate with one byte more is refused"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ZEROES_31 "\",\"y\":\"" EC_Y
     "\"}",
	false,
	"jwk: a coordinate with one byte less is refused (RFC 7518 6.2.1.2)"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ZEROES_32
     "\",\"y\":\"" ZEROES_32 "\"}",
	true, "jwk: x and y of 0 are refused"},
};

static void
one_key(void)
{
	static const struct public_key zero;
	struct public_key k;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err e = read_text(&k, cases[i].jwk);

		CHECK(e == cases[i].e &&
			  (e == OK || memcmp(&k, &zero, sizeof k) == 0),
		    cases[i].sentence);
	}
	for (size_t i = 0; i < sizeof bad_points / sizeof bad_points[0]; i++)
		CHECK(read_text(&k, bad_points[i].jwk) ==
			  (has_libcrypto || !bad_points[i].spelled
				  ? ERR_SYNTAX
				  : ERR_UNSUPPORTED),
		    bad_points[i].sentence);
}

/* The first bits of a modulus count, not its bytes alone. */
static void
modulus_bits(void)
{
	char text[sizeof "{" RSA "}"] = "{" RSA "}";

	memcpy(strstr(text, RSA_N), "f", 1);
	CHECK(read_text(&(struct public_key){0}, text) == ERR_UNSUPPORTED,
	    "jwk: an RSA key of 2047 bits is not ours");
}

/* --- sets ----------------------------------------------------------------- */

static enum err
read_set(struct jwk_set *set, const char *keys)
{
	static char text[2 * JWK_SET_TEXT_MAX];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_printf(&b, "{\"keys\":[%s]}", keys);
	return buf_ok(&b) ? jwk_set_read(set, text, b.len) : ERR_SERVER_ERROR;
}

/* Makes N keys and writes their JWKs as we publish them. */
static bool
put_keys(struct buf *b, int n)
{
	char pem[PRIVATE_KEY_PEM_CAP], text[256];
	size_t pem_len, len;
	struct public_key k;
	json_t *jwk;

	for (int i = 0; i < n; i++) {
		if (private_key_make(pem, &pem_len, &k, JWA_EDDSA) != OK)
			return false;
		jwk = public_key_jwk(&k);
		len = json_dumpb(jwk, text, sizeof text - 1, 0);
		json_decref(jwk);
		text[len] = '\0';
		buf_printf(b, "%s%s", i == 0 ? "" : ",", text);
	}
	return buf_ok(b);
}

static void
bounds(void)
{
	static char text[2 * JWK_SET_TEXT_MAX];
	struct jwk_set set;
	struct buf b;

	buf_init(&b, text, sizeof text);
	CHECK(put_keys(&b, JWK_SET_MAX) && read_set(&set, b.text) == OK &&
		  set.count == JWK_SET_MAX,
	    "jwk: what we publish we read: a set as large as may be");
	buf_init(&b, text, sizeof text);
	CHECK(put_keys(&b, JWK_SET_MAX + 1) &&
		  read_set(&set, b.text) == ERR_NO_SPACE && set.count == 0,
	    "jwk: a set of one key more is refused");
	memset(text, ' ', sizeof text);
	memcpy(
	    text, "{\"keys\":[{" ED "}]}", sizeof "{\"keys\":[{" ED "}]}" - 1);
	CHECK(
	    jwk_set_read(&set, text, JWK_SET_TEXT_MAX) == OK && set.count == 1,
	    "jwk: a set as long as may be is read");
	CHECK(jwk_set_read(&set, text, JWK_SET_TEXT_MAX + 1) == ERR_NO_SPACE &&
		  set.count == 0,
	    "jwk: a set of one byte more is refused");
}

static const struct {
	const char *keys;
	enum err e;
	const char *sentence;
} sets[] = {
    {"{" ED "},{\"kty\":\"oct\"},{" EC ",\"use\":\"enc\"}", OK,
	"jwk: keys that are not for us are left out of a set (RFC 7517 5)"},
    {"", ERR_UNSUPPORTED, "jwk: an empty set is refused"},
    {"{" EC ",\"use\":\"enc\"}", ERR_UNSUPPORTED,
	"jwk: a set without a key for us is refused"},
    {"{" ED "},{" ED "}", ERR_SYNTAX, "jwk: the same key twice is refused"},
    {"{" ED ",\"kid\":\"a\"},{" ED ",\"kid\":\"b\"}", ERR_SYNTAX,
	"jwk: the same key under two names is refused"},
    {"{" ED ",\"kid\":\"a\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
     "\"kid\":\"a\",\"x\":\"DFD-WnrmaZEqyfbqMVD1RQI5Y_yXMzQ0"
     "9QpJ1Gj2jHE\"}",
	ERR_SYNTAX, "jwk: two keys of one name are refused"},
    {"{" ED "},{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", ERR_FORBIDDEN,
	"jwk: a set with a secret in it is refused"},
    {"{" ED "},{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", ERR_SYNTAX,
	"jwk: a set with a broken key in it is refused"},
    {"{" ED "},7", ERR_SYNTAX, "jwk: a set of other things is refused"},
    {"{" ED "},", ERR_SYNTAX, "jwk: a set that is not JSON is refused"},
};

static void
whole_sets(void)
{
	static const char *const none[] = {"", "[]", "{}", "{\"keys\":{}}",
	    "{\"keys\":[],\"keys\":[{" ED "}]}", "{" ED "}"};
	struct jwk_set set;
	bool refused = true;

	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		enum err e = read_set(&set, sets[i].keys);

		CHECK(
		    e == sets[i].e && set.count == (e == OK), sets[i].sentence);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		refused = refused && jwk_set_read(&set, none[i],
					 strlen(none[i])) == ERR_SYNTAX;
	CHECK(refused, "jwk: what has no list of keys is no set");
	CHECK(read_set(&set, RSA_TWICE) ==
		  (has_libcrypto ? ERR_SYNTAX : ERR_UNSUPPORTED),
	    "jwk: the same key for two algorithms is refused (RFC 8725 3.1)");
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	has_libcrypto = libcrypto_available() == OK;
	vectors();
	one_key();
	modulus_bits();
	whole_sets();
	bounds();
	return check_done();
}
