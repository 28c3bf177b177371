/* What `client add --app` and `client apps` make of recipes. */
#ifndef LK_BIN_APP_H
#define LK_BIN_APP_H

#include "admin.h"
#include "domain/client.h"
#include "options.h"
#include "recipe.h"

#include <jansson.h>

/* A recipe, and where this app of that kind is. */
struct app_choice {
	struct recipe recipe;
	char url[URI_CAP]; /* without a slash at its end; "": not needed */
};

/* Reads --app and --url, the first of which is there; an exit status, with a
 * line printed if it is not EXIT_DONE. */
int app_choose(
    struct app_choice *choice, const struct admin *a, const struct args *args);

/* Sets in C what the recipe says; what is public stays so. On an error R says
 * why. */
enum err app_apply(const struct app_choice *choice, struct client *c,
    struct refusal *r) MUST_CHECK;

/*
 * Prints what to enter into the app. TOLD is the client as JSON, with issuer
 * and, if it was made just now, client_secret; it is taken over. An exit
 * status.
 */
int app_tell(const struct app_choice *choice, json_t *told, bool as_json);

/* The verb `client apps`. */
int app_list(struct admin *a, const struct args *args);

#endif
