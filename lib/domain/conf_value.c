#include "domain/conf_value.h"

#include "base/issuer.h"
#include "base/language.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/document_url.h"

#include <string.h>

enum err
conf_parse_issuer(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	if (issuer_valid(value))
		return str_copy(field, ISSUER_CAP, value);
	buf_puts(wanted, "give the provider's address, such as "
			 "https://id.example.org: https, or http on a loopback "
			 "address, in lower case, without a slash at the end");
	return ERR_SYNTAX;
}

static enum err
parse_line(char *field, size_t cap, const char *value, struct buf *wanted)
{
	if (!str_has_control(value) && str_is_utf8(value, strlen(value)) &&
	    str_copy(field, cap, value) == OK)
		return OK;
	buf_printf(
	    wanted, "give at most %d bytes of UTF-8 on one line", (int)cap - 1);
	return ERR_SYNTAX;
}

/* What people put around a name. */
static const char *
trim_group(char *name)
{
	size_t len = strlen(name);

	while (len > 0 && name[len - 1] == ' ')
		name[--len] = '\0';
	return name + strspn(name, " ");
}

enum err
conf_parse_groups(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	char name[CONF_GROUPS_CAP], *groups = field;
	enum err e = OK;

	(void)k;
	groups[0] = '\0';
	while (e == OK && names_next(&value, name, sizeof name))
		e = names_add(groups, CONF_GROUPS_CAP, trim_group(name));
	if (e == OK && *value == '\0' && !str_has_control(groups))
		return OK;
	buf_printf(wanted,
	    "give groups with commas between them, at most %d "
	    "bytes",
	    CONF_GROUPS_CAP - 1);
	return ERR_SYNTAX;
}

enum err
conf_parse_domains(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	char name[CONF_DOMAINS_CAP], *domains = field;
	enum err e = OK;

	(void)k;
	domains[0] = '\0';
	while (e == OK && names_next(&value, name, sizeof name)) {
		const char *domain = trim_group(name);

		e = domain[0] != '\0' &&
			    domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz"
						  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						  "0123456789.-")] == '\0'
			? names_add(domains, CONF_DOMAINS_CAP, domain)
			: ERR_SYNTAX;
	}
	if (e == OK && *value == '\0')
		return OK;
	buf_puts(wanted, "give domains with commas between them, such as "
			 "example.org, example.net");
	return ERR_SYNTAX;
}

enum err
conf_parse_documents(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	struct conf_documents *documents = field;
	char name[CONF_DOMAINS_CAP];
	enum err e = OK;

	(void)k;
	documents->any = str_equal(value, "any");
	documents->hosts[0] = '\0';
	if (documents->any || str_equal(value, "off"))
		return OK;
	while (e == OK && names_next(&value, name, sizeof name)) {
		const char *host = trim_group(name);

		e = document_host_is_valid(host)
			? names_add(documents->hosts, CONF_DOMAINS_CAP, host)
			: ERR_SYNTAX;
	}
	if (e == OK && *value == '\0' && documents->hosts[0] != '\0')
		return OK;
	buf_puts(wanted, "give off, any, or hosts in lower case with commas "
			 "between them, such as claude.ai, vscode.dev");
	return ERR_SYNTAX;
}

enum err
conf_parse_provider_name(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted)
{
	(void)k;
	return parse_line(field, PROVIDER_NAME_CAP, value, wanted);
}

enum err
conf_parse_contact(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	return parse_line(field, CONTACT_CAP, value, wanted);
}

/* A file of the data directory itself, and none of ours: those have other
 * endings. */
enum err
conf_parse_logo(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	(void)k;
	if (value[0] == '\0' ||
	    (value[0] != '.' && value[strspn(value, letters)] == '\0' &&
		(str_ends(value, ".png") || str_ends(value, ".svg"))))
		if (str_copy(field, LOGO_CAP, value) == OK)
			return OK;
	buf_puts(wanted, "give the name of a file in the data directory, such "
			 "as logo.svg or logo.png: letters, digits and . _ -");
	return ERR_SYNTAX;
}

enum err
conf_parse_color(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	static const char digits[] = "0123456789abcdef";
	int64_t *colour = field;
	const char *digit;
	char c;

	(void)k;
	*colour = -1;
	if (value[0] == '\0')
		return OK;
	if (value[0] == '#' && strlen(value) == 7)
		for (*colour = 0, value++; *value != '\0'; value++) {
			c = *value >= 'A' && *value <= 'F'
				? (char)(*value - 'A' + 'a')
				: *value;
			digit = strchr(digits, c);
			if (digit == NULL)
				break;
			*colour = *colour * 16 + (digit - digits);
		}
	if (*colour >= 0 && *value == '\0')
		return OK;
	*colour = -1;
	buf_puts(wanted, "give a colour as # and six hexadecimal digits, such "
			 "as #0b6156");
	return ERR_SYNTAX;
}

enum err
conf_parse_language(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	const struct catalogue *c = language_find(value);

	(void)k;
	if (c != NULL)
		return str_copy(field, LANGUAGE_TAG_CAP, c->language);
	buf_puts(wanted, "give one of ");
	language_put_all(wanted);
	return ERR_SYNTAX;
}

enum err
conf_parse_timezone(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	if (zone_name_valid(value))
		return str_copy(field, ZONE_NAME_CAP, value);
	buf_puts(wanted, "give a time zone such as Europe/Berlin, or UTC");
	return ERR_SYNTAX;
}

enum err
conf_parse_alg(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	enum jwa alg = jwa_issued_from_name(value);

	(void)k;
	if (alg != JWA_COUNT) {
		*(enum jwa *)field = alg;
		return OK;
	}
	buf_puts(wanted, "give one of");
	for (alg = 0; alg < JWA_ISSUED; alg++)
		buf_printf(wanted, " %s", jwa_name(alg));
	return ERR_SYNTAX;
}

/* One of two words; FIELD is whether it is the second. */
static enum err
parse_either(bool *field, const char *value, const char *first,
    const char *second, struct buf *wanted)
{
	*field = str_equal(value, second);
	if (*field || str_equal(value, first))
		return OK;
	buf_printf(wanted, "give %s or %s", first, second);
	return ERR_SYNTAX;
}

enum err
conf_parse_retry(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	return parse_either(field, value, "instead", "theft", wanted);
}

enum err
conf_parse_registration(const struct conf_key *k, void *field,
    const char *value, struct buf *wanted)
{
	(void)k;
	return parse_either(field, value, "off", "tokens", wanted);
}

enum err
conf_parse_log(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	return parse_either(field, value, "stderr", "syslog", wanted);
}

enum err
conf_parse_count(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	int64_t n;

	if (str_to_int64(value, k->min, k->max, &n) != OK) {
		buf_puts(wanted, "give a number from ");
		buf_put_int(wanted, k->min);
		buf_puts(wanted, " to ");
		buf_put_int(wanted, k->max);
		return ERR_SYNTAX;
	}
	*(uint32_t *)field = (uint32_t)n;
	return OK;
}

static const struct {
	char letter;
	int64_t seconds;
} units[] = {{'d', DAY}, {'h', HOUR}, {'m', MINUTE}, {'s', 1}};

enum { UNITS = sizeof units / sizeof units[0] };

static int64_t
unit_seconds(char letter)
{
	for (size_t i = 0; i < UNITS; i++)
		if (units[i].letter == letter)
			return units[i].seconds;
	return 0;
}

static void
put_duration(struct buf *b, int64_t seconds)
{
	size_t i = 0;

	while (i < UNITS - 1 && (seconds == 0 || seconds % units[i].seconds))
		i++;
	buf_put_int(b, seconds / units[i].seconds);
	buf_putc(b, units[i].letter);
}

/* "900", "900s", "15m" */
static bool
to_seconds(const char *value, int64_t *seconds)
{
	char number[12]; /* so short that no unit overflows it */
	size_t len = strlen(value);
	int64_t n, unit = 1;

	if (len > 0 && unit_seconds(value[len - 1]) > 0)
		unit = unit_seconds(value[--len]);
	if (str_copy_n(number, sizeof number, value, len) != OK ||
	    str_to_int64(number, 0, INT32_MAX, &n) != OK)
		return false;
	*seconds = n * unit;
	return true;
}

enum err
duration_parse(const char *value, int64_t min, int64_t max, int64_t *seconds)
{
	if (!to_seconds(value, seconds) || *seconds < min || *seconds > max)
		return ERR_SYNTAX;
	return OK;
}

enum err
conf_parse_duration(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	int64_t seconds;

	if (duration_parse(value, k->min, k->max, &seconds) == OK) {
		*(int64_t *)field = seconds;
		return OK;
	}
	buf_puts(wanted, "give seconds, or a number with s, m, h or d, from ");
	put_duration(wanted, k->min);
	buf_puts(wanted, " to ");
	put_duration(wanted, k->max);
	return ERR_SYNTAX;
}

enum err
conf_parse_mail(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	return parse_either(field, value, "no", "sendmail", wanted);
}

enum err
conf_parse_yes(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	return parse_either(field, value, "yes", "no", wanted);
}

/* Nothing that would end an address in a header. */
enum err
conf_parse_mail_from(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	const char *at = strchr(value, '@');
	bool good = at != NULL && at > value && at[1] != '\0' &&
		    strchr(at + 1, '@') == NULL;

	(void)k;
	if (!str_has_control(value) && str_is_utf8(value, strlen(value)) &&
	    strpbrk(value, " <>,;:\"\\") == NULL &&
	    (value[0] == '\0' || good) &&
	    str_copy(field, MAIL_FROM_CAP, value) == OK)
		return OK;
	buf_puts(wanted, "give an address such as sign-in@example.org");
	return ERR_SYNTAX;
}

enum err
conf_parse_ca_file(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	if ((value[0] == '/' || value[0] == '\0') && !str_has_control(value) &&
	    str_copy(field, CONF_PATH_CAP, value) == OK)
		return OK;
	buf_puts(wanted, "give the path of a file of certificates (PEM), such "
			 "as /etc/ssl/certs/house.pem");
	return ERR_SYNTAX;
}

enum err
conf_parse_mtls_origin(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	struct issuer_parts p;

	(void)k;
	if (value[0] == '\0' ||
	    (issuer_valid(value) && issuer_split(value, &p) && p.https &&
		p.path[0] == '\0'))
		return str_copy(field, ISSUER_CAP, value);
	buf_puts(wanted, "give an address without a path, such as "
			 "https://id.example.org:8443");
	return ERR_SYNTAX;
}

enum err
conf_parse_program(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	(void)k;
	if (value[0] == '/' && !str_has_control(value) &&
	    str_copy(field, CONF_PATH_CAP, value) == OK)
		return OK;
	buf_puts(wanted, "give the path of a program, such as "
			 "/usr/sbin/sendmail");
	return ERR_SYNTAX;
}
