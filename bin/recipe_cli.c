#include "recipe_cli.h"

#include "base/secret.h"
#include "base/str.h"
#include "domain/uri.h"
#include "output.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_CAP = 4 * RECIPE_MAX, DISCOVERY_CAP = ISSUER_CAP + 64 };

static const struct column columns[] = {
    {"name", "APP", false},
    {"title", "TITLE", false},
    {"id_token_signed_response_alg", "ALG", false},
    {"pkce", "PKCE", false},
    {"tried", "TRIED", false},
    {"own", "YOURS", false},
    COLUMN_END,
};

/* --- client add --app ------------------------------------------------------*/

static const char *
url_refusal(const char *url)
{
	if (!str_starts(url, "https://") && !str_starts(url, "http://"))
		return "give the app's address, such as "
		       "https://app.example.org";
	if (strchr(url, '?') != NULL)
		return "an app's address has no ?query";
	return uri_refusal(url);
}

/* Without the slashes at its end: recipes bring theirs. */
static int
choose_url(struct recipe_choice *choice, const char *url)
{
	const char *message = url_refusal(url);
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	if (message == NULL &&
	    str_copy_n(choice->url, sizeof choice->url, url, len) != OK)
		message = "is too long";
	return message == NULL ? EXIT_DONE
			       : admin_fail("--url '%s': %s", url, message);
}

static int
load_recipe(
    struct recipe *r, const struct admin *a, const char *name, bool *own)
{
	char message[RECIPE_MESSAGE_CAP];

	switch (recipe_load(r, a->dir, name, own, message)) {
	case OK:
		return EXIT_DONE;
	case ERR_NOT_FOUND:
		return admin_fail("no such recipe: %s (see `latchkey client "
				  "apps`)",
		    name);
	default:
		return admin_fail("%s", message);
	}
}

int
recipe_choose(struct recipe_choice *choice, const struct admin *a,
    const struct args *args)
{
	const char *name = args_value(args, "--app");
	const char *url = args_value(args, "--url");
	bool own;
	int status;

	choice->url[0] = '\0';
	status = load_recipe(&choice->recipe, a, name, &own);
	if (status != EXIT_DONE)
		return status;
	if (url != NULL)
		return choose_url(choice, url);
	if (recipe_needs_url(&choice->recipe))
		return admin_misused("client add: --app %s needs --url, the "
				     "app's address (https://%s.example.org)",
		    name, name);
	return EXIT_DONE;
}

/* A list of the recipe's, with the address in its place. */
static enum err
fill_uris(char *list, size_t cap, const char *pattern,
    const struct recipe_values *v, struct refusal *r)
{
	const char *cursor = list, *message;
	char uri[URI_CAP];
	struct buf b;

	buf_init(&b, list, cap);
	recipe_fill(&b, pattern, v);
	if (!buf_ok(&b))
		return refusal_set(r, "--url", v->url, "is too long");
	while (words_next(&cursor, uri, sizeof uri)) {
		message = uri_refusal(uri);
		if (message != NULL)
			return refusal_set(r, "--url", v->url, message);
	}
	return *cursor == '\0' ? OK
			       : refusal_set(r, "--url", v->url, "is too long");
}

enum err
recipe_apply(
    const struct recipe_choice *choice, struct client *c, struct refusal *r)
{
	const struct recipe *recipe = &choice->recipe;
	const struct recipe_values v = {choice->url, "", "", "", "", ""};
	enum err e;

	c->alg = recipe->alg;
	if (recipe->auth == RECIPE_AUTH_NONE)
		c->auth_method = AUTH_NONE;
	c->no_pkce = !recipe->pkce;
	c->introspect_any = recipe->introspect_any;
	if (recipe->grants != 0)
		c->grants = recipe->grants;
	e = str_copy(c->name, sizeof c->name, recipe->client_name);
	if (e == OK)
		e = str_copy(c->scope, sizeof c->scope, recipe->scope);
	if (e == OK)
		e = fill_uris(c->redirect_uris, sizeof c->redirect_uris,
		    recipe->redirect_uris, &v, r);
	if (e == OK)
		e = fill_uris(c->post_logout_redirect_uris,
		    sizeof c->post_logout_redirect_uris,
		    recipe->post_logout_redirect_uris, &v, r);
	return e;
}

static const char *
member(const json_t *told, const char *key)
{
	const char *value = json_string_value(json_object_get(told, key));

	return value != NULL ? value : "";
}

static const char *
secret_of(const json_t *told)
{
	if (json_is_true(json_object_get(told, "public")))
		return "(none: this client has no secret)";
	return json_object_get(told, "client_secret") != NULL
		   ? member(told, "client_secret")
		   : "(the one you gave)";
}

static enum err
fill_settings(char text[static SETTINGS_CAP],
    const struct recipe_choice *choice, const json_t *told)
{
	const char *issuer = member(told, "issuer");
	const char *host = strstr(issuer, "://");
	char discovery[DISCOVERY_CAP];
	const struct recipe_values v = {.url = choice->url,
	    .issuer = issuer,
	    .issuer_host = host != NULL ? host + 3 : issuer,
	    .discovery = discovery,
	    .client_id = member(told, "client_id"),
	    .client_secret = secret_of(told)};
	struct buf b;

	buf_init(&b, discovery, sizeof discovery);
	buf_printf(&b, "%s/.well-known/openid-configuration", issuer);
	buf_init(&b, text, SETTINGS_CAP);
	recipe_fill(&b, choice->recipe.settings, &v);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}

static void
print_told(
    const struct recipe *r, const json_t *told, const char *settings, bool made)
{
	const char *cursor = r->sources;
	char source[URI_CAP];

	printf("Client %s added. To be entered in %s%s:\n\n%s\n",
	    member(told, "client_id"), r->title,
	    made ? " (the secret is shown this once)" : "", settings);
	if (r->claims[0] != '\0')
		printf("The app reads these claims: %s\n", r->claims);
	printf("%s Where this comes from:\n",
	    r->tried ? "Tried against the app itself."
		     : "Not tried against the app itself.");
	while (words_next(&cursor, source, sizeof source))
		printf("  %s\n", source);
}

int
recipe_tell(const struct recipe_choice *choice, json_t *told, bool as_json)
{
	const struct recipe *r = &choice->recipe;
	char settings[SETTINGS_CAP];
	int status = EXIT_DONE;

	if (told == NULL || fill_settings(settings, choice, told) != OK) {
		json_decref(told);
		return admin_fail("out of memory");
	}
	if (as_json) {
		json_object_set_new(told, "app", json_string(r->name));
		json_object_set_new(told, "settings", json_string(settings));
		json_object_set_new(told, "tried", json_boolean(r->tried));
		status = output_json(told);
	} else {
		print_told(r, told, settings,
		    json_object_get(told, "client_secret") != NULL);
		json_decref(told);
	}
	secret_wipe(settings, sizeof settings);
	return status;
}

/* --- client apps -----------------------------------------------------------*/

static json_t *
to_json(const struct recipe *r, bool own)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:b, "
			 "s:b}",
	    "name", r->name, "title", r->title, "client_id", r->client_id,
	    "id_token_signed_response_alg", jwa_name(r->alg),
	    "token_endpoint_auth_method", recipe_auth_name(r->auth), "pkce",
	    r->pkce, "scope", r->scope, "claims", output_words(r->claims),
	    "sources", output_words(r->sources), "tried", r->tried, "own", own);
}

static int
add_row(json_t *rows, const struct admin *a, const char *name)
{
	struct recipe r;
	bool own;
	int status = load_recipe(&r, a, name, &own);

	if (status != EXIT_DONE)
		return status;
	return json_array_append_new(rows, to_json(&r, own)) == 0
		   ? EXIT_DONE
		   : admin_fail("out of memory");
}

static int
is_conf(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] != '.' && str_ends(name, ".conf");
}

static int
add_own_row(json_t *rows, const struct admin *a, const char *file)
{
	char name[RECIPE_NAME_CAP];
	const size_t len = strlen(file) - strlen(".conf");

	if (str_copy_n(name, sizeof name, file, len) != OK ||
	    !recipe_name_valid(name))
		return admin_fail("%s/apps/%s: a recipe's name has a to z, 0 "
				  "to 9 and - only",
		    a->dir, file);
	return add_row(rows, a, name);
}

/* The recipes in the data directory, by name; there may be none. */
static int
add_own(json_t *rows, const struct admin *a)
{
	char folder[ADMIN_PATH_CAP];
	struct dirent **entries = NULL;
	int status = EXIT_DONE, n;
	struct buf b;

	buf_init(&b, folder, sizeof folder);
	buf_printf(&b, "%s/apps", a->dir);
	n = buf_ok(&b) ? scandir(folder, &entries, is_conf, alphasort) : 0;
	for (int i = 0; i < n; i++) {
		if (status == EXIT_DONE)
			status = add_own_row(rows, a, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return status;
}

static bool
has_row(const json_t *rows, const char *name)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (str_equal(member(json_array_get(rows, i), "name"), name))
			return true;
	return false;
}

int
recipe_list(struct admin *a, const struct args *args)
{
	const struct recipe_builtin *b = recipe_builtins;
	json_t *rows = json_array();
	int status = add_own(rows, a);

	for (; b->name != NULL && status == EXIT_DONE; b++)
		if (!has_row(rows, b->name))
			status = add_row(rows, a, b->name);
	if (status == EXIT_DONE)
		return output_list(rows, columns, args_has(args, "--json"));
	json_decref(rows);
	return status;
}
