/*
 * Who asks: what a request over HTTP says about its sender, for the endpoints
 * that programs call. Strings are borrowed from the request. Nothing in here is
 * verified: what is believed, client_auth.h and access_token.h decide.
 *
 * A certificate (RFC 8705) is one of which the web server has seen that the
 * client has its key, and no header. Without mtls_origin in the settings
 * nothing is said of any.
 */
#ifndef LK_PROTOCOL_CALLER_H
#define LK_PROTOCOL_CALLER_H

#include "base/form.h"
#include "domain/conf.h"

#include <stdbool.h>

enum { CALLER_URL_CAP = 2 * ISSUER_CAP + 32 };

struct caller {
	const char *method;        /* "POST" */
	char url[CALLER_URL_CAP];  /* of the endpoint, as it is announced */
	const char *address;       /* "" if unknown */
	const char *authorization; /* the header, or NULL */
	const char *dpop;          /* the header (RFC 9449 4), or NULL */
	const char *certificate;   /* PEM (jose/certificate.h), or NULL */
	bool certificate_verified; /* an authority that the web server trusts
				    * has signed it */
	bool certificate_told;     /* whether there is one, we are told */
	const char *origin;        /* whose page asks, or NULL: none does */
	const struct form *form;   /* the body; without fields if none came */
};

#endif
