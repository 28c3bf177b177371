#include "protocol/protected_resource.h"

#include "base/json.h"
#include "base/str.h"
#include "protocol/dpop.h"

#include <stdlib.h>
#include <string.h>

/* What follows the well-known part of TARGET, into PATH: that of a resource. */
static enum err
resource_path(char path[static SITE_PATH_CAP], const char *target)
{
	const char *rest = target + strlen(PROTECTED_RESOURCE_PATH);

	return str_copy_n(path, SITE_PATH_CAP, rest, strcspn(rest, "?"));
}

bool
protected_resource_is_asked(const char *target)
{
	const char *rest = target + strlen(PROTECTED_RESOURCE_PATH);

	return str_starts(target, PROTECTED_RESOURCE_PATH) &&
	       (*rest == '\0' || *rest == '/' || *rest == '?');
}

/* Of the rule that decides a request for TARGET. */
static enum err
find_by_rule(char resource[static AUDIENCE_CAP], const struct site *s,
    const char *target)
{
	struct site_rule rule;
	enum err e = site_rules_find(&rule, &s->rules, "GET", target);

	if (e == OK && !site_has_resource(s->origin, rule.audience))
		e = ERR_NOT_FOUND;
	return e == OK ? str_copy(resource, AUDIENCE_CAP, rule.audience) : e;
}

static bool
is_left_to_everybody(const struct site *s, const char *target)
{
	struct site_rule rule;

	return site_rules_find(&rule, &s->rules, "GET", target) == OK &&
	       rule.anyone;
}

enum err
protected_resource_named(char resource[static AUDIENCE_CAP],
    const struct site *s, const char *target)
{
	char path[SITE_PATH_CAP], all[RESOURCES_CAP];
	char at[ORIGIN_CAP + SITE_PATH_CAP];
	struct buf b;

	resource[0] = '\0';
	if (is_left_to_everybody(s, target) ||
	    resource_path(path, target) != OK || site_resources(all, s) != OK)
		return ERR_NOT_FOUND;
	buf_init(&b, at, sizeof at);
	buf_printf(&b, "%s%s", s->origin, path);
	if (buf_ok(&b) && resource_find(resource, all, at))
		return OK;
	if (find_by_rule(resource, s, path[0] != '\0' ? path : "/") == OK)
		return OK;
	resource[0] = '\0';
	return words_count(all) == 1 ? str_copy(resource, AUDIENCE_CAP, all)
				     : ERR_NOT_FOUND;
}

struct site_look {
	const char *origin;
	struct site *site;
};

static enum err
look_up_site_step(struct store_txn *t, void *arg)
{
	struct site_look *l = arg;

	return site_get(t, l->origin, l->site);
}

enum err
protected_resource_at(char resource[static AUDIENCE_CAP], struct site *site,
    const struct provider *p, const char *origin, const char *target)
{
	struct site_look l = {origin, site};
	enum err e = store_read(p->store, look_up_site_step, &l);

	return e == OK ? protected_resource_named(resource, site, target) : e;
}

void
protected_resource_url(char url[static PROTECTED_RESOURCE_URL_CAP],
    const struct provider *p, const char *resource)
{
	struct buf b;

	buf_init(&b, url, PROTECTED_RESOURCE_URL_CAP);
	buf_printf(&b, "%s/protected-resource?resource=", p->conf.issuer);
	buf_put_url_arg(&b, resource);
}

struct resource_look {
	const char *resource;
	char origin[ORIGIN_CAP], registered[AUDIENCE_CAP];
	struct site *site; /* large, so not in here */
	char name[CLIENT_NAME_CAP];
	char scope[SCOPE_CAP];
};

/* What the rules for the resource want, any of them. */
static enum err
collect_scopes(struct resource_look *l)
{
	const struct site_rules *rules = &l->site->rules;
	char word[SCOPE_WORD_CAP];
	struct site_rule r;
	enum err e = OK;

	l->scope[0] = '\0';
	for (size_t i = 0; e == OK && i < rules->count; i++) {
		const char *cursor = r.scope;

		e = site_rules_get(&r, rules, i);
		if (e != OK || !resource_same(r.audience, l->registered))
			continue;
		while (e == OK && words_next(&cursor, word, sizeof word))
			e = words_add(l->scope, sizeof l->scope, word);
	}
	return e;
}

static enum err
look_up_resource_step(struct store_txn *t, void *arg)
{
	struct resource_look *l = arg;
	char all[RESOURCES_CAP];
	struct client c;
	enum err e = site_get(t, l->origin, l->site);

	if (e == OK)
		e = client_get(t, l->origin, &c);
	if (e == OK)
		e = site_resources(all, l->site);
	if (e == OK && !resource_find(l->registered, all, l->resource))
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = str_copy(l->name, sizeof l->name, c.name);
	return e == OK ? collect_scopes(l) : e;
}

static void
put_document(
    struct buf *answer, const struct provider *p, const struct resource_look *l)
{
	struct json_text t;

	json_text_begin(&t, answer);
	json_text_str(&t, "resource", l->registered);
	json_text_words(&t, "authorization_servers", p->conf.issuer);
	/* Without a scope there is no sign-in to ask for. */
	json_text_words(
	    &t, "scopes_supported", l->scope[0] != '\0' ? l->scope : "openid");
	json_text_words(&t, "bearer_methods_supported", "header");
	json_text_words(&t, "dpop_signing_alg_values_supported", dpop_algs);
	json_text_str(&t, "resource_name", l->name);
	json_text_end(&t);
}

enum err
protected_resource_document(
    const struct provider *p, const char *resource, struct buf *answer)
{
	struct resource_look l = {.resource = resource};
	enum err e;

	if (uri_origin(l.origin, resource) != OK)
		return ERR_NOT_FOUND;
	l.site = calloc(1, sizeof *l.site);
	if (l.site == NULL)
		return ERR_NO_MEMORY;
	e = store_read(p->store, look_up_resource_step, &l);
	if (e == OK)
		put_document(answer, p, &l);
	free(l.site);
	return e;
}
