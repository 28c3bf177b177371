#include "setup_place.h"

#include "admin.h"
#include "base/issuer.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PORT_MAX = 65535, PORT_HTTP = 80, PORT_HTTPS = 443 };

/* The port after the last colon of TEXT, LEN bytes; OTHERWISE if there is none;
 * 0 if it is no port. */
static int
port_of(const char *text, int otherwise)
{
	const char *colon = strrchr(text, ':');
	int64_t port;

	if (colon == NULL || strchr(colon, ']') != NULL)
		return otherwise;
	return str_to_int64(colon + 1, 1, PORT_MAX, &port) == OK ? (int)port
								 : 0;
}

bool
place_parse(struct setup_place *p, const char *issuer, const char *listen)
{
	struct issuer_parts parts;
	char *colon;

	*p = (struct setup_place){.issuer = issuer, .listen = listen};
	if (!issuer_valid(issuer) || !issuer_split(issuer, &parts) ||
	    str_copy_n(p->host, sizeof p->host, parts.host,
		(size_t)(parts.path - parts.host)) != OK) {
		admin_fail("issuer %s: give an address such as "
			   "https://id.example.org: https, or http on a "
			   "loopback address, in lower case, without a slash "
			   "at its end",
		    issuer);
		return false;
	}
	p->path = parts.path;
	p->https = parts.https;
	p->port = port_of(p->host, p->https ? PORT_HTTPS : PORT_HTTP);
	colon = p->host + parts.host_len;
	if (*colon == ':')
		*colon = '\0';
	p->listen_port = p->port;
	if (listen == NULL)
		return true;
	p->listen_port = port_of(listen, 0);
	if (p->listen_port != 0 && strchr(listen, ':') != listen)
		return true;
	admin_fail("--listen %s: give an address and a port of this host, such "
		   "as 127.0.0.1:8080",
	    listen);
	return false;
}

/* Where Debian enables sites by links: one that has only Debian's page can be
 * taken away like a2dissite does. */
static bool
is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static bool
refuse_taken_host(const struct setup_place *p, const struct site_block *b)
{
	admin_fail("%s has a site already (%s, line %u): give the provider a "
		   "host of its own, such as https://id.example.org, or a path "
		   "of that host, https://%s/idp",
	    p->host, b->file[0] != '\0' ? b->file : "lighttpd", b->line,
	    p->host);
	return false;
}

static bool
refuse_plain_site(const struct setup_place *p, const struct site_block *b)
{
	admin_fail("the site %s (%s, line %u) has no TLS, and %s needs it: "
		   "give the site a certificate (certbot does), or the "
		   "provider a host of its own",
	    p->host, b->file, b->line, p->issuer);
	return false;
}

/* A host of the provider's own: nothing else may be there. */
static bool
take_host(struct setup_place *p, struct plan *plan)
{
	for (size_t i = 0; i < p->sites.count; i++) {
		const struct site_block *b = &p->sites.blocks[i];

		if (!b->names_host)
			continue;
		if (b->has_content || !is_link(b->file))
			return refuse_taken_host(p, b);
		if (!plan_unlink(plan, b->file,
			"it has the same host, and nothing but Debian's own "
			"page"))
			return false;
	}
	return true;
}

/* Below a path: inside the site that has TLS for the host, if there is one. */
static bool
find_site_around(struct setup_place *p)
{
	const struct site_block *plain = NULL;

	for (size_t i = 0; i < p->sites.count; i++) {
		const struct site_block *b = &p->sites.blocks[i];

		if (b->tls && (b->names_host || p->inside == NULL ||
				  !p->inside->names_host))
			p->inside = b;
		else if (b->names_host && !b->tls && b->has_content)
			plain = b;
	}
	p->is_inside = p->inside != NULL;
	return p->is_inside || plain == NULL || refuse_plain_site(p, plain);
}

/* lighttpd puts together by itself what several files say of a host. */
static bool
share_lighttpd(struct setup_place *p)
{
	p->shares_socket = p->sites.has_tls_socket;
	if (p->path[0] != '\0') {
		p->is_inside = p->shares_socket;
		return true;
	}
	for (size_t i = 0; i < p->sites.count; i++)
		if (p->sites.blocks[i].has_content)
			return refuse_taken_host(p, &p->sites.blocks[i]);
	return true;
}

bool
place_find(
    struct setup_place *p, const struct setup_server *s, struct plan *plan)
{
	const struct site_question q = {.host = p->host,
	    .port = p->port,
	    .our_file = s->link != NULL ? s->link : s->site_file};

	if (!s->find_sites(&q, &p->sites)) {
		admin_fail("%s's configuration is not valid as it is: %s; "
			   "correct that first, nothing has changed",
		    s->name, p->sites.said);
		return false;
	}
	if (!p->https || p->listen != NULL)
		return true;
	if (s->inside_line == NULL)
		return share_lighttpd(p);
	return p->path[0] == '\0' ? take_host(p, plan) : find_site_around(p);
}
