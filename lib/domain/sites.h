/*
 * Changes to sites, as an administrator makes them with the command or at the
 * desk: each with all that follows from it, and with its line of the audit.
 */
#ifndef LK_DOMAIN_SITES_H
#define LK_DOMAIN_SITES_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/site.h"

/* What a site at ORIGIN and its client are, without anything said of them: open
 * to everybody who signs in. ERR_NO_SPACE. */
enum err sites_begin(
    struct site *s, struct client *c, const char *origin) MUST_CHECK;

/* Puts a new site, or a changed one, with its client: as site_add, site_put. */
enum err sites_add(struct store_txn *t, struct site *s, struct client *c,
    const struct change *by) MUST_CHECK;
enum err sites_set(struct store_txn *t, struct site *s, struct client *c,
    const struct change *by) MUST_CHECK;

/* Removes the site, and who was signed in there: ERR_NOT_FOUND. */
enum err sites_remove(struct store_txn *t, const char *origin,
    const struct change *by) MUST_CHECK;

#endif
