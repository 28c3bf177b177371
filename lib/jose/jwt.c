#include "jose/jwt.h"

#include "base/json.h"
#include "base/secret.h"
#include "base/str.h"

#include <sodium.h>
#include <string.h>

enum { MAC_LEN = crypto_auth_hmacsha256_BYTES };

/* --- made ----------------------------------------------------------------- */

/* Appends header.payload; KID may be NULL. */
static enum err
put_signed_text(struct buf *b, const struct buf *claims, const char *typ,
    enum jwa alg, const char *kid)
{
	char text[KID_CAP + 64];
	struct buf header;
	struct json_text t;

	buf_init(&header, text, sizeof text);
	json_text_begin(&t, &header);
	json_text_str(&t, "typ", typ);
	json_text_str(&t, "alg", jwa_name(alg));
	if (kid != NULL)
		json_text_str(&t, "kid", kid);
	json_text_end(&t);
	buf_put_base64url(b, header.text, header.len);
	buf_putc(b, '.');
	buf_put_base64url(b, claims->text, claims->len);
	return buf_ok(&header) && buf_ok(claims) && buf_ok(b) ? OK
							      : ERR_NO_SPACE;
}

/* Appends the signature, the last part; on an error nothing is left. */
static enum err
append_signature(struct buf *b, enum err e, const uint8_t *sig, size_t sig_len)
{
	if (e == OK) {
		buf_putc(b, '.');
		buf_put_base64url(b, sig, sig_len);
		if (!buf_ok(b))
			e = ERR_NO_SPACE;
	}
	if (e != OK)
		buf_wipe(b);
	return e;
}

enum err
jwt_sign(char *text, size_t cap, const struct buf *claims, const char *typ,
    const struct private_key *k)
{
	const struct public_key *pub = private_key_public(k);
	uint8_t sig[SIGNATURE_MAX];
	size_t sig_len = 0;
	struct buf b;
	enum err e;

	buf_init(&b, text, cap);
	e = put_signed_text(&b, claims, typ, pub->alg, pub->kid);
	if (e == OK)
		e = private_key_sign(k, b.text, b.len, sig, &sig_len);
	return append_signature(&b, e, sig, sig_len);
}

static void
hs256(uint8_t mac[static MAC_LEN], const char *bytes, size_t len,
    const char *secret)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(
	    &state, (const unsigned char *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(
	    &state, (const unsigned char *)bytes, len);
	crypto_auth_hmacsha256_final(&state, mac);
	secret_wipe(&state, sizeof state);
}

enum err
jwt_sign_hs256(char *text, size_t cap, const struct buf *claims,
    const char *typ, const char *secret)
{
	uint8_t mac[MAC_LEN];
	struct buf b;
	enum err e;

	buf_init(&b, text, cap);
	if (strlen(secret) < JWT_SECRET_MIN)
		return append_signature(&b, ERR_SYNTAX, NULL, 0);
	e = put_signed_text(&b, claims, typ, JWA_HS256, NULL);
	if (e == OK)
		hs256(mac, b.text, b.len, secret);
	return append_signature(&b, e, mac, sizeof mac);
}

/* --- read ----------------------------------------------------------------- */

/* The JSON object in LEN characters of base64url, decoded into JSON. */
static enum err
read_object(struct json_object_view *m, char json[static JWT_CAP],
    size_t *json_len, const char *text, size_t len)
{
	if (base64url_decode(json, JWT_CAP, json_len, text, len) != OK ||
	    json_object_view_read(m, json, *json_len) != OK)
		return ERR_INVALID_TOKEN;
	return OK;
}

/* Copies a header parameter that must be a string if it is there at all. */
static enum err
header_str(const struct json_object_view *header, const char *name, char *s,
    size_t cap)
{
	const char *value = json_object_view_str(header, name);

	if (value == NULL)
		return json_object_view_has(header, name) ? ERR_INVALID_TOKEN
							  : OK;
	if (value[0] == '\0' || str_copy(s, cap, value) != OK)
		return ERR_INVALID_TOKEN;
	return OK;
}

/* `typ` compares as a media type does: in any case, and a leading
 * "application/" adds nothing (RFC 7515 4.1.9). */
static enum err
read_typ(struct jwt *j, const struct json_object_view *header)
{
	static const char prefix[] = "application/";
	char typ[sizeof prefix + sizeof j->typ] = "";
	const char *rest = typ;

	if (header_str(header, "typ", typ, sizeof typ) != OK)
		return ERR_INVALID_TOKEN;
	str_lower(typ);
	if (str_starts(typ, prefix))
		rest = typ + sizeof prefix - 1;
	if (str_copy(j->typ, sizeof j->typ, rest) != OK)
		return ERR_INVALID_TOKEN;
	return OK;
}

static enum err
read_jose_header(struct jwt *j, const struct json_object_view *header)
{
	char alg[8] = "";

	/* What crit names must be understood, and we understand nothing
	 * (RFC 7515 4.1.11); b64 would change what was signed (RFC 7797). */
	if (json_object_view_has(header, "crit") ||
	    json_object_view_has(header, "b64"))
		return ERR_INVALID_TOKEN;
	if (header_str(header, "alg", alg, sizeof alg) != OK ||
	    header_str(header, "kid", j->kid, sizeof j->kid) != OK)
		return ERR_INVALID_TOKEN;
	j->alg = jwa_of_others(alg);
	if (j->alg == JWA_COUNT)
		return ERR_INVALID_TOKEN;
	return read_typ(j, header);
}

/* K may be NULL. */
static enum err
parse_header(struct jwt *j, struct public_key *k, const char *text, size_t len)
{
	struct json_object_view header;
	char json[JWT_CAP];
	size_t json_len;
	enum err e;

	e = read_object(&header, json, &json_len, text, len);
	if (e != OK)
		return e;
	e = read_jose_header(j, &header);
	if (e == OK && k != NULL &&
	    jwk_read_form(k, json_object_view_object(&header, "jwk")) != OK)
		e = ERR_INVALID_TOKEN;
	json_object_view_free(&header);
	return e;
}

/* Takes the text apart at its two dots. */
static enum err
parse_parts(struct jwt *j, struct public_key *k, const char *text)
{
	const char *payload, *sig;

	payload = strchr(text, '.');
	if (payload == NULL)
		return ERR_INVALID_TOKEN;
	sig = strchr(++payload, '.');
	if (sig == NULL)
		return ERR_INVALID_TOKEN;
	j->signed_text = text;
	j->signed_len = (size_t)(sig++ - text);
	/* A third dot is no character of base64url. */
	if (parse_header(j, k, text, (size_t)(payload - text) - 1) != OK ||
	    base64url_decode(
		j->sig, sizeof j->sig, &j->sig_len, sig, strlen(sig)) != OK)
		return ERR_INVALID_TOKEN;
	return read_object(&j->claims, j->claims_text, &j->claims_len, payload,
	    (size_t)(sig - payload) - 1);
}

/* All but the text, which is large. */
static void
clear(struct jwt *j)
{
	memset(j, 0, offsetof(struct jwt, claims_text));
	j->claims_len = 0;
}

static enum err
parse_jwt(struct jwt *j, struct public_key *k, const char *text)
{
	enum err e;

	clear(j);
	if (strlen(text) >= JWT_CAP)
		return ERR_INVALID_TOKEN;
	e = parse_parts(j, k, text);
	if (e != OK)
		jwt_wipe(j);
	return e;
}

enum err
jwt_parse(struct jwt *j, const char *text)
{
	return parse_jwt(j, NULL, text);
}

enum err
jwt_parse_with_key(struct jwt *j, struct public_key *k, const char *text)
{
	enum err e;

	memset(k, 0, sizeof *k);
	e = parse_jwt(j, k, text);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

void
jwt_wipe(struct jwt *j)
{
	json_object_view_free(&j->claims);
	secret_wipe(j->claims_text, j->claims_len);
	clear(j);
}

enum err
jwt_verify(const struct jwt *j, const struct public_key *k)
{
	if (j->alg != k->alg)
		return ERR_INVALID_TOKEN;
	if (j->kid[0] != '\0' && k->kid[0] != '\0' &&
	    !str_equal(j->kid, k->kid))
		return ERR_INVALID_TOKEN;
	return public_key_verify(
	    k, j->signed_text, j->signed_len, j->sig, j->sig_len);
}

enum err
jwt_verify_by_set(const struct jwt *j, const struct jwk_set *set)
{
	enum err e = ERR_INVALID_TOKEN;

	for (size_t i = 0; i < set->count && e == ERR_INVALID_TOKEN; i++)
		e = jwt_verify(j, &set->keys[i]);
	return e;
}

enum err
jwt_verify_hs256(const struct jwt *j, const char *secret)
{
	uint8_t mac[MAC_LEN];
	bool same;

	if (j->alg != JWA_HS256 || strlen(secret) < JWT_SECRET_MIN ||
	    j->sig_len != sizeof mac)
		return ERR_INVALID_TOKEN;
	hs256(mac, j->signed_text, j->signed_len, secret);
	same = secret_equal(mac, j->sig, sizeof mac);
	secret_wipe(mac, sizeof mac); /* of a forgery: its right MAC */
	return same ? OK : ERR_INVALID_TOKEN;
}

bool
jwt_is_for(const struct jwt *j, const char *audience)
{
	return json_object_view_names(&j->claims, "aud", audience);
}

enum err
jwt_audiences(char *list, size_t cap, const struct jwt *j)
{
	return json_object_view_words(list, cap, &j->claims, "aud");
}

const char *
jwt_str(const struct jwt *j, const char *claim)
{
	return json_object_view_str(&j->claims, claim);
}

int64_t
jwt_int(const struct jwt *j, const char *claim, int64_t fallback)
{
	return json_object_view_int(&j->claims, claim, fallback);
}

const json_t *
jwt_object(const struct jwt *j, const char *claim)
{
	return json_object_view_object(&j->claims, claim);
}

bool
jwt_has(const struct jwt *j, const char *claim)
{
	return json_object_view_has(&j->claims, claim);
}

enum err
jwt_time(const struct jwt *j, const char *claim, int64_t *time)
{
	return json_object_view_number(&j->claims, claim, time);
}
