/* The web servers that `latchkey setup` knows, as Debian has them, and which
 * one of them it is here. */
#ifndef LK_BIN_SETUP_SERVER_H
#define LK_BIN_SETUP_SERVER_H

#include "setup_site.h"

#include <stdbool.h>

struct setup_server {
	const char *name;    /* as conf/webserver.sh calls it */
	const char *binary;  /* in /usr/sbin */
	const char *package; /* with what TLS needs */
	const char *tls_module, *tls_package; /* a file it needs, or NULL */
	const char *service, *reload;         /* systemctl RELOAD SERVICE */
	const char *test[6];                  /* asks whether it is valid */
	const char *site_file;                /* a site of its own */
	const char *inside_file; /* what is put inside a site of others */
	const char *inside_line; /* and what includes it there, or NULL */
	const char *link, *link_target; /* has site_file read, or NULL */
	const char *const *modules;     /* Apache's, or NULL */
	sites_find *find_sites;
};

/* False, with a line, if setup knows none that is called NAME. */
bool setup_server_is_known(const char *name);

/*
 * The one that is installed, or NAME, which is known; of several the one that
 * listens at PORT, or at 80. NULL: a line says why there is none.
 */
const struct setup_server *setup_server_choose(const char *name, int port);

/* False, with a line: another program than S listens at PORT. */
bool setup_port_is_free(const struct setup_server *s, int port);

#endif
