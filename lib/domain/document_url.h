/*
 * Client identifiers that are addresses: of a document in which the app says
 * what it is (OAuth Client ID Metadata Document). They are compared byte by
 * byte, so each address has one spelling here, and no other is taken.
 */
#ifndef LK_DOMAIN_DOCUMENT_URL_H
#define LK_DOMAIN_DOCUMENT_URL_H

#include "base/err.h"
#include "domain/uri.h"

#include <stdbool.h>

/* Whether a client_id is meant as such an address. */
bool document_url_is_one(const char *client_id);

/*
 * NULL if URL may be one, else what is wrong, for developers: https; a host
 * name with a dot, in lower case, no address in figures; no user name, no
 * fragment; a path without empty or dot segments at its end or in it; no
 * character that is encoded and need not be.
 */
const char *document_url_refusal(const char *url);

/* The host of URL, and its port if it says one: what people are shown, and what
 * administrators list. URL may be one. */
void document_url_host(char host[static ORIGIN_CAP], const char *url);

/* Whether HOST may be listed, as document_url_host has it. */
bool document_host_is_valid(const char *host);

#endif
