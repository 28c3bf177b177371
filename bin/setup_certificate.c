#include "setup_certificate.h"

#include "admin.h"
#include "base/buf.h"
#include "base/str.h"
#include "setup_certificate_fit.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIVE "/etc/letsencrypt/live/"
#define RENEWAL "/etc/letsencrypt/renewal/"
#define DEFAULT_WEBROOT "/var/www/html"

/* Where Debian's programs that get certificates put them, and where people do;
 * %s is the host. */
static const struct place {
	const char *file, *key;
} places[] = {
    {LIVE "%s/fullchain.pem", LIVE "%s/privkey.pem"},
    {"/var/lib/dehydrated/certs/%s/fullchain.pem",
	"/var/lib/dehydrated/certs/%s/privkey.pem"},
    {"/etc/ssl/uacme/%s/cert.pem", "/etc/ssl/uacme/private/%s/key.pem"},
    {"/root/.acme.sh/%s_ecc/fullchain.cer", "/root/.acme.sh/%s_ecc/%s.key"},
    {"/root/.acme.sh/%s/fullchain.cer", "/root/.acme.sh/%s/%s.key"},
    {"/etc/ssl/%s/fullchain.pem", "/etc/ssl/%s/privkey.pem"},
    {"/etc/ssl/certs/%s.pem", "/etc/ssl/private/%s.key"},
    {"/etc/ssl/certs/%s.crt", "/etc/ssl/private/%s.key"},
    {"/etc/ssl/certs/%s.pem", "/etc/ssl/private/%s.pem"},
};

enum { PLACES = sizeof places / sizeof *places, LINE_CAP = 1024 };

/* PATTERN with the host in place of each %s. */
static bool
put_place(
    char path[static SETUP_PATH_CAP], const char *pattern, const char *host)
{
	const char *at;
	struct buf b;

	buf_init(&b, path, SETUP_PATH_CAP);
	while ((at = strstr(pattern, "%s")) != NULL) {
		buf_put(&b, pattern, (size_t)(at - pattern));
		buf_puts(&b, host);
		pattern = at + strlen("%s");
	}
	buf_puts(&b, pattern);
	return buf_ok(&b);
}

static bool
take_pair(struct setup_certificate *c, const char *file, const char *key)
{
	return str_copy(c->file, sizeof c->file, file) == OK &&
	       str_copy(c->key, sizeof c->key, key) == OK;
}

/* A search: the best complaint is of the certificate that is named like the
 * host. */
struct certificate_search {
	struct setup_certificate *c;
	const char *host;
	char complaint[FIT_COMPLAINT_CAP];
};

/* Whether the pair is there and good. */
static bool
try_pair(struct certificate_search *s, const char *file, const char *key,
    bool is_named)
{
	char complaint[FIT_COMPLAINT_CAP];

	if (access(file, F_OK) != 0)
		return false;
	if (!take_pair(s->c, file, key))
		return false;
	if (certificate_fits(
		s->c->file, s->c->key, s->host, s->c->until, complaint))
		return true;
	if (is_named && s->complaint[0] == '\0')
		(void)!str_copy(s->complaint, sizeof s->complaint, complaint);
	return false;
}

static bool
try_sites(struct certificate_search *s, const struct sites *sites)
{
	const struct site_block *b;

	for (size_t i = 0; i < sites->count; i++) {
		b = &sites->blocks[i];
		if (b->names_host && b->certificate[0] != '\0' &&
		    try_pair(s, b->certificate,
			b->key[0] != '\0' ? b->key : b->certificate, true))
			return true;
	}
	return false;
}

static bool
try_places(struct certificate_search *s)
{
	char file[SETUP_PATH_CAP], key[SETUP_PATH_CAP];

	for (size_t i = 0; i < PLACES; i++)
		if (put_place(file, places[i].file, s->host) &&
		    put_place(key, places[i].key, s->host) &&
		    try_pair(s, file, key, true))
			return true;
	return false;
}

/* One of certbot's that is for several hosts, or has a number at its end. */
static bool
try_certbot(struct certificate_search *s)
{
	char key[SETUP_PATH_CAP];
	bool found = false;
	glob_t g;

	if (glob(LIVE "*/fullchain.pem", 0, NULL, &g) != 0)
		return false;
	for (size_t i = 0; i < g.gl_pathc && !found; i++) {
		const char *file = g.gl_pathv[i];
		const size_t len = strlen(file) - strlen("fullchain.pem");
		struct buf b;

		buf_init(&b, key, sizeof key);
		buf_put(&b, file, len);
		buf_puts(&b, "privkey.pem");
		found = buf_ok(&b) && try_pair(s, file, key, false);
	}
	globfree(&g);
	return found;
}

/* --- how certbot renews it -------------------------------------------------*/

/* The value of LINE, "NAME = VALUE", up to a comma. */
static bool
renewal_value(
    const char *line, const char *name, char value[static SETUP_PATH_CAP])
{
	const size_t len = strlen(name);

	if (!str_starts(line, name) || strspn(line + len, " =") == 0)
		return false;
	line += len + strspn(line + len, " =");
	return str_copy_n(value, SETUP_PATH_CAP, line, strcspn(line, ",\n")) ==
	       OK;
}

static void
judge_authenticator(struct setup_certificate *c, const char *name)
{
	if (str_equal(name, "webroot"))
		c->renewal = RENEWAL_BY_FILES;
	else if (str_equal(name, "standalone"))
		c->renewal = RENEWAL_ALONE;
	else
		c->renewal = RENEWAL_BY_SERVER;
}

static void
read_renewal(struct setup_certificate *c, const char *host, FILE *f)
{
	char line[LINE_CAP], value[SETUP_PATH_CAP];
	bool has_installer = false;

	while (fgets(line, sizeof line, f) != NULL) {
		if (renewal_value(line, "authenticator", value))
			judge_authenticator(c, value);
		else if (renewal_value(line, "installer", value))
			has_installer = !str_equal(value, "None");
		else if (renewal_value(line, "webroot_path", value)) {
			if (c->webroot[0] == '\0')
				(void)!str_copy(
				    c->webroot, sizeof c->webroot, value);
		} else if (renewal_value(line, host, value))
			(void)!str_copy(c->webroot, sizeof c->webroot, value);
	}
	if (c->renewal == RENEWAL_ALONE)
		(void)!str_copy(c->webroot, sizeof c->webroot, DEFAULT_WEBROOT);
	if (c->renewal == RENEWAL_BY_SERVER)
		c->webroot[0] = '\0';
	c->needs_hook = !has_installer;
}

/* Of /etc/letsencrypt/live/NAME/... it is in renewal/NAME.conf. */
static void
find_renewal(struct setup_certificate *c, const char *host)
{
	const char *name = c->file + strlen(LIVE);
	char path[SETUP_PATH_CAP];
	struct buf b;
	FILE *f;

	if (!str_starts(c->file, LIVE))
		return;
	buf_init(&b, path, sizeof path);
	buf_puts(&b, RENEWAL);
	buf_put(&b, name, strcspn(name, "/"));
	buf_puts(&b, ".conf");
	if (!buf_ok(&b) || (f = fopen(path, "re")) == NULL)
		return;
	read_renewal(c, host, f);
	fclose(f);
}

/* --- all together ----------------------------------------------------------*/

static bool
refuse_without(const struct certificate_search *s)
{
	if (s->complaint[0] != '\0')
		admin_fail("%s", s->complaint);
	else
		admin_fail(
		    "no certificate for %s is in certbot's or Debian's places: "
		    "get one with `apt-get install certbot && certbot certonly "
		    "--webroot -w " DEFAULT_WEBROOT " -d %s`, name one with "
		    "--certificate FILE --key FILE, or serve behind a proxy "
		    "that has it with --listen 127.0.0.1:8080",
		    s->host, s->host);
	return false;
}

bool
setup_certificate_find(struct setup_certificate *c, const char *host,
    const char *file, const char *key, const struct sites *sites)
{
	struct certificate_search s = {.c = c, .host = host};

	*c = (struct setup_certificate){0};
	if (file != NULL) {
		if (access(file, R_OK) != 0) {
			admin_fail(
			    "--certificate %s: %s", file, strerror(errno));
			return false;
		}
		if (!try_pair(&s, file, key, true))
			return refuse_without(&s);
	} else if (!try_sites(&s, sites) && !try_places(&s) &&
		   !try_certbot(&s)) {
		return refuse_without(&s);
	}
	find_renewal(c, host);
	return true;
}
