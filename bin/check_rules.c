/* The rules of the gate's sites: what they leave open, what never decides, and
 * what they rest on. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/site.h"

#include <string.h>

enum { URL_PATH_CAP = 3 * SITE_RULE_CAP };

/* PATH, a rule's, as it is written in a URL. */
static const char *
url_path(char url[static URL_PATH_CAP], const char *path)
{
	char segment[SITE_RULE_CAP];
	struct buf b;

	buf_init(&b, url, URL_PATH_CAP);
	while (*path == '/') {
		const size_t len = strcspn(++path, "/");

		buf_putc(&b, '/');
		if (str_copy_n(segment, sizeof segment, path, len) == OK)
			buf_put_url_arg(&b, segment);
		path += len;
	}
	return url;
}

/* Whether it is R that decides METHOD at its own path. */
static bool
decides(const struct site *s, const struct site_rule *r, const char *method)
{
	char url[URL_PATH_CAP];
	struct site_rule found;

	return site_rules_find(
		   &found, &s->rules, method, url_path(url, r->path)) == OK &&
	       str_equal(found.path, r->path) &&
	       str_equal(found.methods, r->methods);
}

/* Whether R decides anything: a method it names; if it names none, one that no
 * rule does. */
static bool
ever_decides(const struct site *s, const struct site_rule *r)
{
	const char *methods = r->methods;
	char method[SITE_RULE_CAP];

	if (site_path_covers(SITE_OWN_PATH, r->path))
		return false; /* the gate's own; rules do not apply */
	if (methods[0] == '\0')
		return decides(s, r, "-");
	while (words_next(&methods, method, sizeof method))
		if (decides(s, r, method))
			return true;
	return false;
}

static bool
is_for_the_same(const struct site_rule *a, const struct site_rule *b)
{
	return a->anyone == b->anyone && a->signed_in == b->signed_in &&
	       a->app_password == b->app_password && a->strict == b->strict &&
	       a->factor == b->factor && a->max_age_s == b->max_age_s &&
	       str_equal(a->groups, b->groups) &&
	       str_equal(a->audience, b->audience) &&
	       str_equal(a->scope, b->scope);
}

/* Whether METHOD at PATH is for other people than R says; where no rule
 * decides it is for none. */
static bool
rules_differ(const struct site *s, const struct site_rule *r,
    const char *method, const char *path)
{
	char url[URL_PATH_CAP];
	struct site_rule other;

	if (site_rules_find(&other, &s->rules, method, url_path(url, path)) !=
	    OK)
		other = (struct site_rule){0};
	return !is_for_the_same(r, &other);
}

/* What R rests on that the app behind may see otherwise. */
struct reliance {
	bool on_path, on_method;
};

static void
add_reliance(
    struct reliance *on, const struct site *s, const struct site_rule *r)
{
	const char *methods = r->methods;
	char method[SITE_RULE_CAP] = "-"; /* none that a rule names */

	on->on_method |= methods[0] != '\0' && rules_differ(s, r, "-", r->path);
	(void)words_next(&methods, method, sizeof method);
	on->on_path |= rules_differ(s, r, method, "/");
}

/* Not a fault, so not a warning: what the administrator has to know of the
 * app. */
static void
tell_reliance(
    struct check_run *c, const struct site *s, const struct reliance *on)
{
	static const struct check_advice by_path = {
	    "an app that takes its page from the query, the body or a header "
	    "(a front controller, X-Original-URL), ignores an ending (.json), "
	    "folds more than the case of ASCII letters or acts on all below "
	    "a path (WebDAV) can show at one path what the rule for another "
	    "closes",
	    "if the app does so, give all of it the same rule, or let it check "
	    "Remote-User and Remote-Groups by itself; gate(8)"};
	static const struct check_advice by_method = {
	    "an app that takes another method from X-HTTP-Method-Override, a "
	    "header like it or the field _method can do by POST what the rule "
	    "for another method closes",
	    "switch that off in the app, or give all methods the same rule; "
	    "gate(8)"};

	if (on->on_path)
		check_found(c, CHECK_OK, &by_path,
		    "site %s: its rules differ by path; the app must read "
		    "paths as the gate does",
		    s->origin);
	if (on->on_method)
		check_found(c, CHECK_OK, &by_method,
		    "site %s: its rules differ by method; the app must take "
		    "no other method than the request's",
		    s->origin);
}

/* Notes PATH among DOORS, to be tried from outside: unless anyone may pass. */
static void
add_door(json_t *doors, const struct site *s, const char *path)
{
	char url[URL_PATH_CAP];
	struct site_rule r;
	bool ruled;

	url_path(url, path);
	ruled = site_rules_find(&r, &s->rules, "GET", url) == OK;
	if (!(ruled && r.anyone))
		json_object_set_new(doors, url,
		    json_boolean(ruled && site_rule_takes_people(&r)));
}

static void
check_rule(struct check_run *c, const struct site *s, const struct site_rule *r,
    const char *text, json_t *doors, struct reliance *on)
{
	static const struct check_advice never = {
	    "something was meant to be open, or closed, that is not",
	    "look at the other rules for its path (latchkey site show); what "
	    "is below /.latchkey is the gate's own"};
	static const struct check_advice open = {
	    "everything that no other rule closes is open to the world",
	    "leave it if that is meant; else say which part anyone may see: "
	    "latchkey site set --rule"};

	if (ever_decides(s, r))
		add_reliance(on, s, r);
	else
		check_found(c, CHECK_WARNING, &never,
		    "site %s: the rule \"%s\" never decides", s->origin, text);
	if (r->anyone && str_equal(r->path, "/"))
		check_found(c, CHECK_WARNING, &open,
		    "site %s: the rule \"%s\" opens all of it", s->origin,
		    text);
	add_door(doors, s, r->path);
}

bool
check_site(void *arg, const void *record)
{
	const struct site *s = record;
	static const struct check_advice closed = {
	    "what no rule names is closed to everybody",
	    "latchkey site set that site --rule '/ signed-in'"};
	struct check_run *c = arg;
	json_t *doors = json_object();
	struct reliance on = {0};
	const char *cursor = s->rules.text;
	char text[SITE_RULE_CAP];
	struct site_rule r;

	if (s->rules.text[0] == '\0')
		check_found(c, CHECK_WARNING, &closed, "site %s has no rule",
		    s->origin);
	add_door(doors, s, "/");
	add_door(doors, s, "/latchkey-check");
	for (size_t i = 0; site_rules_next(&cursor, text) &&
			   site_rules_get(&r, &s->rules, i) == OK;
	     i++)
		check_rule(c, s, &r, text, doors, &on);
	tell_reliance(c, s, &on);
	json_object_set_new(c->sites, s->origin, doors);
	return true;
}
