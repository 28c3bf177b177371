#include "recipe_cli.h"

#include "base/nearest.h"
#include "base/secret.h"
#include "base/str.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
    {"name", "APP", COLUMN_WHOLE},
    {"title", "TITLE", false},
    {"id_token_signed_response_alg", "ALG", false},
    {"pkce", "PKCE", false},
    {"tried", "TRIED", false},
    {"own", "YOURS", false},
    COLUMN_END,
};

/* --- client add --app ------------------------------------------------------*/

static int
choose_url(struct recipe_choice *choice, const char *url)
{
	const char *message = recipe_url(choice->url, url);

	return message == NULL ? EXIT_DONE
			       : admin_fail("--url '%s': %s", url, message);
}

static bool
try_recipe(void *arg, const struct recipe *r, bool own, const char *message)
{
	(void)own, (void)message;
	if (r != NULL)
		nearest_try(arg, r->name);
	return true;
}

static int
refuse_unknown_recipe(const struct admin *a, const char *name)
{
	struct nearest n;

	nearest_begin(&n, name);
	recipe_each(a->dir, try_recipe, &n);
	if (nearest_word(&n) == NULL)
		return admin_fail("no such recipe: %s (see `latchkey client "
				  "apps`)",
		    name);
	return admin_fail("no such recipe: %s; did you mean %s? (see "
			  "`latchkey client apps`)",
	    name, nearest_word(&n));
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
		return refuse_unknown_recipe(a, name);
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

/* The version that it was tried against, or null. */
static json_t *
tried_json(const struct recipe *r)
{
	return r->tried[0] != '\0' ? json_string(r->tried) : json_null();
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
	if (r->tried[0] != '\0')
		printf("Tried against the app itself, %s.", r->tried);
	else
		printf("Not tried against the app itself.");
	puts(" Where this comes from:");
	while (words_next(&cursor, source, sizeof source))
		printf("  %s\n", source);
}

int
recipe_tell(const struct recipe_choice *choice, json_t *told, bool as_json)
{
	const struct recipe *r = &choice->recipe;
	char settings[RECIPE_SETTINGS_CAP];
	int status = EXIT_DONE;

	if (told == NULL ||
	    recipe_settings(settings, r, choice->url, member(told, "issuer"),
		member(told, "client_id"), secret_of(told)) != OK) {
		json_decref(told);
		return admin_fail("out of memory");
	}
	if (as_json) {
		json_object_set_new(told, "app", json_string(r->name));
		json_object_set_new(told, "settings", json_string(settings));
		json_object_set_new(told, "tried", tried_json(r));
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
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:o, "
			 "s:b}",
	    "name", r->name, "title", r->title, "client_id", r->client_id,
	    "id_token_signed_response_alg", jwa_name(r->alg),
	    "token_endpoint_auth_method", recipe_auth_name(r->auth), "pkce",
	    r->pkce, "scope", r->scope, "claims", output_words(r->claims),
	    "sources", output_words(r->sources), "tried", tried_json(r), "own",
	    own);
}

struct recipe_rows {
	json_t *rows;
	int status;
};

static bool
add_recipe_row(void *arg, const struct recipe *r, bool own, const char *message)
{
	struct recipe_rows *all = arg;

	if (r == NULL)
		all->status = admin_fail("%s", message);
	else if (json_array_append_new(all->rows, to_json(r, own)) != 0)
		all->status = admin_fail("out of memory");
	return all->status == EXIT_DONE;
}

int
recipe_list(struct admin *a, const struct args *args)
{
	struct recipe_rows all = {json_array(), EXIT_DONE};

	recipe_each(a->dir, add_recipe_row, &all);
	if (all.status == EXIT_DONE)
		return output_list(all.rows, columns, args_has(args, "--json"));
	json_decref(all.rows);
	return all.status;
}
