#include "domain/client_certificate.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/client.h"

#include <jansson.h>
#include <string.h>

enum { JWKS_TEXT_MAX = 65536, X5C_MAX = 2 * CERTIFICATE_MAX };

static const char *const name_words[CERTIFICATE_NAME_COUNT] = {
    [CERTIFICATE_SUBJECT] = "tls_client_auth_subject_dn",
    [CERTIFICATE_DNS] = "tls_client_auth_san_dns",
    [CERTIFICATE_URI] = "tls_client_auth_san_uri",
    [CERTIFICATE_IP] = "tls_client_auth_san_ip",
    [CERTIFICATE_EMAIL] = "tls_client_auth_san_email",
};

const char *
client_certificate_name_word(unsigned kind)
{
	return kind < CERTIFICATE_NAME_COUNT ? name_words[kind] : "";
}

/* Some web servers take a certificate that no authority has signed only if they
 * are told to believe it as one. Then what it signs would be believed, too, and
 * could have the name of any client. */
const char *
client_certificate_refusal(const struct certificate *c, int64_t now)
{
	if (c->can_sign)
		return "is an authority's: it could sign certificates with the "
		       "names of other clients. Make one that cannot: openssl "
		       "req -x509 -extensions usr_cert ...";
	if (c->not_after < now)
		return "has expired";
	return NULL;
}

const char *
client_tls_refusal(const struct client *c)
{
	char name[DISTINGUISHED_NAME_CAP];
	const bool by_name = c->auth_method == AUTH_TLS_CLIENT;
	const bool by_itself = c->auth_method == AUTH_SELF_SIGNED;

	if (c->certificate_bound && c->require_dpop)
		return "tokens are bound to a key or to a certificate "
		       "(--require-dpop, --certificate-bound): give one";

	if (by_name && c->tls_name[0] == '\0')
		return "tls_client_auth needs the name in the client's "
		       "certificate (--tls-subject-dn, --tls-san-dns, "
		       "--tls-san-uri, --tls-san-ip or --tls-san-email)";
	if (!by_name && c->tls_name[0] != '\0')
		return "a name in certificates is for --auth tls_client_auth";
	if (by_itself && c->certificates[0] == '\0')
		return "self_signed_tls_client_auth needs the client's "
		       "certificate (--certificate FILE)";
	if (!client_certificates_valid(c->certificates))
		return "a certificate is registered by its thumbprint and its "
		       "last second";
	if (!by_itself && c->certificates[0] != '\0')
		return "the certificates of a client are for --auth "
		       "self_signed_tls_client_auth";
	if ((by_name || by_itself) && c->alg == JWA_HS256)
		return "a client with a certificate has no secret, so it "
		       "cannot have HS256";
	memcpy(name, c->tls_name, sizeof name);
	return by_name ? certificate_name_refusal(c->tls_name_kind, name)
		       : NULL;
}

/* --- the list --------------------------------------------------------------*/

/* Takes the thumbprint out of WORD, and its time. */
static bool
split_word(char *word, int64_t *not_after)
{
	uint8_t hash[CERTIFICATE_HASH_LEN];
	char *dot = strchr(word, '.');

	if (dot == NULL)
		return false;
	*dot = '\0';
	return base64url_decode_exact(hash, sizeof hash, word) == OK &&
	       str_to_int64(dot + 1, 0, INT64_C(999999999999), not_after) == OK;
}

bool
client_certificates_next(const char **cursor,
    char thumbprint[static CERTIFICATE_THUMBPRINT_CAP], int64_t *not_after)
{
	char word[CLIENT_CERTIFICATE_CAP];

	return words_next(cursor, word, sizeof word) &&
	       split_word(word, not_after) &&
	       str_copy(thumbprint, CERTIFICATE_THUMBPRINT_CAP, word) == OK;
}

bool
client_certificates_valid(const char *list)
{
	char thumbprint[CERTIFICATE_THUMBPRINT_CAP];
	const char *cursor = list;
	int64_t not_after;
	size_t count = 0;

	while (client_certificates_next(&cursor, thumbprint, &not_after))
		count++;
	return *cursor == '\0' && count == words_count(list) &&
	       count <= CLIENT_CERTIFICATES_MAX;
}

static bool
list_has(const char *list, const char *thumbprint)
{
	char one[CERTIFICATE_THUMBPRINT_CAP];
	int64_t not_after;

	while (client_certificates_next(&list, one, &not_after))
		if (str_equal(one, thumbprint))
			return true;
	return false;
}

bool
client_certificates_have(const char *list, const struct certificate *c)
{
	char thumbprint[CERTIFICATE_THUMBPRINT_CAP];

	certificate_thumbprint(thumbprint, c);
	return list_has(list, thumbprint);
}

enum err
client_certificates_add(
    char list[static CLIENT_CERTIFICATES_CAP], const struct certificate *c)
{
	char word[CLIENT_CERTIFICATE_CAP];
	struct buf b;

	if (client_certificates_have(list, c))
		return ERR_EXISTS;
	if (words_count(list) >= CLIENT_CERTIFICATES_MAX)
		return ERR_NO_SPACE;
	buf_init(&b, word, sizeof word);
	buf_put_base64url(&b, c->hash, sizeof c->hash);
	buf_putc(&b, '.');
	buf_put_int(&b, c->not_after > 0 ? c->not_after : 0);
	return buf_ok(&b) ? words_add(list, CLIENT_CERTIFICATES_CAP, word)
			  : ERR_NO_SPACE;
}

bool
client_certificates_remove(char *list, const char *thumbprint)
{
	const char *cursor = list;
	char word[CLIENT_CERTIFICATE_CAP];
	const size_t len = strlen(thumbprint);

	while (words_next(&cursor, word, sizeof word)) {
		if (!str_starts(word, thumbprint) || word[len] != '.')
			continue;
		words_remove(list, word);
		return true;
	}
	return false;
}

/* --- JWK sets --------------------------------------------------------------*/

static enum err
read_x5c(struct certificate *c, const json_t *jwk)
{
	const json_t *chain = json_object_get(jwk, "x5c");
	const char *first = json_string_value(json_array_get(chain, 0));
	uint8_t der[CERTIFICATE_MAX];
	size_t len;
	enum err e;

	if (chain == NULL)
		return ERR_NOT_FOUND;
	if (first == NULL || strlen(first) > X5C_MAX)
		return ERR_SYNTAX;
	e = base64_decode(der, sizeof der, &len, first);
	return e == OK ? certificate_read(c, der, len) : ERR_SYNTAX;
}

static enum err
add_x5c(char list[static CLIENT_CERTIFICATES_CAP], const json_t *keys,
    int64_t now, const char **refusal)
{
	struct certificate c;
	bool found = false;

	for (size_t i = 0; i < json_array_size(keys); i++) {
		enum err e = read_x5c(&c, json_array_get(keys, i));

		if (e == ERR_NOT_FOUND)
			continue;
		if (e != OK)
			return ERR_SYNTAX;
		found = true;
		*refusal = client_certificate_refusal(&c, now);
		if (*refusal != NULL)
			return ERR_FORBIDDEN;
		e = client_certificates_add(list, &c);
		if (e != OK && e != ERR_EXISTS)
			return e;
	}
	return found ? OK : ERR_NOT_FOUND;
}

enum err
client_certificates_of_jwks(char list[static CLIENT_CERTIFICATES_CAP],
    const char *text, size_t len, int64_t now, const char **refusal)
{
	json_t *set, *keys;
	enum err e;

	*refusal = NULL;
	if (len > JWKS_TEXT_MAX)
		return ERR_NO_SPACE;
	set = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	keys = json_object_get(set, "keys");
	e = json_is_array(keys) ? add_x5c(list, keys, now, refusal)
				: ERR_SYNTAX;
	json_decref(set);
	return e;
}
