/*
 * What serves a host already: the server blocks and <VirtualHost>s that a web
 * server's configuration has for it. A file for each server reads them.
 */
#ifndef LK_BIN_SETUP_SITE_H
#define LK_BIN_SETUP_SITE_H

#include "setup_run.h"

#include <stdbool.h>
#include <stddef.h>

enum { SETUP_PATH_CAP = 512, SITE_BLOCKS_MAX = 16 };

/* One block that answers for the host. */
struct site_block {
	char file[SETUP_PATH_CAP];
	unsigned line;   /* where it begins */
	size_t at;       /* where in the file a line of ours may be put */
	bool names_host; /* else it is what answers for hosts that none names */
	bool tls;
	bool has_content; /* more than Debian's default page */
	char certificate[SETUP_PATH_CAP], key[SETUP_PATH_CAP];
};

struct sites {
	struct site_block blocks[SITE_BLOCKS_MAX];
	size_t count;
	bool has_tls_socket; /* lighttpd: a socket that others have for TLS */
	char said[RUN_SAID_CAP]; /* why there is nothing to read */
};

/*
 * Fills in SITES for HOST, at PORT if TLS; what is in OUR_FILE does not count.
 * False: the server's configuration is not valid as it is; `said` tells.
 */
struct site_question {
	const char *host;
	int port;
	const char *our_file;
};
typedef bool sites_find(const struct site_question *q, struct sites *sites);
sites_find nginx_sites, apache_sites, lighttpd_sites;

/* Whether DIR, "" for none, has nothing in it but a default page of Debian's.
 */
bool site_is_default_page(const char *dir);

/* All of PATH, NUL-terminated, which the caller frees; NULL: it cannot be read
 * (errno). */
char *site_read_file(const char *path, size_t *len);

#endif
