/* One site as the desk's pages have it. */
#ifndef LK_INTERACTION_ADMIN_SITE_H
#define LK_INTERACTION_ADMIN_SITE_H

#include "domain/sites.h"
#include "interaction/admin_page.h"

struct site_data {
	const char *asked; /* the origin, as the address says it */
	struct site site;  /* its origin is "" if there is none */
	struct client client;
};

/* A site that is being added or changed, and what is wrong: a key, and the
 * command's own sentence or NULL. */
struct site_change {
	const char *origin;
	const struct form *posted;
	const char *rule;
	struct site site;
	struct client client;
	const char *key, *message;
};

void ask_for_site(struct interaction *i, void *data);
/* ERR_NO_SUCH_PAGE; the second says OK then, for a form that is sent twice. */
enum err look_at_site(struct store_txn *t, struct account *me, void *data);
enum err look_for_site(struct store_txn *t, struct account *me, void *data);
struct site_data *site_shown(const struct interaction *i);

/* Says what is wrong; returns ERR_INVALID_REQUEST. */
enum err site_refuse(
    struct site_change *s, const char *key, const char *message);

/* A change that POSTED asks for, of the site shown, if there is one. NULL: no
 * memory, and it has been answered. */
struct site_change *site_change_new(
    struct interaction *i, const struct form *posted);

/* Runs STEP, and goes on to the page PATH of the site, or says what is wrong.
 * Frees S. */
void site_change_run(struct interaction *i, struct site_change *s,
    desk_step *step, const char *path, const char *notice);

/* Finds the site of a change. */
enum err site_change_find(
    struct store_txn *t, struct site_change *s) MUST_CHECK;

#endif
