/* The certificate for a host: where it is, and whether it fits. */
#ifndef LK_BIN_SETUP_CERTIFICATE_H
#define LK_BIN_SETUP_CERTIFICATE_H

#include "setup_site.h"

#include <stdbool.h>

enum certificate_renewal {
	RENEWAL_UNKNOWN,   /* not certbot's */
	RENEWAL_BY_SERVER, /* certbot, with the web server's help or by DNS */
	RENEWAL_BY_FILES,  /* certbot puts files into webroot */
	RENEWAL_ALONE      /* certbot wants port 80 for itself */
};

struct setup_certificate {
	char file[SETUP_PATH_CAP], key[SETUP_PATH_CAP];
	char
	    until[64]; /* as openssl tells it; "" where it could not be asked */
	enum certificate_renewal renewal;
	char webroot[SETUP_PATH_CAP]; /* "" unless certbot needs it */
	bool needs_hook; /* none tells the web server of a renewed one */
};

/*
 * Fills in C for HOST: FILE and KEY if they are given, else what one of SITES
 * has, else the usual places. False, with a line that says why, and how to get
 * one.
 */
bool setup_certificate_find(struct setup_certificate *c, const char *host,
    const char *file, const char *key, const struct sites *sites);

#endif
