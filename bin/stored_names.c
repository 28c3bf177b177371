#include "stored_names.h"

#include "base/names.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/host.h"
#include "domain/session.h"
#include "domain/site.h"
#include "domain/user.h"
#include "store/record_json.h"

#include <stdlib.h>

enum { NAMES_MAX = 20000 }; /* a tenth of a second */

static const struct named {
	const char *kind;
	const struct record_type *type;
	const char *key; /* of the record as JSON */
} named[] = {
    {"user", &user_record, "preferred_username"},
    {"group", &user_record, "groups"},
    {"client", &client_record, "client_id"},
    {"site", &site_record, "origin"},
    {"session", &session_record, "sid"},
    {"grant", &family_record, "grant_id"},
    {"app-password", &app_password_record, "id"},
    {"host", &host_record, "host"},
};

struct name_walk {
	const struct named *named;
	void *record;
	stored_name_visit *visit;
	void *arg;
	size_t seen;
};

/* The gate's clients are its sites, which have a noun of their own. */
static bool
is_of_a_site(const struct name_walk *w, const void *record)
{
	return w->named->type == &client_record &&
	       ((const struct client *)record)->is_site;
}

static bool
tell_names(const struct name_walk *w, const json_t *value)
{
	const char *name;
	json_t *item;
	size_t i;

	if (json_is_string(value))
		return w->visit(w->arg, json_string_value(value));
	for (i = 0; i < json_array_size(value); i++) {
		item = json_array_get(value, i);
		name = json_string_value(item);
		if (name != NULL && !w->visit(w->arg, name))
			return false;
	}
	return true;
}

static bool
walk_name(void *arg, const void *record)
{
	struct name_walk *w = arg;
	json_t *shown = json_object();
	bool more = true;

	if (!is_of_a_site(w, record) &&
	    record_show(shown, w->named->type, record, false))
		more = tell_names(w, json_object_get(shown, w->named->key));
	json_decref(shown);
	return more && ++w->seen < NAMES_MAX;
}

static enum err
walk_names_step(struct store_txn *t, void *arg)
{
	struct name_walk *w = arg;

	record_each(t, w->named->type, NULL, w->record, walk_name, w);
	return OK;
}

void
stored_names_each(
    struct store *store, const char *kind, stored_name_visit *visit, void *arg)
{
	const size_t n = sizeof named / sizeof named[0];
	struct name_walk w = {.named = named, .visit = visit, .arg = arg};

	while (w.named < named + n && !str_equal(w.named->kind, kind))
		w.named++;
	if (w.named == named + n)
		return;
	w.record = malloc(w.named->type->size);
	if (w.record == NULL)
		return;
	/* What cannot be read has no names; the command itself says why. */
	(void)!store_read(store, walk_names_step, &w);
	secret_wipe(w.record, w.named->type->size);
	free(w.record);
}

static bool
try_name(void *arg, const char *name)
{
	nearest_try(arg, name);
	return true;
}

void
stored_names_nearest(struct store *store, const char *kind, struct nearest *n)
{
	stored_names_each(store, kind, try_name, n);
}
