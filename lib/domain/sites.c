#include "domain/sites.h"

#include "base/str.h"
#include "domain/removal.h"

#define DEFAULT_RULE "/ signed-in"

enum err
sites_begin(struct site *s, struct client *c, const char *origin)
{
	if (site_client(c, origin) != OK ||
	    str_copy(s->origin, sizeof s->origin, origin) != OK ||
	    site_rules_add(&s->rules, DEFAULT_RULE) != NULL)
		return ERR_NO_SPACE;
	return OK;
}

enum err
sites_add(struct store_txn *t, struct site *s, struct client *c,
    const struct change *by)
{
	enum err e = site_add(t, s, c, by->now);

	if (e == OK)
		audit_change(t, by, "site_added", NULL, s->origin, NULL);
	return e;
}

enum err
sites_set(struct store_txn *t, struct site *s, struct client *c,
    const struct change *by)
{
	enum err e = site_put(t, s, c, by->now);

	if (e == OK)
		audit_change(t, by, "site_changed", NULL, s->origin, NULL);
	return e;
}

enum err
sites_remove(struct store_txn *t, const char *origin, const struct change *by)
{
	enum err e = remove_site(t, origin);

	if (e == OK)
		audit_change(t, by, "site_deleted", NULL, origin, NULL);
	return e;
}
