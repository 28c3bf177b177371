#include "client_certificate.h"
#include "base/file.h"
#include "base/str.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 65536, FIRST_OF_DER = 0x30 };

/* --- files -----------------------------------------------------------------*/

/* The certificate in the file PATH, PEM or DER. */
static enum err
read_certificate_file(struct certificate *c, const char *path)
{
	char text[FILE_MAX + 1];
	size_t len = 0;
	enum err e = file_read(path, 0, text, FILE_MAX, &len);

	if (e != OK)
		return e == ERR_NO_SPACE ? e : ERR_IO;
	text[len] = '\0';
	if (text[0] == FIRST_OF_DER)
		return certificate_read(c, (const uint8_t *)text, len);
	return strlen(text) == len ? certificate_read_pem(c, text) : ERR_SYNTAX;
}

static const char *
file_message(enum err e)
{
	switch (e) {
	case ERR_SYNTAX:
		return "has no certificate that can be read, in PEM or DER";
	case ERR_NO_SPACE:
		return "is too long";
	default:
		return "cannot be read";
	}
}

/* Adds the one in the file PATH to LIST. */
static enum err
add_certificate_file(char list[static CLIENT_CERTIFICATES_CAP],
    struct certificate *c, const char *option, const char *path, int64_t now,
    struct refusal *r)
{
	enum err e = read_certificate_file(c, path);
	const char *message =
	    e != OK ? file_message(e) : client_certificate_refusal(c, now);

	if (message != NULL)
		return refusal_set(r, option, path, message);
	e = client_certificates_add(list, c);
	if (e == ERR_EXISTS)
		return refusal_set(r, option, path, "is given twice");
	return e == OK ? OK : refusal_set(r, option, path, "is one too many");
}

static enum err
read_files(char list[static CLIENT_CERTIFICATES_CAP], char *subject,
    const char *option, const struct args *args, int64_t now, struct refusal *r)
{
	struct args_cursor cursor = {0};
	struct certificate c;
	const char *path;

	while ((path = args_next(args, option, &cursor)) != NULL) {
		enum err e =
		    add_certificate_file(list, &c, option, path, now, r);

		if (e != OK)
			return e;
		if (subject[0] == '\0')
			memcpy(subject, c.subject, sizeof c.subject);
	}
	return OK;
}

/* `client add` has no option to change what is there. */
static bool
takes_option(const struct args *args, const char *option)
{
	return verb_option(args->verb, option, strlen(option)) != NULL;
}

/* What is wrong with the certificates of the JWK set counts where they do. */
static void
read_keys_file(struct given_certificates *g, const char *path, int64_t now)
{
	char text[FILE_MAX];
	size_t len = 0;
	enum err e = file_read(path, 0, text, sizeof text, &len);

	if (e == OK)
		e = client_certificates_of_jwks(
		    g->keys, text, len, now, &g->keys_fault);
	if (e != OK && g->keys_fault == NULL)
		g->keys_fault =
		    e == ERR_NOT_FOUND ? "has no certificate: each key needs "
					 "its x5c (RFC 8705 2.2.2)"
		    : e == ERR_SYNTAX  ? "is no JWK set with certificates that "
					 "can be read"
		    : e == ERR_NO_SPACE ? "has too many certificates"
					: "cannot be read";
}

enum err
client_certificates_read(struct given_certificates *g, const struct args *args,
    int64_t now, struct refusal *r)
{
	const char *jwks = args_value(args, "--jwks");
	char ignored[DISTINGUISHED_NAME_CAP] = "";
	enum err e;

	*g = (struct given_certificates){.keys_fault = NULL};
	e = read_files(g->all, g->subject, "--certificate", args, now, r);
	if (e == OK && takes_option(args, "--add-certificate"))
		e = read_files(
		    g->more, ignored, "--add-certificate", args, now, r);
	if (e == OK && jwks != NULL)
		read_keys_file(g, jwks, now);
	return e;
}

/* --- options ---------------------------------------------------------------*/

static const char *const name_options[CERTIFICATE_NAME_COUNT] = {
    [CERTIFICATE_SUBJECT] = "--tls-subject-dn",
    [CERTIFICATE_DNS] = "--tls-san-dns",
    [CERTIFICATE_URI] = "--tls-san-uri",
    [CERTIFICATE_IP] = "--tls-san-ip",
    [CERTIFICATE_EMAIL] = "--tls-san-email",
};

/* One of the names, or the subject of the certificate that is given instead. */
static enum err
apply_name(struct client *c, const struct given_certificates *g,
    const struct args *args, struct refusal *r)
{
	unsigned given = 0;

	for (unsigned kind = 0; kind < CERTIFICATE_NAME_COUNT; kind++) {
		const char *value = args_value(args, name_options[kind]);
		const char *message = NULL;

		if (value == NULL)
			continue;
		if (given++ > 0)
			message = "a client has one name: give one of these";
		else if (str_copy(c->tls_name, sizeof c->tls_name, value) != OK)
			message = "is too long";
		else
			message = certificate_name_refusal(kind, c->tls_name);
		if (message != NULL)
			return refusal_set(
			    r, name_options[kind], value, message);
		c->tls_name_kind = kind;
	}
	if (given == 0 && c->auth_method == AUTH_TLS_CLIENT &&
	    g->subject[0] != '\0') {
		c->tls_name_kind = CERTIFICATE_SUBJECT;
		memcpy(c->tls_name, g->subject, sizeof c->tls_name);
	}
	return OK;
}

static enum err
add_more(struct client *c, const char *more, struct refusal *r)
{
	char word[CLIENT_CERTIFICATE_CAP];

	while (words_next(&more, word, sizeof word))
		if (words_add(c->certificates, sizeof c->certificates, word) !=
			OK ||
		    words_count(c->certificates) > CLIENT_CERTIFICATES_MAX)
			return refusal_set(r, NULL, NULL,
			    "a client has at most 8 certificates: take out "
			    "those it does not use (--remove-certificate)");
	return OK;
}

static enum err
remove_some(struct client *c, const struct args *args, struct refusal *r)
{
	static const char option[] = "--remove-certificate";
	struct args_cursor cursor = {0};
	const char *thumbprint;

	if (!takes_option(args, option))
		return OK;
	while ((thumbprint = args_next(args, option, &cursor)) != NULL)
		if (!client_certificates_remove(c->certificates, thumbprint))
			return refusal_set(r, option, thumbprint,
			    "is no thumbprint of a registered certificate; "
			    "`latchkey client show` has them");
	return OK;
}

enum err
client_certificates_apply(struct client *c, const struct given_certificates *g,
    const struct args *args, struct refusal *r)
{
	const bool by_keys =
	    c->auth_method == AUTH_SELF_SIGNED && args_has(args, "--jwks");
	enum err e = apply_name(c, g, args, r);

	if (e != OK || c->auth_method == AUTH_TLS_CLIENT)
		return e;
	if (by_keys && g->keys_fault != NULL)
		return refusal_set(
		    r, "--jwks", args_value(args, "--jwks"), g->keys_fault);
	if (args_has(args, "--certificate"))
		memcpy(c->certificates, g->all, sizeof c->certificates);
	else if (by_keys)
		memcpy(c->certificates, g->keys, sizeof c->certificates);
	e = remove_some(c, args, r);
	return e == OK ? add_more(c, g->more, r) : e;
}

/* --- shown -----------------------------------------------------------------*/

void
client_certificates_show(json_t *shown, const struct client *c)
{
	char thumbprint[CERTIFICATE_THUMBPRINT_CAP];
	const char *cursor = c->certificates;
	int64_t not_after, first = INT64_MAX;
	json_t *list;

	if (c->tls_name[0] != '\0')
		json_object_set_new(shown,
		    client_certificate_name_word(c->tls_name_kind),
		    json_string(c->tls_name));
	if (c->certificates[0] == '\0')
		return;
	list = json_array();
	while (client_certificates_next(&cursor, thumbprint, &not_after)) {
		json_array_append_new(list, json_string(thumbprint));
		if (not_after < first)
			first = not_after;
	}
	json_object_set_new(shown, "tls_client_certificates", list);
	json_object_set_new(
	    shown, "tls_client_certificates_until", json_integer(first));
}

void
client_certificates_warn(const struct admin *a, const struct client *c)
{
	if (a->conf.mtls_origin[0] == '\0' &&
	    (client_has_certificate(c) || c->certificate_bound))
		fprintf(stderr,
		    "latchkey: warning: client %s needs a place where it shows "
		    "its certificate: set mtls_origin in latchkey.conf, and "
		    "configure the web server for it\n",
		    c->client_id);
}

static const struct column certificate_columns[] = {
    {"subject_dn", "subject", COLUMN_TEXT},
    {"san_dns", "host names", COLUMN_TEXT},
    {"san_uri", "URIs", COLUMN_TEXT},
    {"san_ip", "addresses", COLUMN_TEXT},
    {"san_email", "e-mail addresses", COLUMN_TEXT},
    {"x5t#S256", "thumbprint", COLUMN_TEXT},
    {"not_before", "from", COLUMN_TIME},
    {"not_after", "until", COLUMN_TIME},
    {"self_signed", "self-signed", COLUMN_TEXT},
    {"can_sign", "can sign others", COLUMN_TEXT},
    COLUMN_END,
};

static json_t *
certificate_json(const struct certificate *c)
{
	static const char *const members[CERTIFICATE_NAME_COUNT] = {
	    [CERTIFICATE_DNS] = "san_dns",
	    [CERTIFICATE_URI] = "san_uri",
	    [CERTIFICATE_IP] = "san_ip",
	    [CERTIFICATE_EMAIL] = "san_email",
	};
	char thumbprint[CERTIFICATE_THUMBPRINT_CAP], name[CERTIFICATE_NAME_CAP];
	enum certificate_name kind;
	json_t *shown;
	size_t at = 0;

	certificate_thumbprint(thumbprint, c);
	shown = json_pack("{s:s, s:[], s:[], s:[], s:[], s:s, s:I, s:I, s:b, "
			  "s:b}",
	    "subject_dn", c->subject, "san_dns", "san_uri", "san_ip",
	    "san_email", "x5t#S256", thumbprint, "not_before",
	    (json_int_t)c->not_before, "not_after", (json_int_t)c->not_after,
	    "self_signed", c->self_issued, "can_sign", c->can_sign);
	while (certificate_name_next(c, &at, &kind, name))
		json_array_append_new(
		    json_object_get(shown, members[kind]), json_string(name));
	return shown;
}

int
client_certificate(struct admin *a, const struct args *args)
{
	struct certificate c;
	enum err e = read_certificate_file(&c, args->operand);

	(void)a;
	if (e != OK)
		return admin_fail("%s: %s", args->operand, file_message(e));
	return output_record(certificate_json(&c), certificate_columns,
	    args_has(args, "--json"));
}
