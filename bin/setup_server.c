#include "setup_server.h"

#include "admin.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "base/str.h"
#include "setup_port.h"

#include <stdio.h>
#include <unistd.h>

static const char *const apache_modules[] = {
    "proxy_fcgi", "ssl", "reqtimeout", "headers", NULL};

static const struct setup_server servers[] = {
    {
	.name = "lighttpd",
	.binary = "/usr/sbin/lighttpd",
	.package = "lighttpd lighttpd-mod-openssl",
	.tls_module = "/usr/lib/lighttpd/mod_openssl.so",
	.tls_package = "lighttpd-mod-openssl",
	.service = "lighttpd",
	/* With its rights gone it can open no port when it is reloaded. */
	.reload = "restart",
	.test = {"/usr/sbin/lighttpd", "-tt", "-f",
	    "/etc/lighttpd/lighttpd.conf", NULL},
	.site_file = "/etc/lighttpd/conf-enabled/20-latchkey.conf",
	/* Of two lists of programs for a host the last one counts. */
	.inside_file = "/etc/lighttpd/conf-enabled/95-latchkey.conf",
	.find_sites = lighttpd_sites,
    },
    {
	.name = "nginx",
	.binary = "/usr/sbin/nginx",
	.package = "nginx-light",
	.service = "nginx",
	.reload = "reload-or-restart",
	.test = {"/usr/sbin/nginx", "-t", NULL},
	.site_file = "/etc/nginx/sites-enabled/latchkey",
	.inside_file = "/etc/nginx/snippets/latchkey.conf",
	.inside_line = "\n\tinclude snippets/latchkey.conf;",
	.find_sites = nginx_sites,
    },
    {
	.name = "apache",
	.binary = "/usr/sbin/apache2",
	.package = "apache2",
	.service = "apache2",
	.reload = "reload-or-restart",
	.test = {"/usr/sbin/apache2ctl", "configtest", NULL},
	.site_file = "/etc/apache2/sites-available/latchkey.conf",
	.inside_file = "/etc/apache2/conf-available/latchkey.conf",
	.inside_line = "\tInclude conf-available/latchkey.conf\n",
	.link = "/etc/apache2/sites-enabled/latchkey.conf",
	.link_target = "../sites-available/latchkey.conf",
	.modules = apache_modules,
	.find_sites = apache_sites,
    },
};

enum { SERVERS = sizeof servers / sizeof *servers, NAMES_CAP = 64 };

static bool
is_installed(const struct setup_server *s)
{
	return access(s->binary, X_OK) == 0;
}

/* What the kernel calls the process: the binary's name. */
static bool
is_listener(const struct setup_server *s, const struct listener *l)
{
	return str_ends(s->binary, l->program) && l->program[0] != '\0';
}

/* The installed one that listens at PORT. */
static const struct setup_server *
server_at(int port)
{
	struct listener l;

	if (!port_listener(port, &l))
		return NULL;
	for (size_t i = 0; i < SERVERS; i++)
		if (is_installed(&servers[i]) && is_listener(&servers[i], &l))
			return &servers[i];
	return NULL;
}

bool
setup_server_is_known(const char *name)
{
	struct nearest n;

	nearest_begin(&n, name);
	for (size_t i = 0; i < SERVERS; i++) {
		if (str_equal(servers[i].name, name))
			return true;
		nearest_try(&n, servers[i].name);
	}
	if (nearest_word(&n) != NULL)
		admin_fail("--server %s: unknown; did you mean %s?", name,
		    nearest_word(&n));
	else
		admin_fail("--server %s: unknown; setup knows lighttpd, nginx "
			   "and apache (conf/webserver.sh makes the "
			   "configuration of others)",
		    name);
	return false;
}

/* Of a NAME that is known. */
static const struct setup_server *
server_named(const char *name)
{
	const struct setup_server *s = servers;

	while (!str_equal(s->name, name))
		s++;
	if (is_installed(s))
		return s;
	admin_fail("--server %s: %s is not there: apt-get install %s, then run "
		   "this again",
	    name, s->binary, s->package);
	return NULL;
}

const struct setup_server *
setup_server_choose(const char *name, int port)
{
	const struct setup_server *found = NULL;
	char names[NAMES_CAP];
	size_t count = 0;
	struct buf b;

	if (name != NULL)
		return server_named(name);
	buf_init(&b, names, sizeof names);
	for (size_t i = 0; i < SERVERS; i++)
		if (is_installed(&servers[i])) {
			buf_printf(&b, "%s%s", count++ > 0 ? ", " : "",
			    servers[i].name);
			found = &servers[i];
		}
	if (count == 0)
		admin_fail("no web server is installed: apt-get install "
			   "lighttpd lighttpd-mod-openssl (or nginx-light, or "
			   "apache2), then run this again");
	if (count <= 1)
		return found;
	if ((found = server_at(port)) != NULL ||
	    (found = server_at(80)) != NULL)
		return found;
	admin_fail("several web servers are installed (%s), and none of them "
		   "is running: say which one with --server",
	    names);
	return NULL;
}

bool
setup_port_is_free(const struct setup_server *s, int port)
{
	struct listener l;

	if (!port_listener(port, &l) || is_listener(s, &l))
		return true;
	admin_fail("port %d is taken by %s (process %ld), and %s needs it: "
		   "stop that program, or serve behind it with --listen "
		   "127.0.0.1:8080",
	    port, l.program[0] != '\0' ? l.program : "another program",
	    (long)l.pid, s->name);
	return false;
}
