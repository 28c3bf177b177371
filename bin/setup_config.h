/* The files of a setup: what conf/webserver.sh prints, and what else the host
 * needs. */
#ifndef LK_BIN_SETUP_CONFIG_H
#define LK_BIN_SETUP_CONFIG_H

#include "setup_certificate.h"
#include "setup_place.h"

#include <stdbool.h>

struct setup_files {
	const struct setup_server *server;
	const struct setup_place *place;
	const struct setup_certificate *certificate; /* NULL: not needed */
	const char *share;                           /* PREFIX/share/latchkey */
	const char *dir;                             /* the data directory */
	const char *proxy; /* believed about people's addresses, or NULL */
	bool has_systemd;
};

/* Plans them; false, with a line. */
bool config_plan(const struct setup_files *f, struct plan *plan);

#endif
