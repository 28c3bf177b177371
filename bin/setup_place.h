/* Where the provider goes in this host's web server. */
#ifndef LK_BIN_SETUP_PLACE_H
#define LK_BIN_SETUP_PLACE_H

#include "setup_plan.h"
#include "setup_server.h"

#include <stdbool.h>

enum { SETUP_HOST_CAP = 256 };

struct setup_place {
	const char *issuer;
	char host[SETUP_HOST_CAP]; /* without a port */
	const char *path;          /* "" or "/idp" */
	bool https;
	int port;           /* of the issuer */
	const char *listen; /* the address behind a proxy, or NULL */
	int listen_port;
	struct sites sites;
	const struct site_block
	    *inside;                   /* the site that it goes into, or NULL */
	bool is_inside, shares_socket; /* -x and -n of conf/webserver.sh */
};

/* Takes the ISSUER and the option --listen (NULL) apart; false, with a line. */
bool place_parse(struct setup_place *p, const char *issuer, const char *listen);

/* Finds out what serves the host, and plans what has to give way; false, with a
 * line. */
bool place_find(
    struct setup_place *p, const struct setup_server *s, struct plan *plan);

#endif
