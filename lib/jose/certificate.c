#include "jose/certificate.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

_Static_assert((int)CERTIFICATE_HASH_LEN == (int)crypto_hash_sha256_BYTES,
    "the thumbprint is SHA-256");

enum {
	BASE64_MAX = (CERTIFICATE_MAX + 2) / 3 * 4,
	KEY_CERT_SIGN = 0x04, /* bit 5 of the first byte */
	VERSION_3 = 2
};

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* --- extensions ------------------------------------------------------------*/

/* Those that are read, and whether they were there. */
struct extensions {
	struct certificate *c;
	bool has_names, has_constraints, has_usage, has_old_type;
	bool is_ca, may_sign;
};

static bool
read_names(struct extensions *x, const struct der *value)
{
	struct der left = *value, names;

	if (x->has_names || !der_take(&left, DER_SEQUENCE, &names) ||
	    left.len > 0)
		return false;
	x->has_names = true;
	memcpy(x->c->names, names.bytes, names.len);
	x->c->names_len = names.len;
	return true;
}

/* SEQUENCE { cA BOOLEAN DEFAULT FALSE, ... } */
static bool
read_constraints(struct extensions *x, const struct der *value)
{
	struct der left = *value, inner, flag;

	if (x->has_constraints || !der_take(&left, DER_SEQUENCE, &inner) ||
	    left.len > 0)
		return false;
	x->has_constraints = true;
	x->is_ca = der_take(&inner, DER_BOOLEAN, &flag);
	if (x->is_ca && flag.len != 1)
		return false;
	x->is_ca = x->is_ca && flag.bytes[0] != 0;
	return true;
}

static bool
read_usage(struct extensions *x, const struct der *value)
{
	struct der left = *value, bits;

	if (x->has_usage || !der_take(&left, DER_BIT_STRING, &bits) ||
	    left.len > 0 || bits.len == 0)
		return false;
	x->has_usage = true;
	x->may_sign = bits.len > 1 && (bits.bytes[1] & KEY_CERT_SIGN) != 0;
	return true;
}

/* Of those of id-ce, by its last byte. */
static bool
read_known(struct extensions *x, uint8_t number, const struct der *value)
{
	switch (number) {
	case 15:
		return read_usage(x, value);
	case 17:
		return read_names(x, value);
	case 19:
		return read_constraints(x, value);
	default:
		return true;
	}
}

/* SEQUENCE OF SEQUENCE { extnID, critical DEFAULT FALSE, extnValue } */
static bool
read_extensions(struct extensions *x, const struct der *wrapped)
{
	static const uint8_t old_type[] = {
	    0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 1, 1};
	struct der left = *wrapped, list, extension, oid, value;

	if (!der_take(&left, DER_SEQUENCE, &list) || left.len > 0)
		return false;
	while (list.len > 0) {
		if (!der_take(&list, DER_SEQUENCE, &extension) ||
		    !der_take(&extension, DER_OID, &oid) ||
		    !der_skip_optional(&extension, DER_BOOLEAN) ||
		    !der_take(&extension, DER_OCTET_STRING, &value) ||
		    extension.len > 0)
			return false;
		if (oid.len == 3 && memcmp(oid.bytes, "\x55\x1d", 2) == 0 &&
		    !read_known(x, oid.bytes[2], &value))
			return false;
		x->has_old_type |= der_is(&oid, old_type, sizeof old_type);
	}
	return true;
}

/* --- the certificate -------------------------------------------------------*/

static bool
read_validity(struct certificate *c, const struct der *validity)
{
	struct der left = *validity, content;
	uint8_t tag;

	return der_next(&left, &tag, &content) &&
	       der_time(tag, &content, &c->not_before) &&
	       der_next(&left, &tag, &content) &&
	       der_time(tag, &content, &c->not_after) && left.len == 0;
}

/* [0] { INTEGER }, without which it is of version 1. */
static bool
read_version(struct der *tbs, bool *is_v3)
{
	struct der wrapped, number;

	*is_v3 = false;
	if (tbs->len == 0 || tbs->bytes[0] != DER_CONTEXT_OF)
		return true;
	if (!der_take(tbs, DER_CONTEXT_OF, &wrapped) ||
	    !der_take(&wrapped, DER_INTEGER, &number) || wrapped.len > 0 ||
	    number.len != 1)
		return false;
	*is_v3 = number.bytes[0] == VERSION_3;
	return true;
}

/* What remains of a TBSCertificate behind the subject. */
static bool
read_rest(struct certificate *c, struct der *tbs, bool is_v3)
{
	struct extensions x = {.c = c};
	struct der ignored, wrapped;

	if (!der_take(tbs, DER_SEQUENCE, &ignored) || /* the key */
	    !der_skip_optional(tbs, DER_CONTEXT + 1) ||
	    !der_skip_optional(tbs, DER_CONTEXT + 2))
		return false;
	if (tbs->len > 0 &&
	    (!is_v3 || !der_take(tbs, DER_CONTEXT_OF + 3, &wrapped) ||
		!read_extensions(&x, &wrapped)))
		return false;
	/* As OpenSSL has it: one without constraints may, if it is of an old
	 * version, its key is for that, or it has a type of Netscape's. */
	if (x.has_usage && !x.may_sign)
		c->can_sign = false;
	else if (x.has_constraints)
		c->can_sign = x.is_ca;
	else
		c->can_sign = !is_v3 || x.may_sign || x.has_old_type;
	return tbs->len == 0;
}

static bool
read_tbs(struct certificate *c, struct der *tbs)
{
	struct der ignored, issuer, subject, validity;
	struct buf text;
	bool is_v3;

	if (!read_version(tbs, &is_v3) ||
	    !der_take(tbs, DER_INTEGER, &ignored) ||
	    !der_take(tbs, DER_SEQUENCE, &ignored) ||
	    !der_take(tbs, DER_SEQUENCE, &issuer) ||
	    !der_take(tbs, DER_SEQUENCE, &validity) ||
	    !read_validity(c, &validity) ||
	    !der_take(tbs, DER_SEQUENCE, &subject) || !read_rest(c, tbs, is_v3))
		return false;
	c->self_issued = der_equal(&issuer, &subject);
	buf_init(&text, c->subject, sizeof c->subject);
	return distinguished_name_put(&text, &subject) && buf_ok(&text);
}

enum err
certificate_read(struct certificate *c, const uint8_t *der, size_t len)
{
	struct der left = {der, len}, whole, tbs, ignored;

	memset(c, 0, sizeof *c);
	if (len > CERTIFICATE_MAX)
		return ERR_NO_SPACE;
	if (!der_take(&left, DER_SEQUENCE, &whole) || left.len > 0 ||
	    !der_take(&whole, DER_SEQUENCE, &tbs) || !read_tbs(c, &tbs) ||
	    !der_take(&whole, DER_SEQUENCE, &ignored) ||
	    !der_take(&whole, DER_BIT_STRING, &ignored) || whole.len > 0) {
		memset(c, 0, sizeof *c);
		return ERR_SYNTAX;
	}
	crypto_hash_sha256(c->hash, der, len);
	return OK;
}

void
certificate_thumbprint(
    char text[static CERTIFICATE_THUMBPRINT_CAP], const struct certificate *c)
{
	base64url_encode(
	    text, CERTIFICATE_THUMBPRINT_CAP, c->hash, sizeof c->hash);
}

/* --- PEM -------------------------------------------------------------------*/

/* What is between BEGIN and END, without white space. */
static enum err
gather_base64(char base64[static BASE64_MAX + 1], const char *text)
{
	const char *at = strstr(text, PEM_BEGIN), *end;
	struct buf b;

	buf_init(&b, base64, BASE64_MAX + 1);
	if (at == NULL)
		return ERR_SYNTAX;
	at += strlen(PEM_BEGIN);
	end = strstr(at, PEM_END);
	if (end == NULL)
		return ERR_SYNTAX;
	for (; at < end; at++)
		if (strchr(" \t\r\n", *at) == NULL)
			buf_putc(&b, *at);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}

static enum err
read_plain_pem(struct certificate *c, const char *text)
{
	char base64[BASE64_MAX + 1];
	uint8_t der[CERTIFICATE_MAX];
	size_t len;
	enum err e = gather_base64(base64, text);

	if (e == OK)
		e = base64_decode(der, sizeof der, &len, base64);
	return e == OK ? certificate_read(c, der, len) : e;
}

enum err
certificate_read_pem(struct certificate *c, const char *text)
{
	char decoded[CERTIFICATE_TEXT_MAX + 1];

	memset(c, 0, sizeof *c);
	if (strlen(text) > CERTIFICATE_TEXT_MAX)
		return ERR_NO_SPACE;
	if (!str_starts(text, "-----BEGIN%20"))
		return read_plain_pem(c, text);
	if (str_copy(decoded, sizeof decoded, text) != OK ||
	    str_percent_decode(decoded, strlen(decoded)) != OK)
		return ERR_SYNTAX;
	return read_plain_pem(c, decoded);
}

/* --- names -----------------------------------------------------------------*/

/* The tags of a GeneralName. */
static const uint8_t name_tags[CERTIFICATE_NAME_COUNT] = {
    [CERTIFICATE_DNS] = DER_CONTEXT + 2,
    [CERTIFICATE_URI] = DER_CONTEXT + 6,
    [CERTIFICATE_IP] = DER_CONTEXT + 7,
    [CERTIFICATE_EMAIL] = DER_CONTEXT + 1,
};

static enum certificate_name
name_kind_of(uint8_t tag)
{
	unsigned kind = CERTIFICATE_DNS;

	while (kind < CERTIFICATE_NAME_COUNT && name_tags[kind] != tag)
		kind++;
	return (enum certificate_name)kind;
}

static bool
copy_text(char name[static CERTIFICATE_NAME_CAP], const struct der *value)
{
	if (value->len == 0 || value->len >= CERTIFICATE_NAME_CAP)
		return false;
	for (size_t i = 0; i < value->len; i++)
		if (value->bytes[i] <= ' ' || value->bytes[i] > '~')
			return false;
	memcpy(name, value->bytes, value->len);
	name[value->len] = '\0';
	return true;
}

static bool
copy_address(char name[static CERTIFICATE_NAME_CAP], const struct der *value)
{
	const int family = value->len == 4 ? AF_INET : AF_INET6;

	return (value->len == 4 || value->len == 16) &&
	       inet_ntop(family, value->bytes, name, CERTIFICATE_NAME_CAP) !=
		   NULL;
}

bool
certificate_name_next(const struct certificate *c, size_t *at,
    enum certificate_name *kind, char name[static CERTIFICATE_NAME_CAP])
{
	struct der left = {c->names + *at, c->names_len - *at}, value;
	uint8_t tag;

	while (der_next(&left, &tag, &value)) {
		*at = c->names_len - left.len;
		*kind = name_kind_of(tag);
		if (*kind == CERTIFICATE_IP ? copy_address(name, &value)
					    : *kind != CERTIFICATE_NAME_COUNT &&
						  copy_text(name, &value))
			return true;
	}
	*at = c->names_len;
	return false;
}

bool
certificate_has_name(
    const struct certificate *c, enum certificate_name kind, const char *name)
{
	char one[CERTIFICATE_NAME_CAP];
	enum certificate_name found;
	size_t at = 0;

	if (name[0] == '\0')
		return false;
	if (kind == CERTIFICATE_SUBJECT)
		return str_equal(c->subject, name);
	while (certificate_name_next(c, &at, &found, one))
		if (found == kind &&
		    (kind == CERTIFICATE_DNS ? str_equal_nocase(one, name)
					     : str_equal(one, name)))
			return true;
	return false;
}

static const char *
address_refusal(char name[static DISTINGUISHED_NAME_CAP])
{
	uint8_t bytes[16];
	const int family = strchr(name, ':') != NULL ? AF_INET6 : AF_INET;

	if (inet_pton(family, name, bytes) != 1 ||
	    inet_ntop(family, bytes, name, DISTINGUISHED_NAME_CAP) == NULL)
		return "give an address in figures, IPv4 or IPv6";
	return NULL;
}

const char *
certificate_name_refusal(
    enum certificate_name kind, char name[static DISTINGUISHED_NAME_CAP])
{
	if (kind == CERTIFICATE_SUBJECT)
		return distinguished_name_refusal(name);
	if (kind == CERTIFICATE_IP)
		return address_refusal(name);
	if (name[0] == '\0' || strlen(name) >= CERTIFICATE_NAME_CAP)
		return "a name has 1 to 512 characters";
	for (const char *s = name; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return "a name is printable ASCII without blanks";
	if (kind == CERTIFICATE_DNS && strchr(name, '*') != NULL)
		return "no host is called *: give the name that the "
		       "certificate has";
	if (kind == CERTIFICATE_EMAIL && strchr(name, '@') == NULL)
		return "an e-mail address has an @";
	if (kind == CERTIFICATE_URI && strchr(name, ':') == NULL)
		return "a URI begins with its scheme";
	return NULL;
}
