/*
 * A site whose rules take access tokens is a protected resource, and tells
 * clients by a document which provider gives them (RFC 9728). A resource is an
 * audience of its rules at the site's own origin: a registered API
 * (domain/api.h).
 */
#ifndef LK_PROTOCOL_PROTECTED_RESOURCE_H
#define LK_PROTOCOL_PROTECTED_RESOURCE_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/site.h"
#include "protocol/provider.h"

/* Below a site's origin; the path of the resource follows (RFC 9728 3.1). */
#define PROTECTED_RESOURCE_PATH "/.well-known/oauth-protected-resource"

enum { PROTECTED_RESOURCE_URL_CAP = ISSUER_CAP + 64 + 3 * AUDIENCE_CAP };

/* Whether TARGET, a path and query, is that of a document. */
bool protected_resource_is_asked(const char *target);

/*
 * The resource whose document TARGET, for which protected_resource_is_asked,
 * names: the one at that path; else that of the rule for the path; else the
 * only one. ERR_NOT_FOUND (and ""): the site has none such, or leaves that
 * path to everybody, so that an app there has a document of its own.
 */
enum err protected_resource_named(char resource[static AUDIENCE_CAP],
    const struct site *s, const char *target) MUST_CHECK;

/* The same for the site ORIGIN, which is read into SITE (domain/site.h). */
enum err protected_resource_at(char resource[static AUDIENCE_CAP],
    struct site *site, const struct provider *p, const char *origin,
    const char *target) MUST_CHECK;

/* Where the document of RESOURCE is at the provider, too: a web server that
 * asks the gate may let a request on or send it elsewhere, and no more. */
void protected_resource_url(char url[static PROTECTED_RESOURCE_URL_CAP],
    const struct provider *p, const char *resource);

/* The document, appended to ANSWER on OK only. ERR_NOT_FOUND: RESOURCE is that
 * of no site. */
enum err protected_resource_document(const struct provider *p,
    const char *resource, struct buf *answer) MUST_CHECK;

#endif
