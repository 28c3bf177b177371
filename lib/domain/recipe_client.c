#include "domain/recipe_client.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/conf.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum {
	DISCOVERY_CAP = ISSUER_CAP + 64,
	APPS_PATH_CAP = CONF_PATH_CAP + 16,
};

/* --- the app's address -----------------------------------------------------*/

static const char *
app_address_refusal(const char *url)
{
	if (!str_starts(url, "https://") && !str_starts(url, "http://"))
		return "give the address of the app, such as "
		       "https://app.example.org";
	if (strchr(url, '?') != NULL)
		return "the address of an app has no ?query";
	return uri_refusal(url);
}

const char *
recipe_url(char url[static URI_CAP], const char *typed)
{
	const char *message = app_address_refusal(typed);
	size_t len = strlen(typed);

	while (len > 0 && typed[len - 1] == '/')
		len--;
	if (message == NULL && str_copy_n(url, URI_CAP, typed, len) != OK)
		message = "is too long";
	return message;
}

/* --- the client ------------------------------------------------------------*/

/* A list of the recipe's, with the address in its place. */
static const char *
fill_uris(
    char *list, size_t cap, const char *pattern, const struct recipe_values *v)
{
	const char *cursor = list, *message = NULL;
	char uri[URI_CAP];
	struct buf b;

	buf_init(&b, list, cap);
	recipe_fill(&b, pattern, v);
	if (!buf_ok(&b))
		return "is too long";
	while (message == NULL && words_next(&cursor, uri, sizeof uri))
		message = uri_refusal(uri);
	return message == NULL && *cursor != '\0' ? "is too long" : message;
}

const char *
recipe_apply(struct client *c, const struct recipe *r, const char *url)
{
	const struct recipe_values v = {url, "", "", "", "", ""};
	const char *message;
	struct buf b;

	c->alg = r->alg;
	if (r->auth == RECIPE_AUTH_NONE)
		c->auth_method = AUTH_NONE;
	c->no_pkce = !r->pkce;
	c->introspect_any = r->introspect_any;
	if (r->grants != 0)
		c->grants = r->grants;
	if (str_copy(c->name, sizeof c->name, r->client_name) != OK ||
	    str_copy(c->scope, sizeof c->scope, r->scope) != OK)
		return "is too long";
	buf_init(&b, c->link, sizeof c->link);
	recipe_fill(&b, r->link, &v);
	if (!buf_ok(&b))
		return "is too long";
	buf_init(&b, c->audience, AUDIENCE_CAP);
	recipe_fill(&b, r->audience, &v);
	if (!buf_ok(&b))
		return "is too long for an audience";
	buf_init(
	    &b, c->backchannel_logout_uri, sizeof c->backchannel_logout_uri);
	recipe_fill(&b, r->backchannel_logout_uri, &v);
	message = buf_ok(&b)
		      ? client_backchannel_refusal(c->backchannel_logout_uri)
		      : "is too long";
	if (message == NULL)
		message = fill_uris(c->redirect_uris, sizeof c->redirect_uris,
		    r->redirect_uris, &v);
	if (message == NULL)
		message = fill_uris(c->post_logout_redirect_uris,
		    sizeof c->post_logout_redirect_uris,
		    r->post_logout_redirect_uris, &v);
	return message;
}

enum err
recipe_settings(char text[static RECIPE_SETTINGS_CAP], const struct recipe *r,
    const char *url, const char *issuer, const char *client_id,
    const char *secret)
{
	const char *host = strstr(issuer, "://");
	char discovery[DISCOVERY_CAP];
	const struct recipe_values v = {.url = url,
	    .issuer = issuer,
	    .issuer_host = host != NULL ? host + 3 : issuer,
	    .discovery = discovery,
	    .client_id = client_id,
	    .client_secret = secret};
	struct buf b;

	buf_init(&b, discovery, sizeof discovery);
	buf_printf(&b, "%s/.well-known/openid-configuration", issuer);
	buf_init(&b, text, RECIPE_SETTINGS_CAP);
	recipe_fill(&b, r->settings, &v);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}

/* --- all of them -----------------------------------------------------------*/

static int
is_conf(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] != '.' && str_ends(name, ".conf");
}

/* The recipes of the data directory, by name; there may be none. */
static int
list_own(const char *dir, struct dirent ***entries)
{
	char folder[APPS_PATH_CAP];

	*entries = NULL;
	return file_path(folder, sizeof folder, dir, "apps") == OK
		   ? scandir(folder, entries, is_conf, alphasort)
		   : 0;
}

static bool
visit_recipe(const char *dir, const char *name, recipe_visit *visit, void *arg)
{
	char message[RECIPE_MESSAGE_CAP];
	struct recipe r;
	bool own;
	enum err e = recipe_load(&r, dir, name, &own, message);

	return visit(arg, e == OK ? &r : NULL, own, message);
}

static bool
visit_own(const char *dir, const char *file, recipe_visit *visit, void *arg)
{
	char name[RECIPE_NAME_CAP], message[RECIPE_MESSAGE_CAP];
	const size_t len = strlen(file) - strlen(".conf");
	struct buf b;

	if (str_copy_n(name, sizeof name, file, len) == OK &&
	    recipe_name_valid(name))
		return visit_recipe(dir, name, visit, arg);
	buf_init(&b, message, sizeof message);
	buf_printf(&b,
	    "%s/apps/%s: a recipe's name has a to z, 0 to 9 and - only", dir,
	    file);
	return visit(arg, NULL, true, message);
}

static bool
has_own_recipe(struct dirent **entries, int n, const char *name)
{
	const size_t len = strlen(name);

	for (int i = 0; i < n; i++)
		if (str_starts(entries[i]->d_name, name) &&
		    str_equal(entries[i]->d_name + len, ".conf"))
			return true;
	return false;
}

void
recipe_each(const char *dir, recipe_visit *visit, void *arg)
{
	const struct recipe_builtin *b = recipe_builtins;
	struct dirent **entries;
	int n = list_own(dir, &entries);
	bool more = true;

	for (int i = 0; i < n && more; i++)
		more = visit_own(dir, entries[i]->d_name, visit, arg);
	for (; b->name != NULL && more; b++)
		if (!has_own_recipe(entries, n, b->name))
			more = visit_recipe(dir, b->name, visit, arg);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}
