/*
 * Who asks: what a request over HTTP says about its sender, for the endpoints
 * that programs call. Strings are borrowed from the request. Nothing in here is
 * verified: what is believed, client_auth.h and access_token.h decide.
 *
 * The certificate (RFC 8705) is NULL. Web servers tell of one in a variable,
 * but what they have verified depends on their configuration, and none of ours
 * asks browsers and programs for certificates.
 */
#ifndef LK_PROTOCOL_CALLER_H
#define LK_PROTOCOL_CALLER_H

#include "base/form.h"
#include "domain/conf.h"

enum { CALLER_URL_CAP = ISSUER_CAP + 32 };

struct caller {
	const char *method;        /* "POST" */
	char url[CALLER_URL_CAP];  /* of the endpoint, as it is announced */
	const char *address;       /* "" if unknown */
	const char *authorization; /* the header, or NULL */
	const char *dpop;          /* the header (RFC 9449 4), or NULL */
	const char *certificate;   /* PEM; NULL, see above */
	const char *origin;        /* whose page asks, or NULL: none does */
	const struct form *form;   /* the body; without fields if none came */
};

#endif
