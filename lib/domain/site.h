/*
 * Sites: origins that the gate protects. A site is a row of its own, with its
 * rules, and a client like any other app's, with the origin for client_id: it
 * has the name people see and the groups it admits, and what a person is
 * granted there is listed and ended like all grants. Only the gate redeems
 * its codes: client_auth refuses it.
 */
#ifndef LK_DOMAIN_SITE_H
#define LK_DOMAIN_SITE_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/site_rules.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

/* Below a site's origin: where the provider sends people back to, and the link
 * that signs out. */
#define SITE_CALLBACK_PATH SITE_OWN_PATH "/callback"
#define SITE_SIGN_OUT_PATH SITE_OWN_PATH "/sign-out"

struct site {
	char origin[CLIENT_ID_CAP];
	struct site_rules rules;
	int64_t created_at, changed_at;
};

/* What the store has of one: the rules as they are written. */
struct site_row {
	char origin[CLIENT_ID_CAP];
	char rules[SITE_RULES_CAP];
	int64_t created_at, changed_at;
};
extern const struct record_type site_record;
void site_to_row(struct site_row *row, const struct site *s);

/* NULL if ORIGIN may be a site's, else what is wrong, for people. SECURE: the
 * issuer is https; then a site is, too, and otherwise is not: a cookie has
 * the prefix that browsers hold us to, or has not. */
const char *site_origin_refusal(const char *origin, bool secure);

/* Makes S empty: all zeroes would be 36 KiB of them. */
void site_clear(struct site *s);

/* S is empty, or holds a site that was read before: rules of the same text are
 * not parsed again. OK, ERR_NOT_FOUND (S is empty); a bad record fails the
 * transaction. */
enum err site_get(
    struct store_txn *t, const char *origin, struct site *s) MUST_CHECK;

/* The site as an app: what its client is to begin with, except name and
 * groups. ERR_NO_SPACE. */
enum err site_client(struct client *c, const char *origin) MUST_CHECK;

/* Whether AUDIENCE is at the site's own ORIGIN: a resource of the site, which
 * clients may ask tokens for (domain/api.h). */
bool site_has_resource(const char *origin, const char *audience);

/* Those among its rules, as a word list; ERR_NO_SPACE. */
enum err site_resources(
    char list[static RESOURCES_CAP], const struct site *s) MUST_CHECK;

/* Puts a new site and its client C (ERR_EXISTS, also for a client of that id),
 * or changed ones (ERR_NOT_FOUND). */
enum err site_add(struct store_txn *t, struct site *s, struct client *c,
    int64_t now) MUST_CHECK;
enum err site_put(struct store_txn *t, struct site *s, struct client *c,
    int64_t now) MUST_CHECK;

/* Removes the record alone; a site is removed with its client and app passwords
 * by remove_site (domain/removal.h). */
enum err site_drop(struct store_txn *t, const char *origin) MUST_CHECK;

/* Calls VISIT with each site, until it returns false. */
void site_each(struct store_txn *t, record_visit *visit, void *arg);

#endif
