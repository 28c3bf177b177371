#include "domain/site.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

static const struct record_field site_fields[] = {
    FIELD_OF(struct site_row, origin, TEXT, KEY, "origin"),
    FIELD_OF(struct site_row, rules, LINES, SHOWN, "rules"),
    FIELD_OF(struct site_row, created_at, TIME, SHOWN, "created_at"),
    FIELD_OF(struct site_row, changed_at, TIME, SHOWN, "updated_at"),
};
const struct record_type site_record = {
    .table = TABLE_SITES,
    .version = 1,
    RECORD_FIELDS(struct site_row, site_fields),
};

const char *
site_origin_refusal(const char *origin, bool secure)
{
	char same[ORIGIN_CAP];
	const char *message;

	if (uri_origin(same, origin) != OK || !str_equal(same, origin))
		return "an origin is a scheme, a host in lower case, and a "
		       "port if it is not the usual one: "
		       "https://photos.example.org";
	message = uri_refusal(origin);
	if (message != NULL)
		return message;
	if (secure != uri_is_https(origin))
		return secure ? "the issuer is https, and so are its sites"
			      : "the issuer is http, and so are its sites";
	/* It is the client_id, too. */
	return client_id_refusal(origin);
}

void
site_to_row(struct site_row *row, const struct site *s)
{
	memcpy(row->origin, s->origin, sizeof row->origin);
	memcpy(row->rules, s->rules.text, strlen(s->rules.text) + 1);
	row->created_at = s->created_at;
	row->changed_at = s->changed_at;
}

static enum err
site_of_row(struct site *s, const struct site_row *row)
{
	memcpy(s->origin, row->origin, sizeof s->origin);
	s->created_at = row->created_at;
	s->changed_at = row->changed_at;
	return site_rules_parse(&s->rules, row->rules);
}

static enum err
site_store(struct store_txn *t, struct site *s, int64_t now)
{
	struct site_row row;

	s->changed_at = now;
	site_to_row(&row, s);
	return record_save(t, &site_record, &row);
}

void
site_clear(struct site *s)
{
	s->origin[0] = '\0';
	s->created_at = s->changed_at = 0;
	site_rules_clear(&s->rules);
}

enum err
site_get(struct store_txn *t, const char *origin, struct site *s)
{
	size_t len = strlen(origin);
	struct site_row row;
	enum err e = ERR_NOT_FOUND;

	if (len > 0 && len < sizeof s->origin)
		e = record_load(t, &site_record, origin, len, &row);
	if (e == OK) {
		e = site_of_row(s, &row);
		if (e != OK)
			store_fail(t, e);
	}
	if (e != OK)
		site_clear(s);
	return e;
}

enum err
site_client(struct client *c, const char *origin)
{
	struct buf b;

	*c = (struct client){.is_site = true,
	    .trusted = true,
	    .alg = JWA_EDDSA,
	    .grants = GRANT_AUTHORIZATION_CODE};
	if (str_copy(c->client_id, sizeof c->client_id, origin) != OK ||
	    str_copy(c->name, sizeof c->name, origin) != OK ||
	    str_copy(c->scope, sizeof c->scope, "openid") != OK)
		return ERR_NO_SPACE;
	buf_init(&b, c->redirect_uris, sizeof c->redirect_uris);
	buf_printf(&b, "%s%s", origin, SITE_CALLBACK_PATH);
	buf_init(&b, c->post_logout_redirect_uris,
	    sizeof c->post_logout_redirect_uris);
	buf_printf(&b, "%s/", origin);
	return OK; /* both are longer than any client_id */
}

bool
site_has_resource(const char *origin, const char *audience)
{
	char at[ORIGIN_CAP];

	return uri_origin(at, audience) == OK && str_equal(at, origin) &&
	       str_starts(audience, origin);
}

enum err
site_resources(char list[static RESOURCES_CAP], const struct site *s)
{
	struct site_rule r;
	enum err e = OK;

	list[0] = '\0';
	for (size_t i = 0; e == OK && i < s->rules.count; i++) {
		e = site_rules_get(&r, &s->rules, i);
		if (e == OK && site_has_resource(s->origin, r.audience) &&
		    !resource_listed(list, r.audience))
			e = words_add(list, RESOURCES_CAP, r.audience);
	}
	return e;
}

enum err
site_add(struct store_txn *t, struct site *s, struct client *c, int64_t now)
{
	enum err e = site_resources(c->resources, s);

	if (e == OK)
		e = client_add(t, c, now);
	s->created_at = now;
	return e == OK ? site_store(t, s, now) : e;
}

enum err
site_put(struct store_txn *t, struct site *s, struct client *c, int64_t now)
{
	enum err e = site_resources(c->resources, s);

	if (e == OK)
		e = client_put(t, c, now);
	return e == OK ? site_store(t, s, now) : e;
}

enum err
site_drop(struct store_txn *t, const char *origin)
{
	struct site s;
	enum err e;

	site_clear(&s);
	e = site_get(t, origin, &s);
	if (e != OK)
		return e;
	store_del(t, TABLE_SITES, origin, strlen(origin));
	return store_failed(t);
}

struct site_scan {
	struct store_txn *t;
	record_visit *visit;
	void *arg;
};

static bool
visit_site(void *arg, const void *record)
{
	const struct site_scan *scan = arg;
	struct site s;
	enum err e;

	site_clear(&s);
	e = site_of_row(&s, record);
	if (e == OK)
		return scan->visit(scan->arg, &s);
	store_fail(scan->t, e);
	return false;
}

void
site_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct site_scan scan = {t, visit, arg};
	struct site_row row;

	record_each(t, &site_record, NULL, &row, visit_site, &scan);
}
