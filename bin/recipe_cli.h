/* What `client add --app` and `client apps` make of recipes. */
#ifndef LK_BIN_RECIPE_CLI_H
#define LK_BIN_RECIPE_CLI_H

#include "admin.h"
#include "domain/client.h"
#include "domain/recipe_client.h"
#include "options.h"

#include <jansson.h>

/* A recipe, and where this app of that kind is. */
struct recipe_choice {
	struct recipe recipe;
	char url[URI_CAP]; /* without a slash at its end; "": not needed */
};

/* Reads --app and --url, the first of which is there; an exit status, with a
 * line printed if it is not EXIT_DONE. */
int recipe_choose(struct recipe_choice *choice, const struct admin *a,
    const struct args *args);

/*
 * Prints what to enter into the app. TOLD is the client as JSON, with issuer
 * and, if it was made just now, client_secret; it is taken over. An exit
 * status.
 */
int recipe_tell(const struct recipe_choice *choice, json_t *told, bool as_json);

/* The verb `client apps`. */
int recipe_list(struct admin *a, const struct args *args);

#endif
